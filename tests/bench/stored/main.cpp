// What it costs to have much stored: real ledger files of 1k, 100k and 1M lock sessions, a real
// daemon on the second, and what a wake-up touches on each.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "ledger/store.hpp"
#include "net/zone_database.hpp"
#include "tests/bench/stored/counts.hpp"
#include "tests/bench/stored/figures.hpp"
#include "tests/bench/stored/stock.hpp"
#include "tests/e2e/program.hpp"

namespace {

using ledger_test::UnitCost;
using Counts = std::vector<std::pair<std::string, std::vector<UnitCost>>>;

constexpr std::uintmax_t kNeeded = 4'000'000'000;  // bytes of disk

struct Size {
    std::string name;
    int lock_sessions;
    int days;
    bool with_daemon;
};

cadence::Instant now() {
    return std::chrono::floor<cadence::Duration>(std::chrono::system_clock::now());
}

// One size after the other, each in a directory that goes away before the next is made.
void look_at(const Size& size, net::ZoneDatabase& zones, std::chrono::seconds idle,
             Counts& counts) {
    const e2e::TemporaryDirectory directory;
    if (std::filesystem::space(directory.path()).available < kNeeded) {
        throw std::runtime_error(
            directory.path().string() +
            ": less than 4 GB of disk are free; set TMPDIR to a place with more");
    }
    const auto path = directory.path() / "cadenced.db";
    const auto made = bench::make_stock(path, zones, size.lock_sessions, size.days, now());
    if (size.with_daemon) {
        const auto stored = fmt::format("{} lock sessions and {} windows stored ({:.0f} MiB)",
                                        size.lock_sessions, made.windows, made.mib);
        bench::measure_daemon(directory.path(), stored, idle).print();
    }
    auto opened = ledger::open_ledger(path.string());
    if (!opened) throw std::runtime_error(opened.error().detail);
    opened->database.execute_script("PRAGMA synchronous = OFF");
    const auto at = now();
    counts.emplace_back(size.name,
                        ledger_test::count_wake_ups(opened->database, zones, at,
                                                    bench::owing_soon(at, {1, 10, 100})));
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
    const int part = quick ? 100 : 1;
    const std::vector<Size> sizes{{"1k", 1'000, 9, false},
                                  {"100k", 100'000 / part, 9, true},
                                  {"1M", 1'000'000 / part, 1, false}};
    try {
        net::ZoneDatabase zones;
        Counts counts;
        for (const Size& size : sizes) look_at(size, zones, std::chrono::seconds{idle}, counts);
        bench::print_counts(counts);
    } catch (const std::exception& error) {
        std::cerr << "stored_bench: " << error.what() << '\n';
        return 1;
    }
}
