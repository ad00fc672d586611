// Proofs that the daemon's own clock has stamped while nothing said that it was right. Whoever sets
// that clock later says what time it was when they came in, and with it for which window they
// count. Used inside a unit of work.
#pragma once

#include <optional>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Remembers what the proof, just stored, was stamped by.
void note_stamp(Database& database, const engine::Proof& proof, cadence::Instant now);

// At every heartbeat. The clock has turned out right: what it has stamped stays. Else of more than
// 100,000 the newest are kept.
void forget_stamps(Database& database, bool clock_is_right);

// The machine has started anew: how long ago a stamp was set cannot be told any more.
void forget_uptimes(Database& database);

// Stamps anew what was stamped by a clock that has been set since, as the clock of now would have
// stamped it: by the machine's uptime, where that is known; else what lies in the future came in
// now. A proof that moves into another window counts there. It stays as it is when that other
// window is met already: nobody loses what he was told, unless it is for a day that is far off. A
// window that is over stays met. Costs what came in since the clock was last known to be right.
void stamp_anew(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                cadence::Instant now, std::optional<cadence::Duration> uptime);

}  // namespace ledger
