#include "cadence/cadence.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/cadence/sample_zones.hpp"

namespace {

using namespace samples;
using namespace std::chrono_literals;
using cadence::Cadence;
using cadence::CadenceUnit;
using cadence::ErrorCode;
using cadence::window_after;
using cadence::window_by_index;
using cadence::window_containing;
using cadence::ZoneRules;

constexpr Cadence every_days(int count, LocalDate anchor) {
    return {CadenceUnit::Day, count, std::chrono::Monday, anchor};
}

constexpr Cadence every_weeks(int count, std::chrono::weekday start, LocalDate anchor) {
    return {CadenceUnit::Week, count, start, anchor};
}

TEST(Window, DayOverSpringForward_IsAnHourShort) {
    const auto window =
        window_containing(berlin(), every_days(1, day(2024, 3, 1)), utc(2024, 3, 31, 12h));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->index, 30);
    EXPECT_EQ(window->start, utc(2024, 3, 30, 23h));
    EXPECT_EQ(window->end, utc(2024, 3, 31, 22h));
    EXPECT_EQ(window->local_start, day(2024, 3, 31));
    EXPECT_EQ(window->local_end, day(2024, 4, 1));
}

TEST(Window, FallBackOverMidnight_BelongsToTheNextDay) {
    const auto relived = utc(2010, 11, 7, 2h + 45min);
    const auto window = window_containing(st_johns(), every_days(1, day(2010, 11, 1)), relived);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->local_start, day(2010, 11, 7));
    EXPECT_EQ(window->end - window->start, 25h);
}

TEST(Window, InstantBeforeTheAnchor_HasANegativeIndex) {
    const auto cadence = every_days(3, day(2024, 1, 10));
    const auto window = window_containing(utc_zone(), cadence, utc(2024, 1, 9, 23h));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->index, -1);
    EXPECT_EQ(window->local_start, day(2024, 1, 7));
    EXPECT_EQ(window_containing(utc_zone(), cadence, utc(2024, 1, 7) - 1ms)->index, -2);
}

TEST(Window, WeekAnchoredMidweek_StartsOnTheWeekStartBefore) {
    const auto cadence = every_weeks(2, std::chrono::Sunday, day(2024, 1, 3));
    const auto window = window_by_index(utc_zone(), cadence, 0);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->local_start, day(2023, 12, 31));
    EXPECT_EQ(window->local_end, day(2024, 1, 14));
}

TEST(Window, SkippedDate_IsEmptyByIndexAndNeverFound) {
    const auto cadence = every_days(1, day(2011, 12, 30));
    const auto empty = window_by_index(apia(), cadence, 0);
    ASSERT_TRUE(empty);
    EXPECT_TRUE(empty->empty());
    const auto found = window_containing(apia(), cadence, empty->start);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->index, 1);
    const auto before = window_by_index(apia(), cadence, -1);
    const auto after = window_after(apia(), cadence, before->end);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->index, 1);
}

TEST(Window, EndInstant_BelongsToTheNextWindow) {
    const auto cadence = every_days(1, day(2024, 1, 1));
    EXPECT_EQ(window_containing(utc_zone(), cadence, utc(2024, 1, 2) - 1ms)->index, 0);
    EXPECT_EQ(window_containing(utc_zone(), cadence, utc(2024, 1, 2))->index, 1);
}

ZoneRules rules_that_end() {
    return {"Europe/Berlin",
            "sample:0",
            {{std::chrono::sys_seconds::min(), 1h}},
            std::chrono::sys_days{std::chrono::year{2038} / 3 / 28} + 1h};
}

TEST(Window, BeyondTheExplicitRules_IsRefusedWithZoneDateAndRemedy) {
    const auto cadence = every_days(1, day(2038, 3, 1));
    EXPECT_TRUE(window_containing(rules_that_end(), cadence, utc(2038, 3, 27, 12h)));
    const auto refused = window_containing(rules_that_end(), cadence, utc(2038, 3, 28));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(refused.error().detail.find("Europe/Berlin"), std::string::npos);
    EXPECT_NE(refused.error().detail.find("2038-03-28"), std::string::npos);
    EXPECT_NE(refused.error().detail.find("'fat' files"), std::string::npos);
}

TEST(Window, EndAtTheUnknownChange_IsRefused) {
    // The clock may fall back at that instant, and the day would start an hour later.
    const ZoneRules zone{"Test/Zone",
                         "sample:0",
                         {{std::chrono::sys_seconds::min(), 0s}},
                         std::chrono::sys_days{std::chrono::year{2030} / 1 / 2}};
    EXPECT_FALSE(window_by_index(zone, every_days(1, day(2030, 1, 1)), 0));
    EXPECT_TRUE(window_by_index(zone, every_days(1, day(2030, 1, 1)), -1));
}

TEST(Window, ImpossibleCadence_IsRefusedByField) {
    const auto refusal_of = [](const Cadence& cadence) {
        return window_by_index(utc_zone(), cadence, 0).error().field;
    };
    const auto anchor = day(2024, 1, 1);
    EXPECT_EQ(refusal_of(every_days(0, anchor)), "cadence.every");
    EXPECT_EQ(refusal_of(every_days(367, anchor)), "cadence.every");
    EXPECT_EQ(refusal_of(every_weeks(367, std::chrono::Monday, anchor)), "cadence.every");
    EXPECT_EQ(refusal_of(every_weeks(1, std::chrono::weekday{9}, anchor)), "weekStart");
    EXPECT_EQ(refusal_of(every_days(1, LocalDate::max())), "anchorDate");
}

TEST(Window, IndexOrInstantFarOut_IsRefusedNotOverflowed) {
    const auto cadence = every_weeks(52, std::chrono::Monday, day(2024, 1, 1));
    using Limits = std::numeric_limits<std::int64_t>;
    EXPECT_FALSE(window_by_index(utc_zone(), cadence, Limits::max()));
    EXPECT_FALSE(window_by_index(utc_zone(), cadence, Limits::min()));
    EXPECT_FALSE(window_by_index(utc_zone(), cadence, 10'000));
    EXPECT_FALSE(window_containing(utc_zone(), cadence, Instant::max()));
    EXPECT_FALSE(window_containing(utc_zone(), cadence, Instant::min()));
}

TEST(Window, AnchorOfTheYearOne_CountsToToday) {
    const auto window = window_containing(utc_zone(), every_days(1, day(1, 1, 1)), utc(1970, 1, 1));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->index, 719'162);
}

}  // namespace
