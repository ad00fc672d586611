// A real daemon on a ledger that is there already, as the service manager would run it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "tests/daemon/notify_socket.hpp"
#include "tests/e2e/program.hpp"

namespace bench {

class DaemonRun {
  public:
    // `directory`/cadenced.db is the ledger; the rest is written beside it. Its platform is a place
    // where nobody listens. Starts and waits for /readyz; throws std::runtime_error with the log.
    explicit DaemonRun(std::filesystem::path directory);

    // From exec to the first 200 of /readyz, asked every millisecond or so.
    [[nodiscard]] std::chrono::duration<double> start_time() const { return start_time_; }
    [[nodiscard]] pid_t pid() const { return program_->pid(); }
    [[nodiscard]] std::filesystem::path socket() const { return directory_ / "socket"; }
    [[nodiscard]] std::string log() const;
    // Messages that said WATCHDOG=1 since the last call.
    [[nodiscard]] int feedings() const;
    void stop();  // SIGTERM, and waits
    void kill();  // as a crash would

    // What the unit's WatchdogSec is.
    [[nodiscard]] static std::chrono::seconds watchdog();

  private:
    void write_configuration() const;
    [[nodiscard]] bool is_ready() const;

    std::filesystem::path directory_;
    cadenced::test::NotifySocket manager_;
    std::optional<e2e::Program> program_;
    std::chrono::duration<double> start_time_{};
};

}  // namespace bench
