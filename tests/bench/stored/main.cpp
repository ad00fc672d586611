// What it costs to have much stored: real ledger files of 1k, 100k and 1M lock sessions, a real
// daemon on the second, and what a wake-up touches on each.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "ledger/store.hpp"
#include "net/zone_database.hpp"
#include "tests/bench/stored/counts.hpp"
#include "tests/bench/stored/figures.hpp"
#include "tests/bench/stored/stock.hpp"
#include "tests/e2e/program.hpp"

namespace {

using ledger_test::UnitCost;
using Counts = std::vector<std::pair<std::string, std::vector<UnitCost>>>;

constexpr std::uintmax_t kNeeded = 4'000'000'000;  // bytes of disk; run.sh asks for as many

struct Size {
    int lock_sessions;
    int days;
    bool with_daemon;
};

cadence::Instant now() {
    return std::chrono::floor<cadence::Duration>(std::chrono::system_clock::now());
}

// How much of everything, and what is found.
struct Look {
    int part{1};  // the nth part of what is stored
    std::chrono::seconds idle{0};
    net::ZoneDatabase zones;
    bench::DaemonFacts empty;
    Counts counts;
};

void require_disk(const std::filesystem::path& directory, const Look& look) {
    const auto needed = kNeeded / static_cast<std::uintmax_t>(look.part);
    if (std::filesystem::space(directory).available >= needed) return;
    throw std::runtime_error(
        fmt::format("{}: less than {} MB of disk are free; set TMPDIR to a place with more",
                    directory.string(), needed / 1'000'000));
}

// One size after the other, each in a directory that goes away before the next is made.
void look_at(const Size& size, Look& look) {
    const e2e::TemporaryDirectory directory;
    require_disk(directory.path(), look);
    const auto path = directory.path() / "cadenced.db";
    const auto made = bench::make_stock(path, look.zones, size.lock_sessions, size.days, now());
    if (size.with_daemon) {
        const auto stored = fmt::format("{} lock sessions and {} windows stored ({:.0f} MiB)",
                                        size.lock_sessions, made.windows, made.mib);
        const auto facts = bench::look_at_daemon(directory.path(), look.idle);
        bench::report_daemon(stored, facts, look.empty, look.idle).print();
    }
    auto opened = ledger::open_ledger(path.string());
    if (!opened) throw std::runtime_error(opened.error().detail);
    opened->database.execute_script("PRAGMA synchronous = OFF");
    const auto at = now();
    look.counts.emplace_back(fmt::format("{}k", size.lock_sessions / 1000),
                             ledger_test::count_wake_ups(opened->database, look.zones, at,
                                                         bench::owing_soon(at, {1, 10, 100})));
}

void run(Look& look) {
    {
        const e2e::TemporaryDirectory nothing;
        require_disk(nothing.path(), look);
        look.empty = bench::look_at_daemon(nothing.path(), look.idle);
    }
    const std::vector<Size> sizes{
        {1'000, 9, false}, {100'000 / look.part, 9, true}, {1'000'000 / look.part, 1, false}};
    for (const Size& size : sizes) look_at(size, look);
    bench::report_counts(look.counts).print();
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("What it costs to have much stored");
    int idle = 90;
    bool quick = false;
    app.add_option("--idle-seconds", idle, "How long the daemon is watched doing nothing")
        ->capture_default_str();
    app.add_flag("--quick", quick, "A hundredth of everything, to see that it runs");
    CLI11_PARSE(app, argc, argv);
    return bench::run_benchmark("stored_bench", [idle, quick] {
        Look look;
        look.part = quick ? 100 : 1;
        look.idle = std::chrono::seconds{idle};
        run(look);
    });
}
