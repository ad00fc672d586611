// Durations as people write them in the configuration: "90s", "5m", "10h", "7d". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cadence/time.hpp"

namespace cadenced {

// One number and one unit (s, m, h, d), nothing around them. Empty when it is anything else, or
// longer than 10,000 days.
[[nodiscard]] std::optional<cadence::Duration> parse_duration(std::string_view text);

// The shortest such text that is exactly `duration`; what is no whole second is rounded down.
[[nodiscard]] std::string to_duration_text(cadence::Duration duration);

}  // namespace cadenced
