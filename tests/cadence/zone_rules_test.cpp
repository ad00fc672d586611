#include "cadence/zone_rules.hpp"

#include <gtest/gtest.h>

#include "tests/cadence/sample_zones.hpp"

namespace {

using namespace samples;
using namespace std::chrono_literals;
using std::chrono::days;

TEST(ZoneRules, MidnightInAGap_DayStartsAtTheTransition) {
    const auto zone = cairo();
    EXPECT_EQ(zone.day_start(day(2023, 4, 28)), utc(2023, 4, 27, 22h));
    EXPECT_EQ(zone.day_start(day(2023, 4, 29)), utc(2023, 4, 28, 21h));
}

TEST(ZoneRules, FallBackToBeforeMidnight_DayBeforeGrowsByAnHour) {
    const auto zone = cairo();
    EXPECT_EQ(zone.day_start(day(2023, 10, 26)), utc(2023, 10, 25, 21h));
    // 24:00 was never reached the first time: the clock went back at that very instant.
    EXPECT_EQ(zone.day_start(day(2023, 10, 27)), utc(2023, 10, 26, 22h));
    EXPECT_EQ(zone.day_of(utc(2023, 10, 26, 21h + 30min)), day(2023, 10, 26));
}

TEST(ZoneRules, FallBackOverMidnight_RelivedHourBelongsToTheLaterDay) {
    const auto zone = st_johns();
    const auto first_midnight = utc(2010, 11, 7, 2h + 30min);
    EXPECT_EQ(zone.day_start(day(2010, 11, 7)), first_midnight);
    EXPECT_EQ(zone.day_of(first_midnight - 1ms), day(2010, 11, 6));
    EXPECT_EQ(zone.day_of(first_midnight), day(2010, 11, 7));
    // The wall clock reads 23:01 of the 6th again.
    EXPECT_EQ(zone.day_of(first_midnight + 1min), day(2010, 11, 7));
    EXPECT_EQ(zone.day_of(first_midnight + 61min), day(2010, 11, 7));
    EXPECT_EQ(zone.day_start(day(2010, 11, 8)), first_midnight + 25h);
}

TEST(ZoneRules, SkippedDate_StartsWhereTheNextOneDoes) {
    const auto zone = apia();
    EXPECT_EQ(zone.day_start(day(2011, 12, 30)), utc(2011, 12, 30, 10h));
    EXPECT_EQ(zone.day_start(day(2011, 12, 31)), utc(2011, 12, 30, 10h));
    EXPECT_EQ(zone.day_of(utc(2011, 12, 30, 10h) - 1ms), day(2011, 12, 29));
    EXPECT_EQ(zone.day_of(utc(2011, 12, 30, 10h)), day(2011, 12, 31));
}

TEST(ZoneRules, DateThatComesTwice_RelivedStretchBelongsToTheDayAfterTheFirst) {
    const auto zone = sitka();
    // The 18th begins at +15:00; ten hours later the wall clock says 16:00 of the 17th.
    EXPECT_EQ(zone.day_start(day(1867, 10, 18)), utc(1867, 10, 17, 9h));
    EXPECT_EQ(zone.day_of(utc(1867, 10, 18, 1h)), day(1867, 10, 18));
    EXPECT_EQ(zone.day_start(day(1867, 10, 19)), utc(1867, 10, 19, 9h));
    EXPECT_EQ(zone.day_of(utc(1867, 10, 19, 9h) - 1ms), day(1867, 10, 18));
}

TEST(ZoneRules, BeforeTheFirstTransition_LocalMeanTimeCounts) {
    const auto zone = berlin();
    EXPECT_EQ(zone.offset_at(utc(1800, 1, 1)), 3208s);
    EXPECT_EQ(zone.day_start(day(1800, 1, 1)), utc(1799, 12, 31, 24h - 3208s));
    EXPECT_EQ(zone.day_start(day(-44, 3, 15)), utc(-44, 3, 14, 24h - 3208s));
    EXPECT_EQ(zone.day_of(utc(-44, 3, 14, 24h - 3208s)), day(-44, 3, 15));
    EXPECT_EQ(zone.day_of(utc(-44, 3, 14, 24h - 3208s) - 1ms), day(-44, 3, 14));
}

TEST(ZoneRules, TransitionInstant_OffsetIsTheLaterOne) {
    const auto zone = berlin();
    EXPECT_EQ(zone.offset_at(utc(2024, 3, 31, 1h) - 1ms), 1h);
    EXPECT_EQ(zone.offset_at(utc(2024, 3, 31, 1h)), 2h);
}

TEST(ZoneRules, DatesAndInstantsFarOutOfRange_AreClampedNotOverflowed) {
    const auto zone = berlin();
    EXPECT_EQ(zone.day_start(LocalDate::max()), zone.day_start(LocalDate::max() - days{1}));
    EXPECT_LT(zone.day_start(LocalDate::min()), utc(-20'000, 1, 1));
    EXPECT_LT(zone.day_of(Instant::min()), day(-20'000, 1, 1));
    EXPECT_GT(zone.day_of(Instant::max()), day(20'000, 1, 1));
}

void expect_days_invert(const cadence::ZoneRules& zone, LocalDate from, LocalDate until) {
    for (auto date = from; date < until; date += days{1}) {
        const auto start = zone.day_start(date);
        const auto end = zone.day_start(date + days{1});
        ASSERT_LE(start, end);
        if (start == end) continue;
        ASSERT_EQ(zone.day_of(start), date) << zone.name();
        ASSERT_EQ(zone.day_of(end - 1ms), date) << zone.name();
    }
}

TEST(ZoneRules, ManyDays_DayOfInvertsDayStart) {
    for (const auto& zone : {berlin(), cairo(), st_johns(), apia(), sitka()}) {
        expect_days_invert(zone, day(1866, 1, 1), day(1869, 1, 1));
        expect_days_invert(zone, day(2009, 1, 1), day(2025, 1, 1));
    }
}

TEST(ZoneRulesDeathTest, NoPeriods_Terminates) {
    EXPECT_DEATH(cadence::ZoneRules("Etc/UTC", "sample:0", {}, std::nullopt), "no periods");
}

}  // namespace
