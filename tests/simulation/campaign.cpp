#include "tests/simulation/campaign.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <regex>

#include "tests/simulation/life.hpp"
#include "tests/simulation/workers.hpp"

namespace simulation {
namespace {

// One life in so many is lived twice: both must be the same to the last byte of their traces.
constexpr std::uint64_t kTwice = 50;

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

LifeReport live_safely(const LifeOptions& options) {
    try {
        return live(options);
    } catch (const std::exception& failure) {
        LifeReport told;
        told.violations.emplace_back(failure.what());
        return told;
    }
}

LifeReport live_and_compare(const LifeOptions& options) {
    auto told = live_safely(options);
    if (options.prints_trace || options.seed % kTwice != 0) return told;
    auto const again = live_safely(options);
    ++told.counts["lives lived twice"];
    if (again.trace_hash == told.trace_hash) return told;
    told.violations.push_back(fmt::format("lived twice, it was not the same life: {:016x} {:016x}",
                                          told.trace_hash, again.trace_hash));
    return told;
}

struct Sums {
    std::int64_t lives{0};
    double days{0};
    std::map<std::string, std::int64_t> counts;

    void add(const LifeReport& told) {
        ++lives;
        days += told.days;
        for (const auto& [kind, count] : told.counts) counts[kind] += count;
    }
    [[nodiscard]] std::int64_t of(const std::string& kind) const {
        auto const found = counts.find(kind);
        return found == counts.end() ? 0 : found->second;
    }
};

// Of the writes whose outcome was unknown, those that had to wait for a person.
void print_shares(const Sums& sums) {
    for (const auto* const write : {"add_time", "freeze", "pillory", "progress"}) {
        auto const ambiguous = sums.of(std::string{"ambiguous "} + write);
        if (ambiguous == 0) continue;
        auto const held = sums.of(std::string{"ambiguous and held "} + write);
        fmt::print("{} of {} ambiguous writes were held, {:.1f} %: {}\n", held, ambiguous,
                   100.0 * static_cast<double>(held) / static_cast<double>(ambiguous), write);
    }
}

void print_sums(const Sums& sums, double took) {
    for (const auto& [kind, count] : sums.counts) fmt::print("{:>10}  {}\n", count, kind);
    print_shares(sums);
    fmt::print("{} lives, {:.1f} years of wearers, {:.0f} s, {:.1f} lives a second\n", sums.lives,
               sums.days / 365.25, took, static_cast<double>(sums.lives) / took);
}

void print_progress(const Sums& sums, std::uint64_t wanted, double took, bool last) {
    if (isatty(STDERR_FILENO) == 0) return;
    fmt::print(stderr, "\r{} of {} lives, {:.0f} a second {}", sums.lives, wanted,
               static_cast<double>(sums.lives) / took, last ? "\n" : "");
    std::fflush(stderr);
}

bool is_expected(const CampaignOptions& options, const LifeReport& told) {
    return !options.expect_violation.empty() &&
           std::regex_search(told.violations.front(), std::regex(options.expect_violation));
}

// Whether no more of them had to wait for a person than may be.
bool held_few(const CampaignOptions& options, const Sums& sums) {
    bool few = true;
    for (const auto* const write : {"add_time", "freeze"}) {
        auto const ambiguous = static_cast<double>(sums.of(std::string{"ambiguous "} + write));
        auto const held = static_cast<double>(sums.of(std::string{"ambiguous and held "} + write));
        if (held <= options.most_held * ambiguous) continue;
        fmt::print("too many were held: {}\n", write);
        few = false;
    }
    return few;
}

void print_failure(const CampaignOptions& options, std::uint64_t seed, const LifeReport& told) {
    for (const auto& what : told.violations) fmt::print("seed {}: {}\n", seed, what);
    if (is_expected(options, told)) {
        fmt::print("caught by seed {}\n", seed);
        return;
    }
    fmt::print("replay: simulation --seed {} --days {} --wearers {}{}{}{} --trace\n", seed,
               options.days, options.wearers, options.undisturbed ? " --undisturbed" : "",
               options.fair ? " --fair" : "", options.clocks ? " --clocks" : "");
}

}  // namespace

int run_campaign(const CampaignOptions& options) {
    auto const begin = std::chrono::steady_clock::now();
    auto const live_seed = [&options](std::uint64_t seed) {
        return live_and_compare({seed, options.days, options.wearers,
                                 options.undisturbed || options.fair, options.fair, options.clocks,
                                 options.trace});
    };
    // What one life gives back the next one takes: without asking the kernel.
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    Sums sums;
    bool failed = false;
    bool unexpected = false;
    auto const wanted = options.forever ? UINT64_MAX - options.first : options.seeds;
    auto const hear = [&](std::uint64_t seed, const LifeReport& told) {
        sums.add(told);
        if (wanted == 1) fmt::print("trace {:016x}\n", told.trace_hash);
        if (sums.lives % 20 == 0) {
            print_progress(sums, wanted, seconds_since(begin), false);
        }
        if (told.violations.empty()) return true;
        failed = true;
        unexpected |= !is_expected(options, told);
        print_failure(options, seed, told);
        return options.all;
    };
    live_all(options.first, wanted, options.jobs, live_seed, hear);
    print_progress(sums, wanted, seconds_since(begin), true);
    if (!options.expect_violation.empty()) {
        if (!failed) fmt::print("nothing was caught\n");
        return failed && !unexpected ? 0 : 1;
    }
    print_sums(sums, seconds_since(begin));
    auto const all = static_cast<std::uint64_t>(sums.lives) == wanted;
    if (!failed && !all) fmt::print("{} lives were wanted\n", wanted);
    return !failed && all && held_few(options, sums) ? 0 : 1;
}

}  // namespace simulation
