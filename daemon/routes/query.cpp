#include "daemon/routes/query.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "daemon/routes/rfc3339.hpp"
#include "daemon/routes/unknown_name.hpp"

namespace cadenced::wire {
namespace {

constexpr int kDefaultLimit = 100;
constexpr int kMostLimit = 1000;

}  // namespace

void inspect_query(const QueryPairs& query, const std::vector<std::string>& known,
                   FirstError& errors) {
    std::set<std::string> seen;
    for (const auto& [name, value] : query) {
        const std::string shown = repeatable_name(name);
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            errors.note(shown, explain_unknown(name, known));
        } else if (!seen.insert(name).second) {
            errors.note(shown, "is given twice");
        }
    }
}

std::optional<std::string> Query::find_text(std::string_view name) const {
    const auto found = std::find_if(query_.begin(), query_.end(),
                                    [name](const auto& pair) { return pair.first == name; });
    if (found == query_.end()) return std::nullopt;
    if (found->second.empty()) {
        errors_.note(std::string(name), "must not be empty; leave it out instead");
        return std::nullopt;
    }
    return found->second;
}

std::optional<cadence::Instant> Query::find_instant(std::string_view name) const {
    const auto text = find_text(name);
    if (!text) return std::nullopt;
    const auto instant = parse_instant(*text);
    if (!instant) {
        errors_.note(
            std::string(name),
            "must be a time with Z or an offset, as 2026-03-01T08:00:00Z (write + as %2B)");
    }
    return instant;
}

int Query::limit() const {
    const auto text = find_text("limit");
    if (!text) return kDefaultLimit;
    int value = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc{} || stop != end || value < 1 || value > kMostLimit) {
        errors_.note("limit", "must be an integer from 1 to " + std::to_string(kMostLimit));
        return kDefaultLimit;
    }
    return value;
}

}  // namespace cadenced::wire
