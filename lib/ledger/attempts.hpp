// Tries at a delivery: the compare-and-set before one, and what came of it. Used inside a unit of
// work; the contracts are engine::Outbox's.
#pragma once

#include "cadence/zones.hpp"
#include "engine/outbox.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] cadence::Result<engine::Attempt> begin_attempt(Database& database,
                                                             cadence::Zones& zones,
                                                             const engine::BeginAttempt& begin,
                                                             const cadence::Policy& policy,
                                                             cadence::Instant now);

// Also what makes an unknown of a write that was in flight when the daemon died: an Answer of kind
// Unknown. Conflict when this attempt is not the one in flight, so that a second call changes
// nothing.
[[nodiscard]] cadence::Result<engine::FinishedAttempt> finish_attempt(
    Database& database, cadence::DeliveryId delivery, int attempt, const cadence::Answer& answer,
    double uniform, cadence::Instant now);

// finish_attempt; then, as far as `onward` allows, begin_attempt of the lane's head.
[[nodiscard]] cadence::Result<engine::FinishedAttempt> finish_and_go_on(
    Database& database, cadence::Zones& zones, cadence::DeliveryId delivery, int attempt,
    const cadence::Answer& answer, double uniform, const engine::Onward& onward,
    cadence::Instant now);

[[nodiscard]] cadence::Result<engine::FinishedAttempt> hold_unrecorded(Database& database,
                                                                       cadence::DeliveryId delivery,
                                                                       int attempt,
                                                                       cadence::Instant now);

[[nodiscard]] cadence::Result<engine::FinishedAttempt> settle_unread(Database& database,
                                                                     cadence::DeliveryId delivery,
                                                                     cadence::Instant now);

}  // namespace ledger
