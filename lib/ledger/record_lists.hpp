// The lists and single records of engine::Records. Pages go on from a key, never from an offset, so
// that each costs what it shows. Used inside a question.
#pragma once

#include <optional>
#include <string>

#include "engine/records.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] cadence::Result<engine::Page<engine::WindowRecord>> list_windows(
    Database& database, const engine::WindowQuery& query);
[[nodiscard]] cadence::Result<engine::WindowExplained> explain_window(Database& database,
                                                                      cadence::WindowId window);
[[nodiscard]] cadence::Result<engine::Page<engine::DeliveryRecord>> list_deliveries(
    Database& database, const engine::DeliveryQuery& query);
[[nodiscard]] cadence::Result<engine::DeliveryRecord> load_delivery(Database& database,
                                                                    cadence::DeliveryId delivery);

}  // namespace ledger
