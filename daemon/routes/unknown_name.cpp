#include "daemon/routes/unknown_name.hpp"

#include <algorithm>
#include <cstddef>

#include "daemon/near_name.hpp"

namespace cadenced::wire {
namespace {

constexpr std::size_t kLongestRepeated = 24;

bool is_plain(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string explain_unknown(std::string_view name, const std::vector<std::string>& known) {
    if (const auto near = find_near_name(name, known)) {
        return "is not known here; did you mean " + *near + "?";
    }
    if (known.empty()) return "is not known here: there are none";
    std::string text = "is not known here: there are ";
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (i > 0) text += ", ";
        text += known[i];
    }
    return text;
}

std::string repeatable_name(std::string_view name) {
    const bool repeatable = !name.empty() && name.size() <= kLongestRepeated &&
                            std::all_of(name.begin(), name.end(), is_plain);
    return repeatable ? std::string(name) : "(not repeated)";
}

}  // namespace cadenced::wire
