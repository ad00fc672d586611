// deliveries_bench: what a delivery with its durable states costs the daemon, beside what the same
// request costs a bare Beast client.
#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "tests/bench/deliveries/bare_client.hpp"
#include "tests/bench/deliveries/peer.hpp"
#include "tests/bench/deliveries/storm.hpp"
#include "tests/bench/report.hpp"
#include "tests/e2e/program.hpp"

namespace {

using bench::StormPlan;

using What = StormPlan::What;

struct Target {
    int connections;
    double most_times_bare;
};

struct Storm {
    std::string name;  // "progress, 64 connections"
    bench::StormCost cost;
    bench::Bare bare;    // with as many connections, the mean of before and after
    double lone_a_sync;  // deliveries per fsync with one connection
};

double micros(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

double writes_a_sync(const bench::StormCost& cost) {
    return static_cast<double>(cost.writes) / static_cast<double>(cost.syncs);
}

// A read is charged what a bare request costs, so whatever it costs more is the delivery's.
void report_cpu(bench::Report& report, const Storm& storm, double most_times_bare) {
    const double bare = micros(storm.bare.cpu_per_request);
    const auto reads = static_cast<double>(storm.cost.reads);
    const auto writes = static_cast<double>(storm.cost.writes);
    const double each = (micros(storm.cost.cpu) - reads * bare) / writes;
    report.add(
        {.what = fmt::format("{}: CPU per delivery = (the daemon's {:.0f} ms − {} reads × {:.1f} "
                             "µs) / {} writes, divided by a bare request's",
                             storm.name, micros(storm.cost.cpu) / 1000, storm.cost.reads, bare,
                             storm.cost.writes),
         .measured = each / bare,
         .unit = "x",
         .wanted = bench::Wanted::AtMost,
         .target = most_times_bare,
         .baseline =
             fmt::format("{:.1f} µs against {:.1f} µs of a bare Beast request", each, bare)});
    report.add({.what = storm.name + ": baseline reads, counted apart",
                .measured = reads,
                .unit = "reads",
                .target = {},
                .baseline = fmt::format("{} writes", storm.cost.writes)});
}

void report_storm(bench::Report& report, const Storm& storm, const Target& target) {
    report_cpu(report, storm, target.most_times_bare);
    report.add({.what = storm.name + ": deliveries per fsync = writes / (fsyncs + fdatasyncs)",
                .measured = writes_a_sync(storm.cost),
                .unit = "",
                .wanted = bench::Wanted::AtLeast,
                .target = 0.4 * target.connections,
                .baseline = fmt::format("1 connection: {:.2f} per fsync", storm.lone_a_sync)});
    report.note(
        fmt::format("{}: {:.0f} deliveries a second (bare client: {:.0f} requests a "
                    "second); {} fsyncs, {} reads, {} writes",
                    storm.name, static_cast<double>(storm.cost.writes) / storm.cost.seconds,
                    storm.bare.per_second, storm.cost.syncs, storm.cost.reads, storm.cost.writes));
}

bench::StormCost run_aloud(const bench::Peer& peer, const StormPlan& plan) {
    fmt::print(stderr, "deliveries_bench: {} connections …\n", plan.connections);
    return bench::run_storm(peer, plan);
}

// A neighbour's or the machine's mood is thus on both sides.
bench::Bare mean(const bench::Bare& one, const bench::Bare& other) {
    return {(one.cpu_per_request + other.cpu_per_request) / 2,
            (one.per_second + other.per_second) / 2};
}

void run() {
    const e2e::TemporaryDirectory directory;
    const bench::Peer peer(directory.path() / "ca.pem");
    bench::Report report("Deliveries over TLS keep-alive, with their durable states");
    const StormPlan shape;
    report.note(fmt::format(
        "A launch storm: {} lock sessions with {} due deliveries each, all due at one instant. One "
        "write of a lock session is in flight at a time, so many of them are needed to fill the "
        "connections. The peer is a process of its own; CPU is user and system time of all the "
        "daemon's threads, handshakes counted on both sides. A punishment's baseline read is a "
        "request of its own; it is charged what a bare request costs. A bare request's cost is the "
        "mean "
        "of one run before the storm and one after it.",
        shape.sessions, shape.each));
    constexpr int kLoneSessions = 32;  // enough where each delivery waits for its own fsyncs
    for (const auto& [what, name] :
         {std::pair{What::Progress, "progress"}, std::pair{What::Punishments, "punishments"}}) {
        const auto lone =
            run_aloud(peer, {.what = what, .connections = 1, .sessions = kLoneSessions});
        for (const Target target : {Target{64, 3}, Target{8, 5}}) {
            const StormPlan plan{.what = what, .connections = target.connections};
            const auto before = bench::run_bare_client(peer, plan.connections, plan.deliveries());
            const auto cost = run_aloud(peer, plan);
            const auto after = bench::run_bare_client(peer, plan.connections, plan.deliveries());
            report_storm(report,
                         {fmt::format("{}, {} connections", name, plan.connections), cost,
                          mean(before, after), writes_a_sync(lone)},
                         target);
        }
    }
    report.print();
}

}  // namespace

int main() { return bench::run_benchmark("deliveries_bench", run); }
