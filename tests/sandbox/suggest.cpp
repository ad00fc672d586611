#include "tests/sandbox/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace sandbox {
namespace {

// How many letters must be added, removed or changed to make the one of the other.
std::size_t edits_between(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < left.size(); ++i) {
        auto diagonal = row[0]++;
        for (std::size_t j = 0; j < right.size(); ++j) {
            auto const changed = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& names) {
    auto const nearer = [wrong](const std::string& left, const std::string& right) {
        return edits_between(wrong, left) < edits_between(wrong, right);
    };
    auto const best = std::min_element(names.begin(), names.end(), nearer);
    if (best == names.end() ||
        edits_between(wrong, *best) > std::max<std::size_t>(2, wrong.size() / 3)) {
        return {};
    }
    return "; did you mean " + *best + "?";
}

std::string must_be_one_of(std::string_view wrong, const std::vector<std::string>& names) {
    std::string text = "must be ";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text + did_you_mean(wrong, names);
}

}  // namespace sandbox
