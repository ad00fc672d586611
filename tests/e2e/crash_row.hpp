// One row of the crash matrix: a sandbox and a daemon that dies in one cell after the other, then
// lives on until nothing is left to do, and the account of what truly happened in each.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/crash_cells.hpp"
#include "tests/e2e/daemon_process.hpp"
#include "tests/e2e/program.hpp"
#include "tests/e2e/sandbox.hpp"

namespace e2e {

struct CrashPrograms {
    std::filesystem::path dies;      // linked with kill_waypoints.cpp
    std::filesystem::path lives_on;  // takes over its state
};

class CrashRow {
  public:
    struct Result {
        CrashCell cell;
        int kills{0};
        std::vector<std::string> violations;  // a sentence each
    };

    CrashRow(const std::vector<CrashCell>& cells, CrashPrograms programs);

    // Throws when a program does not start.
    [[nodiscard]] std::vector<Result> run();

  private:
    // What the backend of one cell has been told; it repeats what was not answered.
    struct Backend {
        Result result;
        std::int64_t since_ms{0};
        std::string token;
        bool enrolled{false};
        bool launched{false};
        bool proven{false};
    };

    void open(Backend& cell) const;
    void die_in(Backend& cell);
    void live_first(Backend& cell, const std::string& charge);
    void hand_in(Backend& cell) const;
    void prove(Backend& cell) const;
    void live_on();
    void live_ahead(std::chrono::seconds ahead);
    void launch_anew();
    [[nodiscard]] bool busy(std::chrono::seconds ahead) const;
    [[nodiscard]] bool in_state(const Backend& cell, const std::string& kind,
                                const std::string& state) const;
    [[nodiscard]] std::vector<Result> settle_accounts();

    CrashPrograms programs_;
    TemporaryDirectory directory_;
    Sandbox sandbox_;
    DaemonProcess daemon_;
    std::vector<Backend> cells_;
    std::string date_rule_;  // of the sandbox: answers are dated ahead
};

}  // namespace e2e
