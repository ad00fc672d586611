// Punishments and undos of unknown outcome, settled by looking at the lock: the readings as rows,
// and what cadence/settlement.hpp makes of them. Used inside a unit of work.
#pragma once

#include <string>
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

// The reading before a further attempt is the last evidence of those before it. True: it shows that
// one of them was applied after all; the delivery is applied then, and nothing may be sent.
[[nodiscard]] bool settle_by_baseline(Database& database, const Candidate& candidate,
                                      const cadence::LockReading& baseline,
                                      const std::string& local_date, cadence::Instant now);

// A lock was read: those of its punishments that were sent again after an unknown outcome, and that
// this reading shows twice, are marked, and one of the two is taken back. Returns them.
[[nodiscard]] std::vector<cadence::DeliveryId> note_doubled(Database& database,
                                                            const cadence::SessionId& session,
                                                            const cadence::LockReading& read,
                                                            cadence::Instant now);

// The clock was set back: how much time lies between two readings is not known any more. What is
// being settled is given up as undecided.
void give_up_settling(Database& database, cadence::Instant now);

}  // namespace ledger
