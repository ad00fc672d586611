// What can be known of a launch token by looking at it. Pure; never repeats it.
#pragma once

#include <optional>
#include <string_view>

#include "cadence/time.hpp"

namespace cadenced::wire {

inline constexpr std::size_t kLongestToken = std::size_t{16} * 1024;

// Whether it can go out as a header's value: 1 byte to 16 KiB of printable ASCII without spaces.
[[nodiscard]] bool is_token(std::string_view token);

// The `exp` of a JSON Web Token. Nothing when the token is of another kind, or has none: what a
// platform's token looks like is not documented, so nothing here is an error. No signature is
// checked: the claim can only shorten a token's life.
[[nodiscard]] std::optional<cadence::Instant> find_token_expiry(std::string_view token);

}  // namespace cadenced::wire
