// POST …/action: everything an extension may do to the lock itself.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/sandbox/change.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

constexpr double kMostSeconds = 10.0 * 365 * 86'400;

Millis to_millis(double seconds) { return Millis{std::llround(seconds * 1000.0)}; }

tl::expected<double, Refusal> seconds_of(const Json& value, const char* name, double least,
                                         double most) {
    if (value.is_number()) {
        auto const seconds = value.get<double>();
        if (std::isfinite(seconds) && seconds >= least && seconds <= most) return seconds;
    }
    return invalid(std::string(name) + " must be a number of seconds in range");
}

Applied change_time(Session& session, const Json& asked, Millis delta, const char* kind,
                    Instant now) {
    if (delta < Millis{0} && !session.remove_time_allowed) {
        return tl::unexpected<Refusal>(
            Refusal{400, "remove_time_not_allowed", "This lock does not allow removing time."});
    }
    auto const added = session.lock.add(now, delta);
    Json const params{
        {"asked", asked},
        {"seconds", static_cast<double>(added.count()) / 1000.0},
        {"remainingSeconds", static_cast<double>(session.lock.remaining(now).count()) / 1000.0}};
    return Change{kind, params.dump()};
}

Applied add_time(Session& session, const Json& params, Instant now) {
    auto const seconds = seconds_of(params, "params", -kMostSeconds, kMostSeconds);
    if (!seconds) return tl::unexpected<Refusal>(seconds.error());
    if (*seconds == 0.0) return invalid("params must not be 0");
    return change_time(session, params, to_millis(*seconds), "add_time", now);
}

Applied remove_time(Session& session, const Json& params, Instant now) {
    auto const seconds = seconds_of(params, "params", 0.0, kMostSeconds);
    if (!seconds) return tl::unexpected<Refusal>(seconds.error());
    if (*seconds == 0.0) return invalid("params must be greater than 0");
    return change_time(session, params, -to_millis(*seconds), "remove_time", now);
}

Applied freeze(Session& session, const Json& params, Instant now) {
    constexpr double kDefault = 3600;
    double seconds = kDefault;
    if (!params.is_object()) return invalid("params must be an object");
    if (auto const asked = params.find("durationSeconds"); asked != params.end()) {
        auto const parsed = seconds_of(*asked, "params.durationSeconds", 60, 86'400);
        if (!parsed) return tl::unexpected<Refusal>(parsed.error());
        seconds = *parsed;
    }
    session.lock.freeze(now, to_millis(seconds));
    return Change{"freeze", Json{{"durationSeconds", seconds}}.dump()};
}

Applied unfreeze(Session& session, const Json&, Instant now) {
    bool const was_frozen = session.lock.unfreeze(now);
    return Change{"unfreeze", Json{{"wasFrozen", was_frozen}}.dump()};
}

Applied pillory(Session& session, const Json& params, Instant now) {
    if (!session.pillory_enabled) {
        return tl::unexpected<Refusal>(
            Refusal{400, "pillory_not_enabled", "The pillory is not enabled on this lock."});
    }
    if (!params.is_object()) return invalid("params must be an object");
    auto const seconds = seconds_of(params.value("durationSeconds", Json()),
                                    "params.durationSeconds", 1, kMostSeconds);
    if (!seconds) return tl::unexpected<Refusal>(seconds.error());
    auto const reason = params.value("reason", Json(""));
    if (!reason.is_string()) return invalid("params.reason must be a string");
    session.lock.start_pillory(now, to_millis(*seconds));
    Json const recorded{{"durationSeconds", *seconds}, {"reason", reason}};
    return Change{"pillory", recorded.dump()};
}

Applied end_pillory(Session& session, const Json&, Instant now) {
    if (session.lock.end_pillory(now)) return Change{"pillory.end", "{}"};
    return tl::unexpected<Refusal>(
        Refusal{409, "pillory_not_active", "The lock is not in the pillory."});
}

// Documented actions whose modules this lock does not have.
struct Absent {
    std::string_view name;
    const char* code;
    const char* message;
};

constexpr const char* kNoTasks = "The tasks module is not enabled on this lock.";
constexpr std::array kAbsent{
    Absent{"task.assign", "tasks_not_enabled", kNoTasks},
    Absent{"task.start_timer", "tasks_not_enabled", kNoTasks},
    Absent{"task.complete", "tasks_not_enabled", kNoTasks},
    Absent{"hygienic_unlock.start", "hygienic_opening_not_enabled",
           "The hygienic opening is not enabled on this lock."},
};

tl::unexpected<Refusal> refuse_other(std::string_view name) {
    for (auto const& absent : kAbsent) {
        if (absent.name == name) {
            return tl::unexpected<Refusal>(Refusal{400, absent.code, absent.message});
        }
    }
    return tl::unexpected<Refusal>(Refusal{400, "unknown_action", "There is no such action."});
}

struct Handler {
    std::string_view name;
    Applied (*apply)(Session&, const Json&, Instant);
};

constexpr std::array kHandlers{
    Handler{"add_time", add_time}, Handler{"remove_time", remove_time},
    Handler{"freeze", freeze},     Handler{"unfreeze", unfreeze},
    Handler{"pillory", pillory},   Handler{"pillory.end", end_pillory},
};

}  // namespace

std::vector<std::string> action_names() {
    std::vector<std::string> names;
    for (auto const& handler : kHandlers) names.emplace_back(handler.name);
    for (auto const& absent : kAbsent) names.emplace_back(absent.name);
    return names;
}

Applied apply_action(Session& session, const Json& body, Instant now) {
    auto const found = body.find("name");
    if (found == body.end() || !found->is_string()) return invalid("name must be a string");
    auto const& name = found->get_ref<const std::string&>();
    auto const params = body.value("params", Json::object());
    for (auto const& handler : kHandlers) {
        if (handler.name == name) return handler.apply(session, params, now);
    }
    return refuse_other(name);
}

}  // namespace sandbox
