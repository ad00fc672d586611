// Open windows after the zone database was replaced. Used inside a unit of work, at the start: the
// rules of a zone never change while the daemon runs.
#pragma once

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "ledger/database.hpp"

namespace ledger {

// The window that runs now ends where its last local date does by the rules of today, unless that
// has gone by already; closed ones stay as they were. Returns how many have another end. Costs what
// is open.
[[nodiscard]] int replan_open_windows(Database& database, cadence::Zones& zones,
                                      const cadence::Policy& policy, cadence::Instant now);

}  // namespace ledger
