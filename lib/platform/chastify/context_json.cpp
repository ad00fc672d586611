#include <algorithm>
#include <limits>

#include "platform/chastify/context.hpp"
#include "platform/chastify/lenient_json.hpp"

namespace chastify {
namespace {

using cadence::CadenceUnit;
using cadence::Punishment;
using cadence::PunishmentType;
using engine::Context;
using engine::LockReading;
using engine::PlatformRequirement;
using Json = nlohmann::json;

bool looks_like_a_context(const Json& json) {
    return find_member(json, "role") != nullptr || find_member(json, "lockData") != nullptr ||
           find_member(json, "extensionConfig") != nullptr;
}

// A count of 1 or more; 0 for anything else, noted under `name`.
int to_count(const Json& object, const char* name, std::string& unreadable) {
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    const auto number = find_integer(object, name).value_or(0);
    if (number >= 1 && number <= kMost) return static_cast<int>(number);
    if (unreadable.empty()) unreadable = std::string(name) + " must be an integer of 1 or more";
    return 0;
}

// Seconds that no lock has are none: what is computed from them must not overflow.
std::optional<std::int64_t> find_seconds(const Json& object, const char* name) {
    constexpr std::int64_t kCentury = std::int64_t{100} * 366 * 86'400;
    const auto number = find_integer(object, name);
    return number && *number >= -kCentury && *number <= kCentury ? number : std::nullopt;
}

LockReading to_reading(const Json* lock, cadence::Instant now) {
    LockReading reading;
    reading.at = now;
    if (lock == nullptr) return reading;
    reading.frozen = find_bool(*lock, "frozen");
    reading.time_remaining_seconds = find_seconds(*lock, "timeRemainingSeconds");
    reading.time_locked_seconds = find_seconds(*lock, "timeLockedSeconds");
    return reading;
}

std::optional<PunishmentType> find_type(const Json& punishment) {
    const auto name = find_text(punishment, "type");
    if (name == "none") return PunishmentType::None;
    if (name == "add_time") return PunishmentType::AddTime;
    if (name == "freeze") return PunishmentType::Freeze;
    if (name == "pillory") return PunishmentType::Pillory;
    return std::nullopt;
}

// Whatever is there and cannot be read is a punishment: then the platform has one, and we have
// none.
Punishment to_punishment(const Json* json, std::string& unreadable) {
    Punishment punishment;
    if (json == nullptr || json->is_null()) return punishment;
    const auto type = find_type(*json);
    punishment.type = type.value_or(PunishmentType::AddTime);
    if (!type && unreadable.empty()) unreadable = "punishment.type is none that is known here";
    if (punishment.type == PunishmentType::None) return punishment;
    punishment.seconds =
        std::chrono::seconds{std::max<std::int64_t>(find_integer(*json, "seconds").value_or(0), 0)};
    punishment.reason = find_text(*json, "reason").value_or("");
    return punishment;
}

void read_cadence(const Json* json, PlatformRequirement& requirement) {
    std::string& unreadable = requirement.unreadable;
    const auto unit = json == nullptr ? std::nullopt : find_text(*json, "unit");
    const bool known = unit == "day" || unit == "week";
    if (!known && unreadable.empty()) unreadable = "cadence.unit must be day or week";
    requirement.unit = unit == "week" ? CadenceUnit::Week : CadenceUnit::Day;
    requirement.every = to_count(json == nullptr ? Json() : *json, "every", unreadable);
}

PlatformRequirement to_requirement(const Json& json) {
    PlatformRequirement requirement;
    requirement.metric = find_text(json, "metric").value_or("");
    requirement.enabled = find_bool(json, "enabled").value_or(true);
    if (requirement.metric.empty()) requirement.unreadable = "metric must be a text";
    requirement.required_count = to_count(json, "requiredCount", requirement.unreadable);
    read_cadence(find_member(json, "cadence"), requirement);
    requirement.punishment = to_punishment(find_member(json, "punishment"), requirement.unreadable);
    return requirement;
}

bool looks_like_a_requirement(const Json& json) {
    return find_member(json, "metric") != nullptr || find_member(json, "enabled") != nullptr ||
           find_member(json, "punishment") != nullptr;
}

// One object is documented; a list of them is understood, too. Nothing when any of it is neither.
std::optional<std::vector<PlatformRequirement>> find_requirements(const Json& config) {
    if (!config.is_object()) return std::nullopt;
    std::vector<PlatformRequirement> found;
    const Json* own = find_member(config, "extensionRequirements");
    if (own == nullptr || own->is_null() || own->empty()) return found;
    const Json list = own->is_array() ? *own : Json::array({*own});
    for (const Json& element : list) {
        if (!looks_like_a_requirement(element)) return std::nullopt;
        found.push_back(to_requirement(element));
    }
    return found;
}

Context to_context(const Json& json, cadence::Instant now) {
    Context context;
    context.role = find_text(json, "role").value_or("");
    context.lock = to_reading(find_member(json, "lockData"), now);
    const Json* config = find_member(json, "extensionConfig");
    if (config != nullptr) context.requirements = find_requirements(*config);
    return context;
}

}  // namespace

std::optional<Context> parse_context(std::string_view body, cadence::Instant now) {
    const Json json = parse_leniently(body);
    if (json.is_discarded()) return std::nullopt;
    if (looks_like_a_context(json)) return to_context(json, now);
    const Json* data = find_member(json, "data");
    if (data == nullptr || !looks_like_a_context(*data)) return std::nullopt;
    return to_context(*data, now);
}

}  // namespace chastify
