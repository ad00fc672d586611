// What a person decides about a delivery. Used inside a unit of work; the contracts are
// engine::Outbox's. The reason is kept whole in the trail, and short in the delivery's own reason.
#pragma once

#include <string>

#include "engine/outbox.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] cadence::Result<void> retry(Database& database, cadence::DeliveryId delivery,
                                          const std::string& reason, cadence::Instant now);
[[nodiscard]] cadence::Result<void> waive(Database& database, cadence::DeliveryId delivery,
                                          const std::string& reason, cadence::Instant now);
[[nodiscard]] cadence::Result<void> settle(Database& database, cadence::DeliveryId delivery,
                                           engine::Settlement outcome, const std::string& reason,
                                           cadence::Instant now);
[[nodiscard]] cadence::Result<int> waive_all(Database& database, const engine::BulkFilter& filter,
                                             const std::string& reason, cadence::Instant now);
[[nodiscard]] cadence::Result<int> settle_all(Database& database, const engine::BulkFilter& filter,
                                              engine::Settlement outcome, const std::string& reason,
                                              cadence::Instant now);

}  // namespace ledger
