// The kill test: the real daemon is killed with SIGKILL, again and again, at random moments of real
// writes over real TLS to a sandbox that takes its time, while proofs come in. Then it is counted
// what truly happened. --expect-violation: the daemon under test has a deliberate fault, and the
// test passes when it is caught.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/e2e/kill_account.hpp"
#include "tests/e2e/kill_backend.hpp"
#include "tests/e2e/kill_evidence.hpp"

namespace {

using namespace e2e;
using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr const char* kSession = "wearer-1";
constexpr const char* kPunished = "checkin";
// So few that no reading of the lock settles an unknown one: it is held at once, and the next one
// goes.
constexpr int kSeconds = 10;
constexpr const char* kProven = "steps";
constexpr int kLingerMs = 30;
constexpr int kSlowMs = 40;
constexpr int kCycleMs = 3 * kLingerMs + 3 * kSlowMs + 20;  // of one write, more or less

constexpr const char* kConfiguration = R"(
connections = 4
limits = { action = 100000, write = 100000, read = 100000 }
[defaults]
grace = "0s"
first_window = "strict"
[caps]
punishment_seconds_per_day = 31536000
punishment_max_age = "3000d"
proof_max_age = "3000d"
)";

struct Options {
    int kills{220};
    int least{20};  // of each point
    unsigned seed{1};
    std::string daemon{std::string{CADENCED_BIN_DIR} + "/cadenced-kill"};
    std::string expect_violation;  // a part of the sentence
};

Json enrolment(int windows) {
    auto const from = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()) -
                      std::chrono::days{windows};
    auto const date = std::chrono::year_month_day{from};
    auto const since =
        fmt::format("{:04}-{:02}-{:02}T00:00:00Z", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    Json const day = {{"every", 1}, {"unit", "day"}};
    return {{"timezone", "UTC"},
            {"requirements",
             Json::array({{{"metric", kPunished},
                           {"requiredCount", 1},
                           {"cadence", day},
                           {"punishment", {{"type", "add_time"}, {"seconds", kSeconds}}},
                           {"activeFrom", since},
                           {"punishPast", true}},
                          {{"metric", kProven},
                           {"requiredCount", 1000000},
                           {"cadence", day},
                           {"punishment", {{"type", "none"}, {"seconds", 0}}}}})}};
}

void slow_down(const Sandbox& sandbox) {
    auto faults = Json::array();
    for (const auto* path : {"action", "progress"}) {
        for (const auto* fault : {"slow_before", "slow_after"}) {
            faults.push_back({{"match", {{"path", path}}},
                              {"fault", fault},
                              {"ms", kSlowMs},
                              {"jitterMs", kSlowMs / 2}});
        }
    }
    sandbox.post("/faults", faults);
}

// Judges every closed window once more, as a nervous operator would. It must create nothing.
void replay(const DaemonProcess& daemon) {
    static_cast<void>(daemon.post(
        "/v1/backfill",
        {{"from", "2000-01-01"}, {"to", "2099-12-31"}, {"punish", true}, {"dryRun", false}}));
}

class KillTest {
  public:
    explicit KillTest(const Options& options)
        : options_(options),
          random_(options.seed),
          sandbox_(directory_.path()),
          daemon_(directory_.path(), sandbox_,
                  {options.daemon,
                   kConfiguration,
                   {{"CADENCED_TEST_LINGER_MS", std::to_string(kLingerMs)}}}),
          backend_(daemon_, kSession, kProven) {}

    int run() {
        auto const token = sandbox_.add_session(kSession, {{"timeRemainingSeconds", 100'000'000}});
        slow_down(sandbox_);
        daemon_.start_and_wait();
        enrol(token);
        daemon_.kill();
        while (killed_ < options_.kills || (killed_ < most_kills() && !fell_everywhere())) {
            live_and_die();
        }
        settle_down();
        return report();
    }

  private:
    // They fall where they do: so many more until enough of them fell everywhere.
    int most_kills() const { return options_.kills * 3 / 2; }

    void enrol(const std::string& token) {
        // More missed windows than the kills can get through, but for a calm end.
        auto const put = daemon_.put("/v1/sessions/wearer-1", enrolment(most_kills() * 3 / 2 + 20));
        auto const launched =
            daemon_.post("/v1/sessions/wearer-1/launches", {{"mainToken", token}});
        if (put.status != 201 || launched.status != 202) {
            throw std::runtime_error(put.body + launched.body);
        }
    }

    void live_and_die() {
        ++killed_;
        daemon_.start_and_wait();
        backend_.start();
        if (killed_ % 10 == 0) replay(daemon_);
        std::uniform_int_distribution<int> moment{0, 2 * kCycleMs};
        std::this_thread::sleep_for(milliseconds{moment(random_)});
        auto const killed_at = wall_ms();
        daemon_.kill();
        backend_.stop();
        auto const keys = keys_in_flight(daemon_.database());
        ++kills_[classify(keys, sandbox_, killed_at)];
        if (killed_ % 20 == 0) {
            fmt::print("{} of {} kills\n", killed_, options_.kills);
            std::fflush(stdout);
        }
    }

    // The sandbox answers at once again; whatever still waits goes out, and what is unknown is
    // settled (progress is sent once more after a minute).
    void settle_down() {
        sandbox_.remove("/faults");
        daemon_.start_and_wait();
        replay(daemon_);
        static_cast<void>(
            eventually(std::chrono::seconds{240}, [this] { return daemon_.unsettled() == 0; }));
    }

    int report() {
        auto const account = draw_up(sandbox_, daemon_, backend_, kSession, kPunished);
        int in_flight = 0;
        fmt::print("\n{:<24} kills\n", "the kill fell");
        for (auto const point : kKillPoints) {
            fmt::print("{:<24} {:>5}\n", to_string(point), kills_[point]);
            if (point != KillPoint::BeforeInFlight) in_flight += kills_[point];
        }
        fmt::print(
            "{:<24} {:>5}\n\nmissed windows {} = effects {} + held, not applied {}; windows "
            "punished twice {}\nheld {} <= kills in flight {}; proofs acknowledged {}, lost {}; "
            "progress that arrived {}\n",
            "all", killed_, account.missed, account.effects, account.held_not_applied,
            account.punished_twice, account.held, in_flight, account.acknowledged,
            account.forgotten, account.progress);
        auto const violations = account.violations(in_flight);
        for (const auto& violation : violations) fmt::print("VIOLATED: {}\n", violation);
        if (!options_.expect_violation.empty()) {
            auto const caught =
                std::any_of(violations.begin(), violations.end(), [this](const auto& violation) {
                    return violation.find(options_.expect_violation) != std::string::npos;
                });
            fmt::print("the deliberate fault was {}\n", caught ? "caught" : "MISSED");
            return caught ? 0 : 1;
        }
        if (!fell_everywhere()) fmt::print("fewer than {} kills fell somewhere\n", options_.least);
        return violations.empty() && fell_everywhere() ? 0 : 1;
    }

    bool fell_everywhere() {
        return std::all_of(kKillPoints.begin(), kKillPoints.end(),
                           [this](auto point) { return kills_[point] >= options_.least; });
    }

    Options options_;
    std::mt19937 random_;
    TemporaryDirectory directory_;
    Sandbox sandbox_;
    DaemonProcess daemon_;
    ProofBackend backend_;
    int killed_{0};
    std::map<KillPoint, int> kills_;
};

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Kills cadenced at random moments and counts what truly happened"};
    app.add_option("--kills", options.kills)->capture_default_str();
    app.add_option("--least", options.least, "kills that must fall at each point")
        ->capture_default_str();
    app.add_option("--seed", options.seed, "of the moments")->capture_default_str();
    app.add_option("--daemon", options.daemon, "the program to kill")->capture_default_str();
    app.add_option("--expect-violation", options.expect_violation,
                   "the daemon has a deliberate fault: pass when a violation that says this is "
                   "found");
    CLI11_PARSE(app, argc, argv);
    try {
        return KillTest{options}.run();
    } catch (const std::exception& error) {
        fmt::print(stderr, "kill test: {}\n", error.what());
        return 2;
    }
}
