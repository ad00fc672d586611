#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cadence/printable.hpp"
#include "daemon/backfill_lines.hpp"

namespace cadenced {
namespace {

using nlohmann::json;

std::string to_text(cadence::LocalDate date) {
    const std::chrono::year_month_day parts{date};
    char text[32];
    (void)std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(parts.year()),
                        static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()));
    return text;
}

std::string text_in(const json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return {};
    return cadence::to_printable(found->get<std::string>());
}

std::int64_t number_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

std::string verdict_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_object() ? text_in(*found, "verdict") : std::string{};
}

std::string deliveries_in(const json& object) {
    std::string kinds;
    const auto found = object.find("deliveries");
    if (found == object.end() || !found->is_array()) return kinds;
    for (const json& kind : *found) {
        if (!kind.is_string()) continue;
        kinds += (kinds.empty() ? "" : ",") + cadence::to_printable(kind.get<std::string>());
    }
    return kinds;
}

BackfillLine::Event event_in(const json& object) {
    const std::string name = text_in(object, "event");
    if (name == "window") return BackfillLine::Event::Window;
    if (name == "plan") return BackfillLine::Event::Plan;
    if (name == "done") return BackfillLine::Event::Done;
    if (name == "error") return BackfillLine::Event::Error;
    return BackfillLine::Event::Unknown;
}

}  // namespace

std::string to_backfill_body(const BackfillOptions& options) {
    json body{{"from", to_text(options.from)},
              {"to", to_text(options.to)},
              {"dryRun", options.dry_run},
              {"punish", options.punish}};
    if (options.session) body["sessionId"] = *options.session;
    if (options.metric) body["metric"] = *options.metric;
    return body.dump();
}

BackfillLine parse_backfill_line(std::string_view line) {
    BackfillLine parsed;
    const json object = json::parse(line, nullptr, false);
    if (!object.is_object()) return parsed;
    parsed.event = event_in(object);
    parsed.session = text_in(object, "sessionId");
    parsed.metric = text_in(object, "metric");
    parsed.local_start = text_in(object, "localStart");
    parsed.local_end = text_in(object, "localEnd");
    parsed.before = verdict_in(object, "before");
    parsed.after = verdict_in(object, "after");
    parsed.deliveries = deliveries_in(object);
    const auto changed = object.find("changed");
    parsed.changed = changed != object.end() && changed->is_boolean() && changed->get<bool>();
    parsed.windows = number_in(object, "windows");
    parsed.changes = number_in(object, "changes");
    parsed.detail = text_in(object, "detail");
    return parsed;
}

std::string detail_of_problem(const std::string& body) {
    const json object = json::parse(body, nullptr, false);
    if (object.is_object()) {
        if (auto detail = text_in(object, "detail"); !detail.empty()) return detail;
    }
    return cadence::to_printable(std::string_view{body}.substr(0, 200));
}

}  // namespace cadenced
