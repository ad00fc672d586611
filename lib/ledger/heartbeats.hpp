// When the daemon lived, and what it left behind when it died. Used inside a unit of work; the
// contracts are engine::Docket's.
#pragma once

#include <optional>

#include "cadence/error.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/verdict.hpp"
#include "cadence/zones.hpp"
#include "engine/docket.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Without `uptime` an outage may be a clock that was set.
std::optional<cadence::Interval> beat(Database& database, const cadence::Policy& policy,
                                      cadence::Instant now,
                                      std::optional<cadence::Duration> uptime = std::nullopt);

// The latest time the daemon ever lived at, by a clock that may have been wrong.
[[nodiscard]] cadence::Instant find_latest_lived(Database& database);

// The clock went from `before` to `after` at once. As far as that makes up for a clock that had
// been set back it is no outage: the daemon has lived at that time before.
void make_up(Database& database, cadence::Instant before, cadence::Instant after);

[[nodiscard]] cadence::Result<engine::Recovery> recover(Database& database, cadence::Zones& zones,
                                                        const cadence::Policy& policy,
                                                        cadence::Instant now,
                                                        const engine::MachineTime& machine);

}  // namespace ledger
