// What must hold for the windows of every zone of the system, whatever its rules: they tile time,
// each instant lies in the window found for it, and every way to a window leads to the same one.
#include <date/tz.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "cadence/cadence.hpp"
#include "net/zone_database.hpp"

namespace {

using namespace std::chrono_literals;
using cadence::Cadence;
using cadence::CadenceUnit;
using cadence::Duration;
using cadence::Instant;
using cadence::LocalDate;
using cadence::WindowBounds;
using cadence::ZoneRules;
using std::chrono::year;

constexpr std::uint64_t kSeed = 20111230;

const std::vector<Cadence>& cadences() {
    static const std::vector<Cadence> all{
        {CadenceUnit::Day, 1, std::chrono::Monday, LocalDate{year{2024} / 1 / 1}},
        {CadenceUnit::Day, 3, std::chrono::Monday, LocalDate{year{1987} / 2 / 28}},
        {CadenceUnit::Week, 1, std::chrono::Monday, LocalDate{year{2030} / 6 / 15}},
        {CadenceUnit::Week, 2, std::chrono::Sunday, LocalDate{year{1} / 1 / 1}},
    };
    return all;
}

// Not a std::uniform_int_distribution: that one differs between standard libraries.
Instant instant_between(std::mt19937_64& random, Instant from, Instant until) {
    const auto span = static_cast<std::uint64_t>((until - from).count());
    return from + Duration{static_cast<std::int64_t>(random() % span)};
}

void expect_found_everywhere(const ZoneRules& zone, const Cadence& cadence,
                             const WindowBounds& window, std::mt19937_64& random) {
    ASSERT_LT(window.start, window.end);
    for (const auto instant :
         {window.start, window.end - 1ms, instant_between(random, window.start, window.end)}) {
        const auto found = window_containing(zone, cadence, instant);
        ASSERT_TRUE(found && *found == window) << "instant " << cadence::to_ms(instant);
    }
    const auto by_index = window_by_index(zone, cadence, window.index);
    ASSERT_TRUE(by_index && *by_index == window) << "index " << window.index;
}

// Between neighbours of a walk there are only empty windows, and no date is left out.
void expect_adjacent(const ZoneRules& zone, const Cadence& cadence, const WindowBounds& before,
                     const WindowBounds& after) {
    ASSERT_EQ(before.end, after.start);
    auto local_end = before.local_end;
    for (auto index = before.index + 1; index < after.index; ++index) {
        const auto between = window_by_index(zone, cadence, index);
        ASSERT_TRUE(between && between->empty() && between->local_start == local_end);
        local_end = between->local_end;
    }
    ASSERT_LT(before.index, after.index);
    ASSERT_EQ(local_end, after.local_start);
}

// Windows from the one that contains `from` to the one that contains `until`, checked on the way;
// then the same way back. Ends early where the zone's explicit rules end.
void walk(const ZoneRules& zone, const Cadence& cadence, Instant from, Instant until,
          std::mt19937_64& random) {
    std::vector<WindowBounds> forward;
    auto window = window_containing(zone, cadence, from);
    while (window && window->start <= until) {
        expect_found_everywhere(zone, cadence, *window, random);
        if (!forward.empty()) expect_adjacent(zone, cadence, forward.back(), *window);
        if (testing::Test::HasFatalFailure()) return;
        forward.push_back(*window);
        window = window_after(zone, cadence, window->end);
    }
    ASSERT_TRUE(window || zone.valid_until()) << window.error().detail;
    for (auto i = forward.size(); i > 1; --i) {
        const auto back = window_containing(zone, cadence, forward[i - 1].start - 1ms);
        ASSERT_TRUE(back && *back == forward[i - 2]) << "backwards from " << forward[i - 1].index;
    }
}

std::vector<Instant> transitions_of(const std::string& name) {
    const auto* const zone = date::locate_zone(name);
    const date::sys_seconds end = date::sys_days{date::year{2100} / 1 / 1};
    std::vector<Instant> transitions;
    for (auto next = zone->get_info(date::sys_days{date::year{1800} / 1 / 1}).end; next < end;) {
        transitions.emplace_back(next);
        next = zone->get_info(next).end;
    }
    return transitions;
}

// Runs `check(zone, random)` for all zones of the system until one fails. Links are checked once:
// they share their file, and so their rules' version. date/tz lists the host's own zone as
// "localtime", which is no zone's name.
template <class Check>
void for_each_zone(const Check& check) {
    net::ZoneDatabase database;
    std::mt19937_64 random{kSeed};
    std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
    std::set<std::string> seen;
    for (const auto& entry : date::get_tzdb().zones) {
        if (entry.name() == "localtime") continue;
        SCOPED_TRACE(entry.name());
        const auto zone = database.find_zone(entry.name());
        ASSERT_TRUE(zone) << zone.error().detail;
        if (!seen.insert((*zone)->version()).second) continue;
        check(**zone, random);
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(seen.size(), 300U);
}

TEST(AllZones, AroundEveryTransition_WindowsTileTime) {
    for_each_zone([](const ZoneRules& zone, std::mt19937_64& random) {
        for (const auto transition : transitions_of(zone.name())) {
            for (const auto& cadence : cadences()) {
                const auto reach = half_length(cadence) * 3;
                walk(zone, cadence, transition - reach, transition + reach, random);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
    });
}

TEST(AllZones, ThroughARandomYear_WindowsTileTime) {
    const Instant first{LocalDate{year{1840} / 1 / 1}.time_since_epoch()};
    const Instant last{LocalDate{year{2036} / 1 / 1}.time_since_epoch()};
    for_each_zone([first, last](const ZoneRules& zone, std::mt19937_64& random) {
        for (const auto& cadence : cadences()) {
            const auto from = instant_between(random, first, last);
            walk(zone, cadence, from, from + 366 * 24h, random);
            if (testing::Test::HasFatalFailure()) return;
        }
    });
}

TEST(AllZones, FirstWindowOfAGeneration_IsAtLeastHalfLongAndEndsOnTheGrid) {
    const Instant first{LocalDate{year{1970} / 1 / 1}.time_since_epoch()};
    const Instant last{LocalDate{year{2036} / 1 / 1}.time_since_epoch()};
    for_each_zone([first, last](const ZoneRules& zone, std::mt19937_64& random) {
        for (const auto& cadence : cadences()) {
            const auto start = instant_between(random, first, last);
            const auto window = first_window_of_generation(zone, cadence, start);
            ASSERT_TRUE(window);
            const auto grid = window_by_index(zone, cadence, window->index);
            ASSERT_TRUE(grid && grid->end == window->end);
            ASSERT_EQ(window->start, start);
            ASSERT_GE(window->end - start, half_length(cadence));
            // No earlier boundary would have done.
            ASSERT_LT(std::max(grid->start, start) - start, half_length(cadence));
        }
    });
}

}  // namespace
