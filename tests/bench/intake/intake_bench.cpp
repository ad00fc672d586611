// Proofs into a running daemon, over its socket, acknowledged durably.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/bench/cpu_time.hpp"
#include "tests/bench/intake/baselines.hpp"
#include "tests/bench/intake/load.hpp"
#include "tests/bench/report.hpp"
#include "tests/e2e/daemon_process.hpp"
#include "tests/e2e/slow_disk.hpp"

namespace {

using namespace std::chrono_literals;
using bench::Acknowledged;
using bench::Proofs;
using bench::Report;
using bench::Wanted;

constexpr int kSessions = 1'000;
constexpr int kLines = 200'000;
constexpr auto kSinglesFor = 5s;

double cpu_seconds(pid_t pid) {
    return std::chrono::duration<double>(bench::cpu_time_of(pid)).count();
}

class Intake {
  public:
    Intake() {
        daemon_.start_and_wait();
        for (int i = 0; i < kSessions; ++i) enrol("lock-" + std::to_string(i));
    }

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }

    struct Run {
        Acknowledged done;
        double syncs{0};
        double cpu_us{0};  // the daemon's, a proof
        [[nodiscard]] double a_sync() const { return done.proofs / syncs; }
    };
    Run singly(int clients) {
        const Proofs proofs{"single" + std::to_string(clients), kSessions};
        return measure([this, &proofs, clients] {
            return bench::hand_in_singly(socket(), proofs, clients, kSinglesFor);
        });
    }
    Run lines(int sessions) {
        const Proofs proofs{"line" + std::to_string(sessions), sessions};
        return measure([this, &proofs] { return bench::hand_in_lines(socket(), proofs, kLines); });
    }

  private:
    [[nodiscard]] std::filesystem::path socket() const { return daemon_.directory() / "socket"; }

    void enrol(const std::string& session) const {
        const nlohmann::json requirement{{"metric", "check_in"},
                                         {"requiredCount", 3},
                                         {"cadence", {{"every", 1}, {"unit", "day"}}},
                                         {"punishment", {{"type", "add_time"}, {"seconds", 60}}}};
        const auto answer =
            daemon_.put("/v1/sessions/" + session, {{"requirements", {requirement}}});
        if (answer.status != 201) throw std::runtime_error("not enrolled: " + answer.body);
    }

    template <class Work>
    Run measure(Work work) {
        const auto syncs = disk_.syncs();
        const auto cpu = cpu_seconds(daemon_.program().pid());
        Run run;
        run.done = work();
        run.syncs = static_cast<double>(disk_.syncs() - syncs);
        run.cpu_us = (cpu_seconds(daemon_.program().pid()) - cpu) * 1e6 / run.done.proofs;
        return run;
    }

    e2e::TemporaryDirectory directory_;
    e2e::SlowDisk disk_{directory_.path()};
    e2e::Sandbox sandbox_{directory_.path()};
    e2e::DaemonProcess daemon_{
        directory_.path(),
        sandbox_,
        {std::filesystem::path{CADENCED_BIN_DIR} / "cadenced", {}, disk_.environment()}};
};

void note(Report& report, const std::string& what, const Intake::Run& run) {
    report.note(
        fmt::format("{}: {:.0f} proofs acknowledged a second, {:.1f} a sync, {:.1f} µs of "
                    "the daemon's processor time each",
                    what, run.done.per_second(), run.a_sync(), run.cpu_us));
}

void run() {
    Report report(
        fmt::format("intake: {} lock sessions, single proofs for {} s, {} lines of NDJSON",
                    kSessions, kSinglesFor.count(), kLines));
    Intake intake;
    const double syncs = bench::raw_syncs(intake.directory());
    const double rows = bench::sqlite_rows(intake.directory(), kLines);
    const std::string disk = fmt::format("4 KiB appended and synced: {:.0f} a second", syncs);
    const std::string sqlite =
        fmt::format("SQLite alone, 1,000 rows a commit: {:.0f} a second", rows);

    const auto alone = intake.singly(1);
    note(report, "1 client, single proofs", alone);
    note(report, "8 clients, single proofs", intake.singly(8));
    const auto many = intake.singly(64);
    note(report, "64 clients, single proofs", many);
    report.add({"64 clients, single proofs: proofs a sync", many.a_sync(), "", Wanted::AtLeast, 32,
                fmt::format("1 client: {:.2f} a sync; {}", alone.a_sync(), disk)});
    for (const int sessions : {1, kSessions}) {
        const auto lines = intake.lines(sessions);
        const auto what = fmt::format("NDJSON, {} lock session(s)", sessions);
        note(report, what, lines);
        report.add({what + ": proofs acknowledged", lines.done.per_second(), "a second",
                    Wanted::AtLeast, 20'000, sqlite});
    }
    report.print();
}

}  // namespace

int main() { return bench::run_benchmark("intake_bench", run); }
