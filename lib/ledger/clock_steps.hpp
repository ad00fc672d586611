// What a wall clock that was set back takes away: verdicts that came too early, and waits that were
// counted from a time that has not come. Used inside a unit of work.
#pragma once

#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Missed windows whose end + grace lies in the future again are open again, their unsent
// punishments waived; a wait that would last longer from `now` than any wait is ever set to is cut
// to that; what is being settled by readings is given up. Returns how many windows are open again.
// Costs what is due after `now`.
int step_back(Database& database, cadence::Instant now);

}  // namespace ledger
