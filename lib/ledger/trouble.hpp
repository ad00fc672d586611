// What to warn of: counters and single look-ups in indexes, so that it costs the same whatever is
// stored (of dying tokens at most LedgerTrouble::kMostCounted entries of an index are read). Used
// inside a question or a unit of work.
#pragma once

#include "engine/docket.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] engine::LedgerTrouble find_trouble(Database& database, const cadence::Policy& policy,
                                                 cadence::Instant now);

// What find_trouble asks, for the test that looks at the plans.
namespace trouble_sql {
extern const char* const kWaiting;
extern const char* const kDying;
extern const char* const kHeld;
extern const char* const kBrake;
}  // namespace trouble_sql

}  // namespace ledger
