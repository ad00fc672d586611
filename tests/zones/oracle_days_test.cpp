// Every local day from 1970 to 2037 of every zone: the special ones as the table has them, all
// others plain, which is from 00:00 and 24 hours long.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "tests/zones/csv_file.hpp"
#include "tests/zones/oracle_zones.hpp"

namespace {

using namespace std::chrono_literals;
using cadence::Instant;
using cadence::LocalDate;
using cadence::ZoneRules;
using oracle::CsvFile;
using oracle::Tally;
using oracle::Zones;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::year;

struct Day {
    LocalDate date;
    Instant start;
    Instant end;

    friend bool operator==(const Day&, const Day&) = default;
};

using DaysOfZones = std::map<std::string, std::vector<Day>, std::less<>>;

DaysOfZones load_special_days() {
    DaysOfZones special;
    CsvFile row{"days_1970_2037.csv.gz"};
    while (row.next()) {
        special[std::string(row.text("zone"))].push_back(
            {oracle::parse_date(row.text("date")), Instant{seconds{row.number("start_utc_epoch")}},
             Instant{seconds{row.number("end_utc_epoch")}}});
    }
    return special;
}

bool is_plain(const ZoneRules& zone, const Day& day) {
    const auto reads = day.start.time_since_epoch() + zone.offset_at(day.start);
    return reads == day.date.time_since_epoch() && day.end - day.start == 24h;
}

std::vector<Day> find_special_days(const ZoneRules& zone) {
    std::vector<Day> special;
    const LocalDate last{year{2037} / 12 / 31};
    const LocalDate first{year{1970} / 1 / 1};
    for (Day day{first, zone.day_start(first), {}}; day.date <= last; day.date += days{1}) {
        day.end = zone.day_start(day.date + days{1});
        if (!is_plain(zone, day)) special.push_back(day);
        day.start = day.end;
    }
    return special;
}

std::string to_text(const std::vector<Day>& days_of_zone, std::size_t i) {
    if (i >= days_of_zone.size()) return "(no further special day)";
    const auto& day = days_of_zone[i];
    return "day " + std::to_string(day.date.time_since_epoch().count()) + " since 1970 from " +
           std::to_string(cadence::to_ms(day.start)) + " to " +
           std::to_string(cadence::to_ms(day.end)) + " ms";
}

void expect_same(const std::vector<Day>& expected, const std::vector<Day>& found) {
    const auto most = std::max(expected.size(), found.size());
    for (std::size_t i = 0; i < most; ++i) {
        ASSERT_TRUE(i < expected.size() && i < found.size() && expected[i] == found[i])
            << "expected: " << to_text(expected, i) << "\nfound:    " << to_text(found, i);
    }
}

TEST(Oracle, DaysFrom1970To2037_AllAgree) {
    const Zones zones;
    auto special = load_special_days();
    DaysOfZones found_by_file;  // zones that are links share their file, and its walk
    Tally tally;
    for (const auto& [name, zone] : zones.all()) {
        SCOPED_TRACE(name);
        const auto& expected = special[name];
        EXPECT_EQ(static_cast<std::int64_t>(expected.size()), zone.special_days);
        zone.rules ? tally.check(zone.special_days) : tally.skip(zone.special_days);
        if (!zone.rules) continue;
        const auto [found, is_new] = found_by_file.try_emplace(zone.rules->version());
        if (is_new) found->second = find_special_days(*zone.rules);
        expect_same(expected, found->second);
        if (HasFatalFailure()) return;
        // The table's end lies within what the zone's file says.
        const auto& until = zone.rules->valid_until();
        EXPECT_TRUE(!until || *until > zone.rules->day_start(LocalDate{year{2038} / 1 / 1}));
    }
    tally.report("days_1970_2037.csv.gz", 30'337, zones);
}

TEST(Oracle, Zones_MostAreTheOnesItWasMadeFrom) {
    const Zones zones;
    EXPECT_EQ(zones.all().size(), 597U);
    EXPECT_LE(zones.differing(), 597 / 5);
}

}  // namespace
