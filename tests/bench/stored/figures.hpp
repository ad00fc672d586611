// What a daemon with much in its ledger needs: to start, to be there, to do nothing, to answer.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/bench/report.hpp"
#include "tests/bench/stored/process_facts.hpp"

namespace bench {

struct Spread {
    double median{0};
    double p99{0};
    double longest{0};
};

// What one daemon on one ledger needed.
struct DaemonFacts {
    double clean_start_s{0};  // exec to ready, median of several
    double start_after_kill_s{0};
    Spread status_while_checked_ms;  // as the file is read whole after a kill
    Memory memory_ready;
    Memory memory_used;        // after calls of status and long lists
    double loop_wakes{0};      // a minute, idle
    double all_wakes{0};       // of every thread
    double idle_cpu_ms{0};     // a minute
    int watchdog_feedings{0};  // while idle
    Spread status_ms;          // GET /v1/status, a new connection each
    Spread status_kept_ms;     // kept alive
    Spread bare_kept_ms;       // GET /livez, kept alive
    double status_cpu_us{0};   // of a GET /v1/status
};

// `directory` holds the ledger, or nothing yet; the daemon idles for `idle`.
[[nodiscard]] DaemonFacts look_at_daemon(const std::filesystem::path& directory,
                                         std::chrono::seconds idle);

// The facts of the daemon with `stored` ("100,000 lock sessions, 1,000,000 windows") beside those
// of the same daemon with nothing stored.
[[nodiscard]] Report report_daemon(const std::string& stored, const DaemonFacts& facts,
                                   const DaemonFacts& empty, std::chrono::seconds idle);

}  // namespace bench
