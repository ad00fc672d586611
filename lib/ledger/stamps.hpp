// Proofs that came in since a platform's Date last agreed with the daemon's own clock. Whoever sets
// that clock says what time it was when they came in, and with it for which window they count. Used
// inside a unit of work.
#pragma once

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Remembers when the proof, just stored, came in by the machine's uptime.
void note_stamp(Database& database, const engine::Proof& proof, cadence::Instant now);

// A Date agreed with the clock when the machine was up for so long: what came in until then is
// stamped for good. Not, for a week, that which another clock has stamped and whose requirement is
// not in force any more. `booted`: when the machine has started, by the clock.
void forget_stamps(Database& database, cadence::Instant booted, cadence::Duration confirmed_at);

// Of more than 20,000 the newest are kept: at every heartbeat, since no Date may come for long.
void bound_stamps(Database& database);

// The machine has started anew: how long ago the proofs came in is reckoned by the clock it has
// started with; by none later than they were stamped. What two clocks have dated keeps both dates:
// whatever the clock is set to later, one of them. `lived`: what the clock showed when the daemon
// was last seen alive, by which is told which of the two the one of now goes on from.
void reckon_uptimes(Database& database, cadence::Instant lived, cadence::Instant now,
                    cadence::Duration uptime);

// Stamps anew what came in while the clock was set otherwise, as the clock of now would have
// stamped it. A proof that moves into another window counts there. It stays as it is when that
// other window is met already: nobody loses what he was told, unless it is for a day that is far
// off. A window that is over stays met. What the database refuses stays as it is. Costs what came
// in since the clock was last confirmed.
void stamp_anew(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                cadence::Instant now, cadence::Duration uptime);

// The same for a requirement that is in force again, whose windows were not there when the clock
// was set.
void stamp_resumed(Database& database, cadence::Zones& zones, cadence::RequirementId requirement,
                   const cadence::Policy& policy, cadence::Instant now);

}  // namespace ledger
