// What a person decides about a delivery. Used inside a unit of work; the contracts are
// engine::Outbox's. The reason is kept whole in the trail, and short in the delivery's own reason.
#pragma once

#include <string>
#include <vector>

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

struct FoundDelivery {
    cadence::DeliveryId id;
    cadence::DeliveryState state;
};

// The bulk forms, in two steps: which are in a fitting state, oldest first (InvalidArgument where
// the filter is empty), and any part of those at a time; how many have changed. One that does not
// fit any more is skipped.
[[nodiscard]] cadence::Result<std::vector<FoundDelivery>> find_to_waive(
    Database& database, const engine::BulkFilter& filter);
[[nodiscard]] cadence::Result<std::vector<FoundDelivery>> find_to_settle(
    Database& database, const engine::BulkFilter& filter);
[[nodiscard]] cadence::Result<int> waive_each(Database& database,
                                              const std::vector<FoundDelivery>& deliveries,
                                              const std::string& reason, cadence::Instant now);
[[nodiscard]] cadence::Result<int> settle_each(Database& database,
                                               const std::vector<FoundDelivery>& deliveries,
                                               engine::Settlement outcome,
                                               const std::string& reason, cadence::Instant now);

}  // namespace ledger
