#include "tests/sandbox/rate_limits.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

using std::chrono::seconds;

constexpr Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 2 / 1}};

TEST(RateLimits, NotSet_AdmitEverything) {
    RateLimits limits;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart));
    }
}

TEST(RateLimits, Reached_TellsWhenTheOldestLeaves) {
    RateLimits limits;
    limits.set({std::nullopt, std::nullopt, 2});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart + seconds(10)));
    EXPECT_EQ(limits.admit("key", "s1", RateClass::Action, kStart + seconds(20)), seconds(40));
}

TEST(RateLimits, AnySixtySeconds_HoldNoMoreThanTheFigure) {
    RateLimits limits;
    limits.set({std::nullopt, std::nullopt, 2});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart + seconds(59)));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart + seconds(60)));
    // A limiter with fixed minutes would admit here.
    EXPECT_TRUE(limits.admit("key", "s1", RateClass::Action, kStart + seconds(118)));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart + seconds(119)));
}

TEST(RateLimits, OtherKeySessionOrClass_HasItsOwn) {
    RateLimits limits;
    limits.set({1, 1, 1});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kStart));
    EXPECT_FALSE(limits.admit("key", "s2", RateClass::Action, kStart));
    EXPECT_FALSE(limits.admit("other", "s1", RateClass::Action, kStart));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Read, kStart));
    EXPECT_TRUE(limits.admit("key", "s1", RateClass::Action, kStart));
}

TEST(RateLimits, RefusedCalls_AreNotCounted) {
    RateLimits limits;
    limits.set({1, {}, {}});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Read, kStart));
    EXPECT_TRUE(limits.admit("key", "s1", RateClass::Read, kStart + seconds(59)));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Read, kStart + seconds(60)));
}

}  // namespace
}  // namespace sandbox
