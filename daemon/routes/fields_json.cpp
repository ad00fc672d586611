#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "daemon/duration_text.hpp"
#include "daemon/routes/fields.hpp"
#include "daemon/routes/rfc3339.hpp"
#include "daemon/routes/unknown_name.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestTime = 64;

bool is_control(char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }

}  // namespace

const char* type_name(const json& value) {
    switch (value.type()) {
        case json::value_t::null:
            return "null";
        case json::value_t::object:
            return "an object";
        case json::value_t::array:
            return "an array";
        case json::value_t::string:
            return "a string";
        case json::value_t::boolean:
            return "a boolean";
        case json::value_t::number_integer:
        case json::value_t::number_unsigned:
            return "an integer";
        case json::value_t::number_float:
            return "a fraction or a number out of range";
        case json::value_t::binary:
        case json::value_t::discarded:
            break;
    }
    return "something else";
}

Fields::Fields(const json& object, std::string path, std::initializer_list<std::string_view> known,
               FirstError& errors)
    : object_(object), path_(std::move(path)), errors_(errors) {
    for (const auto& member : object_.items()) {
        if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
        const std::vector<std::string> names(known.begin(), known.end());
        note(repeatable_name(member.key()), explain_unknown(member.key(), names));
    }
}

std::string Fields::path_of(std::string_view name) const {
    return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::note(std::string_view name, const std::string& detail) const {
    errors_.note(path_of(name), detail);
}

void Fields::note_type(std::string_view name, const char* wanted, const json& got) const {
    note(name, std::string("must be ") + wanted + ", got " + type_name(got));
}

const json* Fields::find(std::string_view name) const {
    const auto member = object_.find(name);
    return member == object_.end() || member->is_null() ? nullptr : &*member;
}

bool Fields::has(std::string_view name) const { return find(name) != nullptr; }

bool Fields::is_text(std::string_view name) const {
    const json* const value = find(name);
    return value != nullptr && value->is_string();
}

bool Fields::need(std::string_view name) const {
    if (has(name)) return true;
    note(name, "is required");
    return false;
}

std::optional<std::string> Fields::find_text(std::string_view name, std::size_t longest) const {
    const json* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_string()) {
        note_type(name, "a string", *value);
        return std::nullopt;
    }
    auto text = value->get<std::string>();
    if (text.size() > longest) {
        note(name, "must be at most " + std::to_string(longest) + " bytes long");
        return std::nullopt;
    }
    if (std::any_of(text.begin(), text.end(), is_control)) {
        note(name, "must not contain control characters");
        return std::nullopt;
    }
    return text;
}

std::string Fields::text(std::string_view name, std::size_t longest) const {
    if (!need(name)) return {};
    auto found = find_text(name, longest);
    if (found && found->empty()) note(name, "must not be empty");
    return found.value_or("");
}

std::optional<std::int64_t> Fields::find_integer(std::string_view name, IntegerRange range) const {
    const json* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer()) {
        note_type(name, "an integer", *value);
        return std::nullopt;
    }
    // Unsigned values above the signed range would wrap on the way.
    const bool fits = !value->is_number_unsigned() ||
                      value->get<std::uint64_t>() <= static_cast<std::uint64_t>(range.most);
    const std::int64_t number = fits ? value->get<std::int64_t>() : 0;
    if (!fits || number < range.least || number > range.most) {
        note(name, "must be an integer from " + std::to_string(range.least) + " to " +
                       std::to_string(range.most));
        return std::nullopt;
    }
    return number;
}

std::optional<bool> Fields::find_flag(std::string_view name) const {
    const json* const value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean()) {
        note_type(name, "true or false", *value);
        return std::nullopt;
    }
    return value->get<bool>();
}

std::optional<cadence::Instant> Fields::find_instant(std::string_view name) const {
    const auto text = find_text(name, kLongestTime);
    if (!text) return std::nullopt;
    const auto instant = parse_instant(*text);
    if (!instant) note(name, "must be a time with Z or an offset, as 2026-03-01T08:00:00Z");
    return instant;
}

std::optional<cadence::LocalDate> Fields::find_date(std::string_view name) const {
    const auto text = find_text(name, kLongestTime);
    if (!text) return std::nullopt;
    const auto date = parse_date(*text);
    if (!date) note(name, "must be a date that exists, as 2026-03-01");
    return date;
}

std::optional<cadence::Duration> Fields::find_duration(std::string_view name) const {
    const auto text = find_text(name, kLongestTime);
    if (!text) return std::nullopt;
    const auto duration = parse_duration(*text);
    if (!duration) note(name, "must be a duration with its unit, as 90s, 5m, 10h or 7d");
    return duration;
}

const json* Fields::find_object(std::string_view name) const {
    const json* const value = find(name);
    if (value == nullptr || value->is_object()) return value;
    note_type(name, "an object", *value);
    return nullptr;
}

const json* Fields::find_array(std::string_view name) const {
    const json* const value = find(name);
    if (value == nullptr || value->is_array()) return value;
    note_type(name, "an array", *value);
    return nullptr;
}

}  // namespace cadenced::wire
