// Punishments and undos of unknown outcome, settled by looking at the lock: the readings as rows,
// and what cadence/settlement.hpp makes of them. Used inside a unit of work.
#pragma once

#include <optional>
#include <vector>

#include "cadence/settlement.hpp"
#include "cadence/zones.hpp"
#include "engine/outbox.hpp"
#include "ledger/attempt_checks.hpp"
#include "ledger/outcomes.hpp"

namespace ledger {

// The last attempt at `sent` has just turned out to have no known outcome: `unknown`, with the wait
// until the lock is to be read; or what becomes of it where no reading could ever tell.
[[nodiscard]] cadence::Transition begin_settling(Database& database, const Sent& sent,
                                                 cadence::Transition unknown, cadence::Instant now);

// As engine::Outbox::settle_by_reading.
[[nodiscard]] cadence::Result<engine::FinishedAttempt> settle_by_reading(
    Database& database, cadence::Zones& zones, cadence::DeliveryId delivery,
    const engine::ContextFound& found, const cadence::Policy& policy, cadence::Instant now);

// What the reading before a further attempt says of those before it.
struct Proven {
    bool applied{false};       // else somebody else has touched the lock: nobody knows any more
    cadence::Instant sent_at;  // when the attempt began that it speaks of
};
// The last evidence: nothing where it shows no more than that nothing happened. What it shows is
// stored with the attempt; the delivery is left to the caller, who must send nothing.
[[nodiscard]] std::optional<Proven> weigh_earlier_attempts(Database& database,
                                                           const Candidate& candidate,
                                                           const cadence::LockReading& baseline,
                                                           cadence::Instant now);

// Those that no reading can settle any more, at most `limit` of them: no token lived in time, or
// the platform did not answer. Returns how many. They are undecided.
int end_settling(Database& database, cadence::Instant now, int limit);

// The clock was set back: how much time lies between two readings is not known any more. What is
// being settled is given up as undecided.
void give_up_settling(Database& database, cadence::Instant now);

// The clock was set forward, or the machine slept: the minute in which a write may still arrive
// begins anew for what is being settled.
void begin_settling_anew(Database& database, cadence::Instant now);

}  // namespace ledger
