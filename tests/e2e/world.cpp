#include "tests/e2e/world.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace e2e {

using Json = nlohmann::json;

World::World(const std::string& extra_configuration,
             const std::map<std::string, std::string>& environment)
    : sandbox(directory.path(), environment),
      daemon(directory.path(), sandbox,
             {std::filesystem::path{CADENCED_BIN_DIR} / "cadenced", extra_configuration,
              environment}) {
    sandbox.post("/sessions", {{"id", "wearer"}, {"timeRemainingSeconds", 1'000'000}});
    daemon.start_and_wait();
}

Json World::daily(const std::string& metric, int seconds) {
    auto const type = seconds == 0 ? "none" : "add_time";
    return {{"metric", metric},
            {"requiredCount", 1},
            {"cadence", {{"every", 1}, {"unit", "day"}}},
            {"punishment", {{"type", type}, {"seconds", seconds}}}};
}

Json World::daily_since(const std::string& metric, int seconds, int days) {
    auto requirement = daily(metric, seconds);
    requirement["activeFrom"] = rfc3339((now_ms() / kDayMs - days) * kDayMs);
    requirement["punishPast"] = true;
    return requirement;
}

void World::enrol(const Json& requirements, const std::string& timezone) const {
    auto const answer =
        daemon.put("/v1/sessions/wearer", {{"timezone", timezone}, {"requirements", requirements}});
    if (answer.status / 100 != 2) throw std::runtime_error("not enrolled: " + answer.body);
}

void World::launch() const {
    auto const answer =
        daemon.post("/v1/sessions/wearer/launches", {{"mainToken", sandbox.launch("wearer")}});
    if (answer.status != 202) throw std::runtime_error("not launched: " + answer.body);
}

void World::hand_in(const std::string& id, const std::string& metric, std::int64_t at_ms) const {
    auto const answer = daemon.post(
        "/v1/proofs",
        {{"id", id}, {"sessionId", "wearer"}, {"metric", metric}, {"happenedAt", rfc3339(at_ms)}});
    if (answer.status != 201) throw std::runtime_error("proof not taken: " + answer.body);
}

bool World::settles(std::chrono::milliseconds patience) const {
    return eventually(patience, [this] { return daemon.unsettled() == 0; });
}

std::vector<Json> World::effects(const std::string& kind) const {
    std::vector<Json> all;
    for (const auto& effect : sandbox.effects("wearer")) {
        if (effect.at("kind") == kind) all.push_back(effect);
    }
    return all;
}

int World::in_state(const char* delivery_state) const {
    return daemon.status().at("deliveries").at(delivery_state).get<int>();
}

std::map<std::string, int> World::verdicts(const std::string& metric) const {
    std::map<std::string, int> counts;
    for (const auto& window : daemon.all("/v1/sessions/wearer/windows?metric=" + metric)) {
        auto const& verdict = window.at("verdict");
        ++counts[verdict.is_null() ? "open" : verdict.get<std::string>()];
    }
    return counts;
}

std::map<std::string, std::string> shifted_clock(std::chrono::milliseconds shift) {
    return {{"LD_PRELOAD", CADENCED_CLOCK_SHIFT},
            {"CADENCED_CLOCK_SHIFT_MS", std::to_string(shift.count())}};
}

std::map<std::string, std::string> passed_time(std::chrono::milliseconds time) {
    auto environment = shifted_clock(time);
    environment["CADENCED_UPTIME_SHIFT_MS"] = std::to_string(time.count());
    return environment;
}

std::string rfc3339(std::int64_t at_ms) {
    auto const instant =
        std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{at_ms}};
    auto const day = std::chrono::floor<std::chrono::days>(instant);
    auto const date = std::chrono::year_month_day{day};
    auto const time = std::chrono::hh_mm_ss{instant - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::int64_t now_ms() {
    auto const now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace e2e
