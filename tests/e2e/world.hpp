// What an end-to-end test stands on: a directory, the sandbox, the daemon, and a few words to speak
// of a lock session "wearer".
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/e2e/daemon_process.hpp"
#include "tests/e2e/program.hpp"
#include "tests/e2e/sandbox.hpp"

namespace e2e {

class World {
  public:
    // `extra_configuration` begins inside [platform.chastify].
    explicit World(const std::string& extra_configuration = kQuick,
                   const std::map<std::string, std::string>& environment = {});

    static constexpr const char* kQuick = R"(
limits = { action = 100000, write = 100000, read = 100000 }
[defaults]
grace = "0s"
first_window = "strict"
)";

    // A requirement of one a day, missed days cost `seconds`.
    static nlohmann::json daily(const std::string& metric, int seconds);
    // The same, in force for the last `days` days, whose misses are punished.
    static nlohmann::json daily_since(const std::string& metric, int seconds, int days);
    // So few that no reading of the lock could settle an unknown one: it is held at once.
    static constexpr int kTooFewToSee = 10;

    void enrol(const nlohmann::json& requirements, const std::string& timezone = "UTC") const;
    void launch() const;  // of "wearer"; its lock session exists in the sandbox
    void hand_in(const std::string& id, const std::string& metric, std::int64_t at_ms) const;

    // Waits until nothing waits or moves; the test fails when that does not come about.
    [[nodiscard]] bool settles(std::chrono::milliseconds patience = std::chrono::seconds{60}) const;
    [[nodiscard]] std::vector<nlohmann::json> effects(const std::string& kind) const;
    [[nodiscard]] int in_state(const char* delivery_state) const;  // deliveries, by its status
    [[nodiscard]] std::map<std::string, int> verdicts(const std::string& metric) const;

    TemporaryDirectory directory;
    Sandbox sandbox;
    DaemonProcess daemon;
};

// The environment that moves a program's wall clock: somebody has set it; or that much time has
// truly passed.
[[nodiscard]] std::map<std::string, std::string> shifted_clock(std::chrono::milliseconds shift);
[[nodiscard]] std::map<std::string, std::string> passed_time(std::chrono::milliseconds time);

[[nodiscard]] std::string rfc3339(std::int64_t at_ms);
[[nodiscard]] std::int64_t now_ms();
inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr std::int64_t kHourMs = 3'600'000;

}  // namespace e2e
