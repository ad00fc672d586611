// "Did you mean …": the known name that an unknown one was probably meant to be. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cadenced {

// The candidate with the fewest edits (insert, delete, replace, swap of neighbours), upper and
// lower case alike; empty when even that one differs in more than a third of its letters.
[[nodiscard]] std::optional<std::string> find_near_name(std::string_view name,
                                                        const std::vector<std::string>& candidates);

}  // namespace cadenced
