// Reading JSON that somebody else wrote: nothing here throws, and whatever is not of the type that
// is wanted is absent. For this folder's *_json.cpp only.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace chastify {

// Discarded (is_discarded) when it is no JSON, over 1 MiB, or nested deeper than 32.
[[nodiscard]] nlohmann::json parse_leniently(std::string_view text);

// The member, or null when `object` is none or has no such member.
[[nodiscard]] const nlohmann::json* find_member(const nlohmann::json& object, const char* name);

[[nodiscard]] std::optional<bool> find_bool(const nlohmann::json& object, const char* name);
// A number with a fraction is cut; one that no 64 bits hold is absent.
[[nodiscard]] std::optional<std::int64_t> find_integer(const nlohmann::json& object,
                                                       const char* name);
[[nodiscard]] std::optional<std::string> find_text(const nlohmann::json& object, const char* name);

}  // namespace chastify
