// Thousands of lock sessions whose windows close at one midnight and who all launch at once: the
// real daemon and the sandbox, which enforces the documented rate limits, under a wall clock that
// is shifted so that the midnight is near. "quiet" ones missed that one window; "hungry" ones owe
// more than a minute's limit admits; "noisy" ones owe 60 and are answered late, with 429 or 503.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/e2e/daemon_process.hpp"
#include "tests/e2e/herd_watch.hpp"
#include "tests/e2e/program.hpp"
#include "tests/e2e/sandbox.hpp"

namespace e2e {

struct HerdPlan {
    int lock_sessions{300};        // all of them
    int hungry{10};                // of these
    int noisy{0};                  // of these, in equal parts late, 429 and 503
    std::chrono::seconds lead{8};  // from the start to midnight: time to enrol them all
    int daemon_actions{20};        // the daemon's own limit; the sandbox admits 20
    std::string log_level{"info"};
};

// How long after the first launch what was counted had taken place, on the sandbox's clock.
struct HerdTimes {
    std::chrono::milliseconds half_of_quiet{0};
    std::chrono::milliseconds most_of_quiet{0};  // 99 of 100
    std::chrono::milliseconds all_of_quiet{0};
    std::chrono::milliseconds all{0};  // of those that are not noisy
};

struct HerdAccount {
    int expected{0};         // punishments due of those that are not noisy
    int applied{0};          // of those
    int too_often{0};        // of all lock sessions: applied beyond what was due
    int refused{0};          // 429 answers that no fault rule made
    int refused_at_will{0};  // 429 and 503 answers that one made
    int requests{0};
    int noisy_applied{0};
    int noisy_expected{0};
    std::vector<std::string> astray;  // deliveries that went wrong, of those that are not noisy
    HerdTimes times;
};

// The machine was too busy to enrol them all in time: another try needs a longer lead.
class MidnightCameFirst : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Herd {
  public:
    explicit Herd(HerdPlan plan);

    // Both programs, all lock sessions in the sandbox and, by the socket, in the daemon. Throws
    // MidnightCameFirst, or when anything is refused.
    void enrol();
    // Returns when all windows that midnight closes are judged: how long after it.
    std::chrono::milliseconds wait_for_midnight();
    // One POST each, many at a time. Returns how long it took.
    std::chrono::milliseconds launch_all();

    enum class Until {
        QuietServed,
        AllServed
    };  // but for the noisy, and for what limits hold back
    // False when `patience` was over first.
    bool serve(Until until, std::chrono::seconds patience);
    // Stops the watch; what truly happened.
    HerdAccount account();

    [[nodiscard]] const WatchReport& watched() const { return watched_; }
    [[nodiscard]] DaemonProcess& daemon() { return daemon_; }

  private:
    struct Member {
        std::string id;
        int owes{1};
        bool noisy{false};
        std::string token;
    };

    void add(Member& member) const;
    void make_noise() const;
    void count_effects();
    [[nodiscard]] bool served(Until until) const;
    [[nodiscard]] HerdTimes times() const;
    [[nodiscard]] int expected_windows() const;
    void count_requests(HerdAccount& account) const;
    void count_deliveries(HerdAccount& account) const;

    HerdPlan plan_;
    std::int64_t midnight_ms_;       // of UTC, on the clock that the programs see
    std::int64_t real_midnight_ms_;  // the same instant on this machine's clock
    std::map<std::string, std::string> environment_;
    TemporaryDirectory directory_;
    Sandbox sandbox_;
    DaemonProcess daemon_;
    std::vector<Member> members_;
    std::map<std::string, std::vector<std::int64_t>> effects_;  // by lock session: when, shifted
    std::uint64_t last_effect_{0};
    std::int64_t launched_at_ms_{0};  // shifted
    HerdWatch watch_;
    WatchReport watched_;
};

}  // namespace e2e
