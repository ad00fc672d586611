#include <algorithm>
#include <nlohmann/json.hpp>

#include "daemon/routes/body_json.hpp"
#include "daemon/routes/enrolment.hpp"
#include "daemon/routes/fields.hpp"
#include "daemon/routes/requirement_json.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestName = 128;
constexpr std::size_t kMostRequirements = 64;

std::string join(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
}

std::string read_platform(const Fields& fields, const Defaults& defaults,
                          const std::vector<std::string>& platforms) {
    auto named = fields.find_text("platform", kLongestName);
    if (!named) named = default_platform(defaults, platforms);
    if (!named) {
        fields.note("platform",
                    "is required, since no default is configured; there are " + join(platforms));
        return {};
    }
    if (std::find(platforms.begin(), platforms.end(), *named) == platforms.end()) {
        fields.note("platform", "must be one of the configured ones: " + join(platforms));
    }
    return *named;
}

// What the lock session says for all its requirements.
Defaults read_common(const Fields& fields, const Defaults& defaults) {
    Defaults common = defaults;
    if (const auto day = fields.find_word("weekStart", kWeekdays)) common.week_start = *day;
    return common;
}

void read_requirements(const Fields& fields, const json& list, const Defaults& common,
                       FirstError& errors, cadence::SessionSpec& spec) {
    if (list.size() > kMostRequirements) {
        fields.note("requirements", "must not be more than " + std::to_string(kMostRequirements));
        return;
    }
    const auto anchor = fields.find_date("anchorDate");
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string path = "requirements[" + std::to_string(i) + "]";
        if (!list[i].is_object()) {
            errors.note(path, std::string("must be an object, got ") + type_name(list[i]));
            return;
        }
        spec.requirements.push_back(read_requirement(list[i], path, common, errors));
        if (!anchor) continue;
        spec.requirements.back().anchor_given = true;
        spec.requirements.back().rules.cadence.anchor = *anchor;
    }
}

}  // namespace

std::optional<std::string> default_platform(const Defaults& defaults,
                                            const std::vector<std::string>& platforms) {
    if (defaults.platform) return defaults.platform;
    if (platforms.size() == 1) return platforms.front();
    return std::nullopt;
}

cadence::Result<cadence::SessionSpec> parse_enrolment(const std::string& body,
                                                      const std::string& session,
                                                      const Defaults& defaults,
                                                      const std::vector<std::string>& platforms) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<cadence::Error>(parsed.error());
    FirstError errors;
    const Fields fields(
        *parsed, "",
        {"platform", "timezone", "weekStart", "anchorDate", "linkToken", "requirements"}, errors);
    if (fields.has("linkToken")) {
        fields.note("linkToken", "belongs to Chastity Tracker; a chastify lock session has none");
    }
    cadence::SessionSpec spec;
    spec.id = cadence::SessionId{session};
    spec.platform = read_platform(fields, defaults, platforms);
    spec.timezone = fields.find_text("timezone", kLongestName);
    spec.default_timezone = defaults.timezone;
    const Defaults common = read_common(fields, defaults);
    fields.need("requirements");
    if (const json* const list = fields.find_array("requirements")) {
        read_requirements(fields, *list, common, errors, spec);
    }
    return errors.unless_noted(std::move(spec));
}

}  // namespace cadenced::wire
