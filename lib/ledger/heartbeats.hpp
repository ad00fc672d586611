// When the daemon lived, and what it left behind when it died. Used inside a unit of work; the
// contracts are engine::Docket's.
#pragma once

#include <optional>

#include "cadence/error.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/verdict.hpp"
#include "engine/docket.hpp"
#include "ledger/database.hpp"

namespace ledger {

std::optional<cadence::Interval> beat(Database& database, const cadence::Policy& policy,
                                      cadence::Instant now);

[[nodiscard]] cadence::Result<engine::Recovery> recover(Database& database,
                                                        const cadence::Policy& policy,
                                                        cadence::Instant now);

}  // namespace ledger
