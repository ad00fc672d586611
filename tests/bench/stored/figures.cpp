#include "tests/bench/stored/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "tests/bench/cpu_time.hpp"
#include "tests/bench/stored/daemon_run.hpp"
#include "tests/bench/stored/status_client.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr int kStarts = 3;
constexpr int kCalls = 500;

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

void measure_start(const std::filesystem::path& directory, DaemonFacts& facts) {
    DaemonRun(directory).stop();  // makes the ledger where there is none
    std::vector<double> clean;
    for (int i = 0; i < kStarts; ++i) {
        DaemonRun daemon(directory);
        clean.push_back(daemon.start_time().count());
        daemon.stop();
    }
    facts.clean_start_s = spread_of(clean).median;
    DaemonRun crashed(directory);
    crashed.kill();
    DaemonRun after(directory);
    facts.start_after_kill_s = after.start_time().count();
    // The file is being read whole by now.
    facts.status_while_checked_ms =
        spread_of_calls([&after] { StatusClient(after.socket()).get("/v1/status"); });
    after.stop();
}

void measure_idle(const DaemonRun& daemon, std::chrono::seconds idle, DaemonFacts& facts) {
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
    facts.loop_wakes = static_cast<double>(loop) / minutes;
    facts.all_wakes = static_cast<double>(all) / minutes;
    facts.idle_cpu_ms = std::chrono::duration<double, std::milli>(cpu).count() / minutes;
    facts.watchdog_feedings = daemon.feedings();
}

void measure_status(const DaemonRun& daemon, DaemonFacts& facts) {
    const auto busy = cpu_time_of(daemon.pid());
    facts.status_ms =
        spread_of_calls([&daemon] { StatusClient(daemon.socket()).get("/v1/status"); });
    StatusClient kept(daemon.socket());
    facts.status_kept_ms = spread_of_calls([&kept] { kept.get("/v1/status"); });
    const auto cpu = (cpu_time_of(daemon.pid()) - busy) / (2 * kCalls);
    facts.status_cpu_us = std::chrono::duration<double, std::micro>(cpu).count();
    facts.bare_kept_ms = spread_of_calls([&kept] { kept.get("/livez"); });
}

void add_start(const DaemonFacts& facts, const DaemonFacts& empty, Report& report) {
    report.add({fmt::format("exec to ready, after a clean stop (median of {})", kStarts),
                facts.clean_start_s, "s", Wanted::AtMost, 0.5,
                fmt::format("nothing stored: {:.3f} s", empty.clean_start_s)});
    report.add({"exec to ready, after SIGKILL", facts.start_after_kill_s, "s", Wanted::AtMost, 0.5,
                fmt::format("nothing stored: {:.3f} s", empty.start_after_kill_s)});
    report.add(
        {fmt::format("GET /v1/status while the file is checked after that, longest of {}", kCalls),
         facts.status_while_checked_ms.longest, "ms", Wanted::AtMost, 5,
         fmt::format("nothing stored: {:.2f} ms; median {:.2f} ms against {:.2f} ms",
                     empty.status_while_checked_ms.longest, facts.status_while_checked_ms.median,
                     empty.status_while_checked_ms.median)});
}

void add_memory(const Memory& memory, const Memory& empty, const std::string& when,
                Report& report) {
    report.add({"RSS, " + when, memory.resident_mib, "MiB", Wanted::AtMost, 40,
                fmt::format("nothing stored: {:.1f} MiB; highest {:.1f} against {:.1f}, anonymous "
                            "{:.1f} against {:.1f}",
                            empty.resident_mib, memory.highest_mib, empty.highest_mib,
                            memory.of_its_own_mib, empty.of_its_own_mib)});
}

void add_idle(const DaemonFacts& facts, const DaemonFacts& empty, std::chrono::seconds idle,
              Report& report) {
    report.add({"wake-ups of the loop a minute, idle: its timers, and what comes home to it",
                facts.loop_wakes, "", Wanted::AtMost, 6,
                fmt::format("nothing stored: {:.1f}", empty.loop_wakes)});
    report.add({"wake-ups of every thread a minute, idle: waits for the disk among them",
                facts.all_wakes, "", Wanted::AtMost, 6,
                fmt::format("nothing stored: {:.1f}", empty.all_wakes)});
    report.add({"CPU, idle", facts.idle_cpu_ms, "ms a minute", Wanted::AtMost, 6,
                fmt::format("nothing stored: {:.2f} ms a minute", empty.idle_cpu_ms)});
    report.note(fmt::format(
        "Idle for {} s; wake-ups are the voluntary_ctxt_switches of /proc/PID/task; the watchdog "
        "(WatchdogSec={}) was fed {} times; 6 ms of CPU a minute are 0.01 %.",
        idle.count(), DaemonRun::watchdog().count(), facts.watchdog_feedings));
}

void add_status(const DaemonFacts& facts, const DaemonFacts& empty, Report& report) {
    report.add({"GET /v1/status, a new connection each: p99", facts.status_ms.p99, "ms",
                Wanted::AtMost, 5,
                fmt::format("nothing stored: {:.2f} ms; median {:.2f} ms against {:.2f} ms",
                            empty.status_ms.p99, facts.status_ms.median, empty.status_ms.median)});
    report.add(
        {"GET /v1/status, kept alive: p99", facts.status_kept_ms.p99, "ms", Wanted::AtMost, 5,
         fmt::format("nothing stored: {:.2f} ms; GET /livez {:.2f} ms; medians {:.2f}, "
                     "{:.2f} and {:.2f} ms",
                     empty.status_kept_ms.p99, facts.bare_kept_ms.p99, facts.status_kept_ms.median,
                     empty.status_kept_ms.median, facts.bare_kept_ms.median)});
    report.add({.what = "CPU of the daemon in a GET /v1/status",
                .measured = facts.status_cpu_us,
                .unit = "µs",
                .target = {},
                .baseline = fmt::format("nothing stored: {:.0f} µs", empty.status_cpu_us)});
}

}  // namespace

DaemonFacts look_at_daemon(const std::filesystem::path& directory, std::chrono::seconds idle) {
    DaemonFacts facts;
    measure_start(directory, facts);
    DaemonRun daemon(directory);
    facts.memory_ready = memory_of(daemon.pid());
    measure_idle(daemon, idle, facts);
    measure_status(daemon, facts);
    StatusClient client(daemon.socket());
    client.get("/v1/sessions?limit=1000");
    client.get("/v1/deliveries?limit=1000");
    facts.memory_used = memory_of(daemon.pid());
    daemon.stop();
    return facts;
}

Report report_daemon(const std::string& stored, const DaemonFacts& facts, const DaemonFacts& empty,
                     std::chrono::seconds idle) {
    Report report("The daemon with " + stored + ", beside the same with nothing stored");
    add_start(facts, empty, report);
    add_memory(facts.memory_ready, empty.memory_ready, "ready", report);
    add_memory(facts.memory_used, empty.memory_used,
               "after 1,000 calls of status and lists of 1,000 sessions and deliveries", report);
    add_idle(facts, empty, idle, report);
    add_status(facts, empty, report);
    return report;
}

}  // namespace bench
