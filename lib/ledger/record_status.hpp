// The status in numbers, from counters and single look-ups in indexes: it costs the same whatever
// is stored, but for the tokens and pauses that are alive. Used inside a question.
#pragma once

#include "engine/records.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] cadence::Result<engine::LedgerStatus> load_status(Database& database,
                                                                const cadence::Policy& policy,
                                                                cadence::Instant now);

// What load_status asks, for the test that looks at the plans.
namespace status_sql {
extern const char* const kCounters;
extern const char* const kPaused;
extern const char* const kTokensEnding;
extern const char* const kNextExpiry;
extern const char* const kOldestWaiting;
extern const char* const kNextClose;
}  // namespace status_sql

}  // namespace ledger
