// What a wall clock that was set back takes away: verdicts that came too early, and waits that were
// counted from a time that has not come. Used inside a unit of work.
#pragma once

#include <optional>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "ledger/database.hpp"

namespace ledger {

// The clock was set by `step`, forward or back, to `now`. Windows that were missed, or excused for
// an outage, and whose end + grace lies in the future again are open again, their unsent
// punishments waived; a wait that would last longer from `now` than any wait is ever set to is cut
// to that; what is being settled by readings is given up, or its minute begins anew. Proofs are
// stamped anew (ledger/stamps.hpp). A jump ahead that is taken back was none (ledger/jumps.hpp). A
// clock that has lost the time altogether is not followed: it will be set right. Returns how many
// windows are open again. Costs what was due between then and `now`.
int follow_step(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                cadence::Duration step, cadence::Instant now,
                std::optional<cadence::Duration> uptime = std::nullopt);

// A platform's Date has agreed with the clock when the machine was up for so long. An outage that
// reaches into the future was a clock set ahead that has been set right, whatever the steps were;
// what was stamped until then is stamped for good.
void confirm_clock(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                   cadence::Instant now, cadence::Duration uptime, cadence::Duration confirmed_at);

}  // namespace ledger
