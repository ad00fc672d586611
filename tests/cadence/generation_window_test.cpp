// The first window of a new generation: where the open window ends, to a boundary of the new grid.
#include <gtest/gtest.h>

#include "cadence/cadence.hpp"
#include "tests/cadence/sample_zones.hpp"

namespace {

using namespace samples;
using namespace std::chrono_literals;
using cadence::Cadence;
using cadence::CadenceUnit;
using cadence::first_window_of_generation;

constexpr Cadence kDaily{CadenceUnit::Day, 1, std::chrono::Monday, day(2024, 1, 1)};
constexpr Cadence kWeekly{CadenceUnit::Week, 1, std::chrono::Monday, day(2024, 1, 1)};

TEST(GenerationWindow, StartOnABoundary_IsTheGridWindow) {
    const auto window = first_window_of_generation(utc_zone(), kDaily, utc(2024, 1, 5));
    ASSERT_TRUE(window);
    EXPECT_EQ(*window, *cadence::window_by_index(utc_zone(), kDaily, 4));
}

TEST(GenerationWindow, ExactlyHalfLeft_TieSuffices) {
    const auto window = first_window_of_generation(utc_zone(), kDaily, utc(2024, 1, 5, 12h));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->start, utc(2024, 1, 5, 12h));
    EXPECT_EQ(window->end, utc(2024, 1, 6));
    EXPECT_EQ(window->index, 4);
    EXPECT_EQ(window->local_start, day(2024, 1, 5));
    EXPECT_EQ(window->local_end, day(2024, 1, 6));
}

TEST(GenerationWindow, JustUnderHalfLeft_ExtendsToTheNextBoundary) {
    const auto window = first_window_of_generation(utc_zone(), kDaily, utc(2024, 1, 5, 12h + 1ms));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->end, utc(2024, 1, 7));
    EXPECT_EQ(window->index, 5);
    EXPECT_EQ(window->local_end, day(2024, 1, 7));
}

TEST(GenerationWindow, HalfOfAWeekIs84Hours_ElapsedNotLocal) {
    // From Thursday noon to Monday 00:00 the clocks of Berlin strike 84 hours; spring took one.
    const Cadence weekly{CadenceUnit::Week, 1, std::chrono::Monday, day(2024, 3, 25)};
    const auto window = first_window_of_generation(berlin(), weekly, utc(2024, 3, 28, 11h));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->end, utc(2024, 4, 7, 22h));
    const auto earlier = first_window_of_generation(berlin(), weekly, utc(2024, 3, 28, 10h));
    ASSERT_TRUE(earlier);
    EXPECT_EQ(earlier->end, utc(2024, 3, 31, 22h));
}

TEST(GenerationWindow, ZoneChangesMidDay_StartsInsideTheNewZonesDay) {
    // Honolulu's day ends at 10:00 UTC, which is 11:00 in Berlin: 13 hours are left of that day.
    const auto start = utc(2024, 1, 5, 10h);
    const auto window = first_window_of_generation(berlin(), kDaily, start);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->start, start);
    EXPECT_EQ(window->end, utc(2024, 1, 5, 23h));
    EXPECT_EQ(window->local_start, day(2024, 1, 5));
}

TEST(GenerationWindow, WeekToDay_NextDayFollows) {
    // A week that ended on Wednesday 00:00 is followed by a plain day.
    const auto window = first_window_of_generation(utc_zone(), kDaily, utc(2024, 1, 10));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->end - window->start, 24h);
}

TEST(GenerationWindow, DayToWeek_LateInTheWeekRunsIntoTheNext) {
    const auto friday = utc(2024, 1, 5);
    const auto window = first_window_of_generation(utc_zone(), kWeekly, friday);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->start, friday);
    EXPECT_EQ(window->end, utc(2024, 1, 15));
    EXPECT_EQ(window->index, 1);
}

TEST(GenerationWindow, SkippedDate_DoesNotCountAsElapsed) {
    // Six hours before Apia's 2011-12-29 ended, the next day that exists is the 31st.
    const Cadence daily{CadenceUnit::Day, 1, std::chrono::Monday, day(2011, 12, 1)};
    const auto start = utc(2011, 12, 30, 4h);
    const auto window = first_window_of_generation(apia(), daily, start);
    ASSERT_TRUE(window);
    EXPECT_EQ(window->end, utc(2011, 12, 31, 10h));
    EXPECT_EQ(window->local_start, day(2011, 12, 29));
    EXPECT_EQ(window->local_end, day(2012, 1, 1));
}

TEST(GenerationWindow, TwoDaysOverTheSkippedDate_OneRealDayIsATie) {
    const Cadence pairs{CadenceUnit::Day, 2, std::chrono::Monday, day(2011, 12, 29)};
    const auto window = first_window_of_generation(apia(), pairs, utc(2011, 12, 29, 10h));
    ASSERT_TRUE(window);
    EXPECT_EQ(window->end, utc(2011, 12, 30, 10h));
}

TEST(GenerationWindow, HalfLength_IsNominal) {
    EXPECT_EQ(cadence::half_length(kDaily), 12h);
    EXPECT_EQ(cadence::half_length(kWeekly), 84h);
    EXPECT_EQ(cadence::half_length({CadenceUnit::Day, 3, std::chrono::Monday, {}}), 36h);
}

TEST(GenerationWindow, WrongCadence_IsRefused) {
    auto cadence = kDaily;
    cadence.every = 0;
    EXPECT_FALSE(first_window_of_generation(utc_zone(), cadence, utc(2024, 1, 5)));
}

}  // namespace
