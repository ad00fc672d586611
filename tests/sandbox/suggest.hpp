// The name somebody probably meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sandbox {

// "; did you mean --dir?" with the likeliest of the names, or nothing when none is near.
[[nodiscard]] std::string did_you_mean(std::string_view wrong,
                                       const std::vector<std::string>& names);

// "must be one, two or three", and the likeliest of them when one is near.
[[nodiscard]] std::string must_be_one_of(std::string_view wrong,
                                         const std::vector<std::string>& names);

}  // namespace sandbox
