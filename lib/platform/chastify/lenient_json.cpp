#include "platform/chastify/lenient_json.hpp"

#include <cmath>
#include <limits>

namespace chastify {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestText = 1024 * 1024;
constexpr int kDeepest = 32;

// Before parsing: hostile nesting shall cost neither stack nor memory.
bool is_too_deep(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kDeepest) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

std::optional<std::int64_t> to_integer(double number) {
    constexpr double kLimit = 9.0e18;
    if (!std::isfinite(number) || std::abs(number) > kLimit) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

std::optional<std::int64_t> to_integer(std::uint64_t number) {
    constexpr auto kLimit = std::numeric_limits<std::int64_t>::max();
    if (number > static_cast<std::uint64_t>(kLimit)) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

}  // namespace

Json parse_leniently(std::string_view text) {
    if (text.size() > kLongestText || is_too_deep(text)) return Json(Json::value_t::discarded);
    return Json::parse(text.begin(), text.end(), nullptr, false);
}

const Json* find_member(const Json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

std::optional<bool> find_bool(const Json& object, const char* name) {
    const Json* member = find_member(object, name);
    if (member == nullptr || !member->is_boolean()) return std::nullopt;
    return member->get<bool>();
}

std::optional<std::int64_t> find_integer(const Json& object, const char* name) {
    const Json* member = find_member(object, name);
    if (member == nullptr || !member->is_number()) return std::nullopt;
    if (member->is_number_float()) return to_integer(member->get<double>());
    if (member->is_number_unsigned()) return to_integer(member->get<std::uint64_t>());
    return member->get<std::int64_t>();
}

std::optional<std::string> find_text(const Json& object, const char* name) {
    const Json* member = find_member(object, name);
    if (member == nullptr || !member->is_string()) return std::nullopt;
    return member->get<std::string>();
}

}  // namespace chastify
