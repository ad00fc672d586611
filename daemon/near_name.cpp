#include "daemon/near_name.hpp"

#include <algorithm>
#include <cstddef>

namespace cadenced {
namespace {

constexpr std::size_t kLongestName = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Optimal string alignment distance: three rows of the usual table are enough.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> older(b.size() + 1);
    std::vector<std::size_t> old(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) old[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = old[j - 1] + (lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1);
            row[j] = std::min({old[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1])) {
                row[j] = std::min(row[j], older[j - 2] + 1);
            }
        }
        older.swap(old);
        old.swap(row);
    }
    return old[b.size()];
}

}  // namespace

std::optional<std::string> find_near_name(std::string_view name,
                                          const std::vector<std::string>& candidates) {
    if (name.empty() || name.size() > kLongestName) return std::nullopt;
    const std::string* nearest = nullptr;
    std::size_t fewest = 0;
    for (const std::string& candidate : candidates) {
        const std::size_t edits = edits_between(name, candidate);
        if (edits * 3 > std::max(candidate.size(), std::size_t{3})) continue;
        if (nearest == nullptr || edits < fewest) {
            nearest = &candidate;
            fewest = edits;
        }
    }
    return nearest == nullptr ? std::nullopt : std::optional{*nearest};
}

}  // namespace cadenced
