// What the parts cost, by themselves: CPU time and allocations of one call.
#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/parts/boundaries.hpp"
#include "tests/bench/parts/collected.hpp"
#include "tests/bench/parts/parsing.hpp"
#include "tests/bench/parts/verdicts.hpp"
#include "tests/bench/report.hpp"

namespace {

using bench::Cost;
using bench::Place;
using Costs = std::map<std::string, Cost>;

constexpr double kBoundaryTarget = 200;

std::string baselines_of(const Costs& costs, const std::string& place) {
    std::string text = fmt::format("date/tz {:.0f} ns", costs.at("date/tz " + place).nanoseconds);
    const auto absl = costs.find("absl " + place);
    if (absl != costs.end()) text += fmt::format(", absl {:.0f} ns", absl->second.nanoseconds);
    return text;
}

void report_boundaries(const Costs& costs, const std::vector<Place>& places) {
    bench::Report report("Window boundaries: both ends of the window that contains an instant");
    double allocations = 0;
    double dates = 0;
    for (const Place& place : places) {
        dates = std::max(dates, costs.at("date/tz " + place.name).allocations);
        for (const char* const unit : {"day ", "week "}) {
            const Cost& cost = costs.at(unit + place.name);
            allocations = std::max(allocations, cost.allocations);
            report.add({unit + place.name, cost.nanoseconds, "ns", bench::Wanted::AtMost,
                        kBoundaryTarget, baselines_of(costs, place.name)});
        }
    }
    report.add({"allocations in a boundary, the most of all these", allocations, "",
                bench::Wanted::AtMost, 0,
                fmt::format("date/tz: {:.0f}; counted by this program's operator new", dates)});
    report.note(
        "CPU time, median of 5 repetitions, instants in random order. The baselines find one end "
        "only: the local date of the instant, and the start of the next.");
#ifndef CADENCED_BENCH_ABSL
    report.note("Abseil (libabsl-dev) is not installed: its figures are left out.");
#endif
    report.print();
}

void report_others(const Costs& costs) {
    bench::Report report("Other parts, without a target");
    for (const char* const name : {"proof line", "context"}) {
        const Cost& ours = costs.at(name);
        const Cost& bare = costs.at(std::string(name) + " bare");
        report.add({.what = fmt::format("{} ({:.0f} allocations)", name, ours.allocations),
                    .measured = ours.nanoseconds,
                    .unit = "ns",
                    .target = {},
                    .baseline = fmt::format("nlohmann::json::parse alone: {:.0f} ns, {:.0f} "
                                            "allocations",
                                            bare.nanoseconds, bare.allocations)});
    }
    for (const char* const name :
         {"verdict", "verdict among ten pauses and ten outages", "who punishes"}) {
        const Cost& ours = costs.at(name);
        report.add({.what = fmt::format("{} ({:.0f} allocations)", name, ours.allocations),
                    .measured = ours.nanoseconds,
                    .unit = "ns",
                    .target = {},
                    .baseline = "none: no library answers this"});
    }
    report.print();
}

void run() {
    const auto places = bench::places();
    bench::measure_boundaries(places);
    bench::measure_date_boundaries(places);
#ifdef CADENCED_BENCH_ABSL
    bench::measure_absl_boundaries(places);
#endif
    bench::measure_parsing();
    bench::measure_verdicts();
    const Costs costs = bench::run_all();
    report_boundaries(costs, places);
    report_others(costs);
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    return bench::run_benchmark("parts_bench", run);
}
