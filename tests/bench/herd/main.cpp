// herd_bench: thousands of lock sessions whose windows close at one midnight and who all launch
// within a minute, with and without some whom the platform serves badly.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <stdexcept>
#include <string>

#include "tests/bench/cpu_time.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/stored/process_facts.hpp"
#include "tests/e2e/herd.hpp"

namespace {

using bench::Wanted;
using e2e::Herd;
using std::chrono::milliseconds;

struct Run {
    milliseconds judged{0};
    milliseconds launched{0};
    e2e::HerdAccount account;
    e2e::WatchReport watched;
    double serving_cpu_ms{0};  // the daemon's, from the first launch on
    bench::Memory memory;
};

double cpu_ms(Herd& herd) {
    auto const time = bench::cpu_time_of(herd.daemon().program().pid());
    return std::chrono::duration<double, std::milli>(time).count();
}

Run run(const e2e::HerdPlan& plan, Herd::Until until) {
    fmt::print(stderr, "herd_bench: {} lock sessions, {} hungry, {} noisy …\n", plan.lock_sessions,
               plan.hungry, plan.noisy);
    Herd herd(plan);
    Run run;
    herd.enrol();
    run.judged = herd.wait_for_midnight();
    auto const judged = cpu_ms(herd);
    run.launched = herd.launch_all();
    auto const served = herd.serve(until, std::chrono::minutes{15});
    run.serving_cpu_ms = cpu_ms(herd) - judged;
    run.memory = bench::memory_of(herd.daemon().program().pid());
    run.account = herd.account();
    run.watched = herd.watched();
    if (!served) throw std::runtime_error("not served within 15 minutes");
    return run;
}

double wrong(const e2e::HerdAccount& account, const e2e::WatchReport& watched) {
    return static_cast<double>(account.too_often) + static_cast<double>(account.astray.size()) +
           static_cast<double>(watched.wrong.size());
}

bench::Figure at_most(std::string what, double measured, std::string unit,
                      std::optional<double> target, std::string baseline) {
    return {std::move(what), measured, std::move(unit),
            Wanted::AtMost,  target,   std::move(baseline)};
}

double ms(milliseconds time) { return static_cast<double>(time.count()); }

void add_counts(bench::Report& report, const std::string& name, const Run& run) {
    auto const& account = run.account;
    report.add(at_most(name + ": answers 429 that nobody ordered", account.refused, "", 0,
                       fmt::format("{} requests", account.requests)));
    report.add(at_most(name +
                           ": applied too often, held, unknown, rejected or waived; wrong answers "
                           "of the daemon",
                       wrong(account, run.watched), "", 0,
                       fmt::format("{} punishments applied", account.applied)));
    report.add(at_most(name + ": from the first launch to the last", ms(run.launched) / 1000, "s",
                       60, ""));
    auto const& watched = run.watched;
    auto const asked = fmt::format("asked {} times all along", watched.asked);
    report.add(at_most(name + ": longest readyz", ms(watched.longest_readyz), "ms", {}, asked));
    report.add(at_most(name + ": longest status", ms(watched.longest_status), "ms", {}, asked));
    report.add(
        at_most(name + ": longest pause or resume", ms(watched.longest_pause), "ms", 1000, asked));
}

void report_calm(const Run& run) {
    bench::Report report("A herd at one midnight, served to the end");
    auto const& account = run.account;
    add_counts(report, "calm", run);
    report.add(at_most("calm: due punishments that were not applied",
                       account.expected - account.applied, "", 0,
                       fmt::format("{} due", account.expected)));
    report.add(
        at_most("calm: all windows judged after midnight", ms(run.judged) / 1000, "s", {}, ""));
    report.add(at_most("calm: CPU per delivery, its reads, its launch and the watch's questions",
                       run.serving_cpu_ms * 1000 / account.applied, "µs", {},
                       fmt::format("{:.1f} s in all", run.serving_cpu_ms / 1000)));
    report.note(fmt::format(
        "Quiet ones (one punishment each) were served after {:.1f} s (half), {:.1f} s (99 %) and "
        "{:.1f} s (all) from the first launch on; the hungry, 26 each at 20 a minute, after {:.1f} "
        "s. The daemon: {:.0f} MiB resident, {:.0f} at most.",
        ms(account.times.half_of_quiet) / 1000, ms(account.times.most_of_quiet) / 1000,
        ms(account.times.all_of_quiet) / 1000, ms(account.times.all) / 1000,
        run.memory.resident_mib, run.memory.highest_mib));
    report.print();
}

void report_noise(const Run& calm, const Run& noisy) {
    bench::Report report("The same with one in a hundred whom the platform serves badly");
    add_counts(report, "noisy", noisy);
    auto const quiet = ms(noisy.account.times.most_of_quiet) / 1000;
    auto const before = ms(calm.account.times.most_of_quiet) / 1000;
    report.add({.what = "noisy: until 99 % of the quiet ones are served, divided by the same when "
                        "all are served well",
                .measured = quiet / before,
                .unit = "x",
                .wanted = Wanted::AtMost,
                .target = {},
                .baseline = fmt::format("{:.1f} s against {:.1f} s", quiet, before)});
    report.note(
        fmt::format("The noisy ones owe 60 each; a third is answered 3 s late, a third with 429, a "
                    "third with 503. {} of {} were applied by the time the others were served.",
                    noisy.account.noisy_applied, noisy.account.noisy_expected));
    report.print();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("A herd of lock sessions at one midnight");
    int sessions = 10'000;
    int lead = 60;
    app.add_option("--sessions", sessions)->capture_default_str();
    app.add_option("--lead", lead, "seconds to enrol them before it is midnight")
        ->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    return bench::run_benchmark("herd_bench", [sessions, lead] {
        e2e::HerdPlan plan;
        plan.lock_sessions = sessions;
        plan.hungry = sessions * 3 / 100;
        plan.lead = std::chrono::seconds{lead};
        auto const calm = run(plan, Herd::Until::AllServed);
        report_calm(calm);
        plan.noisy = sessions / 100;
        report_noise(calm, run(plan, Herd::Until::QuietServed));
    });
}
