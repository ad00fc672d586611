// Records of the ledger as JSON values.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "engine/records.hpp"

namespace cadenced::wire {

[[nodiscard]] nlohmann::ordered_json to_json(const engine::SessionRecord& session);
[[nodiscard]] nlohmann::ordered_json to_json(const engine::WindowRecord& window);
[[nodiscard]] nlohmann::ordered_json to_json(const engine::DeliveryRecord& delivery);

}  // namespace cadenced::wire
