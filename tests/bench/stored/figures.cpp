#include "tests/bench/stored/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "tests/bench/stored/daemon_run.hpp"
#include "tests/bench/stored/process_facts.hpp"
#include "tests/bench/stored/status_client.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kStarts = 3;
constexpr int kCalls = 500;

struct Spread {
    double median{0};
    double p99{0};
    double longest{0};
};

Spread spread_of(std::vector<double> all) {
    std::sort(all.begin(), all.end());
    return {all[all.size() / 2], all[all.size() * 99 / 100], all.back()};
}

template <class Call>
double milliseconds_of(const Call& call) {
    const auto begin = Steady::now();
    call();
    return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

template <class Call>
Spread spread_of_calls(const Call& call) {
    std::vector<double> all;
    for (int i = 0; i < kCalls; ++i) all.push_back(milliseconds_of(call));
    return spread_of(std::move(all));
}

void measure_start(const std::filesystem::path& directory, Report& report) {
    std::vector<double> clean;
    for (int i = 0; i < kStarts; ++i) {
        DaemonRun daemon(directory);
        clean.push_back(daemon.start_time().count());
        daemon.stop();
    }
    DaemonRun crashed(directory);
    crashed.kill();
    DaemonRun after(directory);
    const double unclean = after.start_time().count();
    // The file is being read whole by now.
    const auto meanwhile =
        spread_of_calls([&after] { StatusClient(after.socket()).get("/v1/status"); });
    after.stop();
    report.add({"exec to ready, after a clean stop (median of 3)", spread_of(clean).median, "s",
                Wanted::AtMost, 0.5, "-"});
    report.add({"exec to ready, after SIGKILL", unclean, "s", Wanted::AtMost, 0.5, "-"});
    report.add({"GET /v1/status while the file is checked after that, longest of 500",
                meanwhile.longest, "ms", Wanted::AtMost, 5,
                fmt::format("median {:.2f} ms", meanwhile.median)});
}

void add_memory(const DaemonRun& daemon, const std::string& when, Report& report) {
    const Memory memory = memory_of(daemon.pid());
    report.add({"RSS, " + when, memory.resident_mib, "MiB", Wanted::AtMost, 40,
                fmt::format("highest {:.1f}, anonymous {:.1f} MiB", memory.highest_mib,
                            memory.of_its_own_mib)});
}

void measure_idle(const DaemonRun& daemon, std::chrono::seconds idle, Report& report) {
    std::this_thread::sleep_for(2s);  // what becoming ready has begun is over
    static_cast<void>(daemon.feedings());
    const auto slept = sleeps_of(daemon.pid());
    const auto busy = cpu_time_of(daemon.pid());
    std::this_thread::sleep_for(idle);
    const auto cpu = cpu_time_of(daemon.pid()) - busy;
    const double minutes = std::chrono::duration<double, std::ratio<60>>(idle).count();
    std::int64_t loop = 0;
    std::int64_t all = 0;
    for (const auto& [thread, sleeps] : sleeps_of(daemon.pid())) {
        const auto before = slept.find(thread);
        const std::int64_t woken = sleeps - (before == slept.end() ? 0 : before->second);
        all += woken;
        if (thread == daemon.pid()) loop += woken;
    }
    report.add({"wake-ups of the loop a minute, idle: its timers, and what comes home to it",
                static_cast<double>(loop) / minutes, "", Wanted::AtMost, 6,
                fmt::format("over {} s; the watchdog (WatchdogSec={}) was fed {} times",
                            idle.count(), DaemonRun::watchdog().count(), daemon.feedings())});
    report.add({"wake-ups of every thread a minute, idle: waits for the disk among them",
                static_cast<double>(all) / minutes, "", Wanted::AtMost, 6,
                "voluntary_ctxt_switches of all of /proc/PID/task"});
    report.add({"CPU, idle", std::chrono::duration<double, std::milli>(cpu).count() / minutes,
                "ms a minute", Wanted::AtMost, 6, "6 ms a minute are 0.01 %"});
}

void measure_status(const DaemonRun& daemon, Report& report) {
    const auto busy = cpu_time_of(daemon.pid());
    const auto fresh =
        spread_of_calls([&daemon] { StatusClient(daemon.socket()).get("/v1/status"); });
    StatusClient kept(daemon.socket());
    const auto keep_alive = spread_of_calls([&kept] { kept.get("/v1/status"); });
    const auto cpu = (cpu_time_of(daemon.pid()) - busy) / (2 * kCalls);
    const auto bare = spread_of_calls([&kept] { kept.get("/livez"); });
    const std::string baseline =
        fmt::format("GET /livez, kept alive: {:.2f} ms, p99 {:.2f} ms", bare.median, bare.p99);
    report.add({"GET /v1/status, a new connection each: p99", fresh.p99, "ms", Wanted::AtMost, 5,
                fmt::format("median {:.2f} ms", fresh.median)});
    report.add({"GET /v1/status, kept alive: p99", keep_alive.p99, "ms", Wanted::AtMost, 5,
                fmt::format("median {:.2f} ms; {}", keep_alive.median, baseline)});
    report.note(fmt::format("CPU of the daemon in a GET /v1/status: {:.0f} µs",
                            std::chrono::duration<double, std::micro>(cpu).count()));
}

}  // namespace

Report measure_daemon(const std::filesystem::path& directory, const std::string& stored,
                      std::chrono::seconds idle) {
    Report report("The daemon with " + stored);
    measure_start(directory, report);
    DaemonRun daemon(directory);
    add_memory(daemon, "ready", report);
    measure_idle(daemon, idle, report);
    measure_status(daemon, report);
    StatusClient client(daemon.socket());
    client.get("/v1/sessions?limit=1000");
    client.get("/v1/deliveries?limit=1000");
    add_memory(daemon, "after 1,000 calls of status and lists of 1,000 sessions and deliveries",
               report);
    daemon.stop();
    return report;
}

}  // namespace bench
