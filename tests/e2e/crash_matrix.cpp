// The crash matrix: the real daemon dies at each named point of each kind of write, whatever the
// platform or the network does to that write; the daemon that takes over lives on until nothing is
// left to do, and it is counted what truly happened. --expect-violation: the daemon under test has
// a deliberate fault, and the test passes when it is caught.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <thread>

#include "tests/e2e/crash_row.hpp"

namespace {

using namespace e2e;

struct Options {
    CrashChoice choice;
    std::string daemon{std::string{CADENCED_BIN_DIR} + "/cadenced-kill"};
    std::string expect_violation;  // a part of the sentence
};

CrashPrograms programs_of(const Options& options) {
    // A deliberate fault is in both lives.
    auto const faulty = !options.expect_violation.empty();
    return {options.daemon, faulty ? options.daemon : std::string{CADENCED_BIN_DIR} + "/cadenced"};
}

// At a time: most of a row is waiting, but each has two programs to start.
constexpr std::size_t kRows = 8;

struct Work {
    std::vector<CrashCell> cells;
    std::vector<CrashRow::Result> results;
    std::string failure;

    void run(const CrashPrograms& programs) {
        try {
            CrashRow row{cells, programs};
            results = row.run();
        } catch (const std::exception& error) {
            failure = fmt::format("{}: {}", cells.front().point, error.what());
        }
    }
};

std::vector<Work> work_off(const Options& options) {
    std::vector<Work> works;
    for (auto& cells : crash_rows(options.choice)) works.push_back({std::move(cells), {}, {}});
    auto const programs = programs_of(options);
    std::atomic<std::size_t> next{0};
    auto const run_rows = [&works, &next, &programs] {
        for (auto i = next++; i < works.size(); i = next++) works[i].run(programs);
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kRows; ++i) threads.emplace_back(run_rows);
    for (auto& thread : threads) thread.join();
    return works;
}

struct Tally {
    int kills{0};
    std::size_t violations{0};
};

class Matrix {
  public:
    void add(const CrashRow::Result& result) {
        auto const& cell = result.cell;
        for (auto* tally : {&points_[cell.point][cell.mode->name], &points_[cell.point][kAll],
                            &kinds_[to_string(cell.kind)]}) {
            tally->kills += result.kills;
            tally->violations += result.violations.size();
        }
        total_.kills += result.kills;
        total_.violations += result.violations.size();
        ++cells_;
    }

    void print() const {
        fmt::print("{:<18}", "killed at");
        for (const auto& mode : fault_modes()) fmt::print(" {:>11}", mode.name);
        fmt::print(" {:>6}\n", kAll);
        for (const auto& [point, tallies] : points_) {
            fmt::print("{:<18}", point);
            for (const auto& mode : fault_modes()) {
                auto const found = tallies.find(mode.name);
                fmt::print(" {:>11}", found == tallies.end() ? "" : text_of(found->second));
            }
            fmt::print(" {:>6}\n", text_of(tallies.at(kAll)));
        }
        for (const auto& [kind, tally] : kinds_) fmt::print("{} {}; ", kind, text_of(tally));
        fmt::print("{} cells, {} kills, {} violations\n", cells_, total_.kills, total_.violations);
    }

    [[nodiscard]] int kills() const { return total_.kills; }

  private:
    static constexpr const char* kAll = "all";

    static std::string text_of(const Tally& tally) {
        return std::to_string(tally.kills) + (tally.violations == 0 ? "" : "!");
    }

    std::map<std::string, std::map<std::string, Tally>> points_;
    std::map<std::string, Tally> kinds_;
    Tally total_;
    int cells_{0};
};

int report(const Options& options, const std::vector<Work>& works) {
    Matrix matrix;
    std::vector<std::string> violations;
    for (const auto& work : works) {
        if (!work.failure.empty()) violations.push_back(work.failure);
        for (const auto& result : work.results) {
            matrix.add(result);
            for (const auto& sentence : result.violations) {
                violations.push_back(result.cell.session() + ": " + sentence);
            }
        }
    }
    for (const auto& violation : violations) fmt::print("VIOLATED: {}\n", violation);
    matrix.print();
    if (options.expect_violation.empty()) return violations.empty() && matrix.kills() > 0 ? 0 : 1;
    auto const caught =
        std::any_of(violations.begin(), violations.end(), [&options](const auto& violation) {
            return violation.find(options.expect_violation) != std::string::npos;
        });
    fmt::print("the deliberate fault was {}\n", caught ? "caught" : "MISSED");
    return caught ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Kills cadenced at named points and counts what truly happened"};
    app.add_option("--points", options.choice.points, "these alone");
    app.add_option("--kinds", options.choice.kinds, "of writes, these alone");
    app.add_option("--modes", options.choice.modes, "of faults, these alone");
    app.add_option("--daemon", options.daemon, "the program to kill")->capture_default_str();
    app.add_option("--expect-violation", options.expect_violation,
                   "the daemon has a deliberate fault: pass when a violation that says this is "
                   "found");
    CLI11_PARSE(app, argc, argv);
    auto const begin = std::chrono::steady_clock::now();
    auto const code = report(options, work_off(options));
    fmt::print("{:.1f} s\n",
               std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return code;
}
