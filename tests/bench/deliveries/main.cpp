// deliveries_bench: what a delivery with its durable states costs the daemon, beside what the same
// request costs a bare Beast client.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "tests/bench/deliveries/bare_client.hpp"
#include "tests/bench/deliveries/peer.hpp"
#include "tests/bench/deliveries/storm.hpp"
#include "tests/bench/report.hpp"
#include "tests/e2e/program.hpp"

namespace {

using bench::StormPlan;

struct Target {
    int connections;
    double most_times_bare;
};

double micros(std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

void report_storm(bench::Report& report, const Target& target, const bench::Bare& bare,
                  const StormPlan& plan, const bench::StormCost& cost) {
    const bool progress = plan.what == StormPlan::What::Progress;
    const std::string what = progress ? "progress" : "punishments";
    const auto writes = static_cast<double>(cost.writes);
    // A punishment's baseline read is a request of its own.
    const double requests = writes + static_cast<double>(cost.reads);
    const double each = micros(cost.cpu) / requests;
    report.add({.what = fmt::format("{}, {} connections: CPU per {}", what, target.connections,
                                    progress ? "delivery" : "request, baseline reads counted"),
                .measured = each / micros(bare.cpu_per_request),
                .unit = "x",
                .wanted = bench::Wanted::AtMost,
                .target = target.most_times_bare,
                .baseline = fmt::format("{:.1f} µs against {:.1f} µs of a bare Beast request", each,
                                        micros(bare.cpu_per_request))});
    report.add(
        {.what = fmt::format("{}, {} connections: deliveries per fsync", what, target.connections),
         .measured = writes / static_cast<double>(cost.syncs),
         .unit = "",
         .wanted = bench::Wanted::AtLeast,
         .target = 0.4 * target.connections,
         .baseline = "1 (each committed alone)"});
    report.note(fmt::format(
        "{}, {} connections: {:.0f} deliveries a second (bare client: {:.0f} requests a second); "
        "{} fsyncs, {} reads, {} writes; {:.1f} µs CPU per delivery",
        what, target.connections, writes / cost.seconds, bare.per_second, cost.syncs, cost.reads,
        cost.writes, micros(cost.cpu) / writes));
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
        "daemon's threads, handshakes counted on both sides.",
        shape.sessions, shape.each));
    for (const Target target : {Target{64, 3}, Target{8, 5}}) {
        StormPlan plan;
        plan.connections = target.connections;
        fmt::print(stderr, "deliveries_bench: {} connections …\n", target.connections);
        const auto bare = bench::run_bare_client(peer, target.connections, plan.deliveries());
        report_storm(report, target, bare, plan, bench::run_storm(peer, plan));
        plan.what = StormPlan::What::Punishments;
        report_storm(report, target, bare, plan, bench::run_storm(peer, plan));
    }
    report.print();
}

}  // namespace

int main() {
    try {
        run();
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "deliveries_bench: {}\n", error.what());
        return 70;
    }
}
