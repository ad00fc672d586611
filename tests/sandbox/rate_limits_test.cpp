#include "tests/sandbox/rate_limits.hpp"

#include <gtest/gtest.h>

namespace sandbox {
namespace {

using std::chrono::seconds;

constexpr Instant kFirstCall{std::chrono::sys_days{std::chrono::year{2026} / 2 / 1}};

TEST(RateLimits, NotSet_AdmitEverything) {
    RateLimits limits;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall));
    }
}

TEST(RateLimits, Reached_TellsWhenTheOldestLeaves) {
    RateLimits limits;
    limits.set({std::nullopt, std::nullopt, 2});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall + seconds(10)));
    EXPECT_EQ(limits.admit("key", "s1", RateClass::Action, kFirstCall + seconds(20)), seconds(40));
}

TEST(RateLimits, AnySixtySeconds_HoldNoMoreThanTheFigure) {
    RateLimits limits;
    limits.set({std::nullopt, std::nullopt, 2});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall + seconds(59)));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall + seconds(60)));
    // A limiter with fixed minutes would admit here.
    EXPECT_TRUE(limits.admit("key", "s1", RateClass::Action, kFirstCall + seconds(118)));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall + seconds(119)));
}

TEST(RateLimits, OtherKeySessionOrClass_HasItsOwn) {
    RateLimits limits;
    limits.set({1, 1, 1});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Action, kFirstCall));
    EXPECT_FALSE(limits.admit("key", "s2", RateClass::Action, kFirstCall));
    EXPECT_FALSE(limits.admit("other", "s1", RateClass::Action, kFirstCall));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Read, kFirstCall));
    EXPECT_TRUE(limits.admit("key", "s1", RateClass::Action, kFirstCall));
}

TEST(RateLimits, RefusedCalls_AreNotCounted) {
    RateLimits limits;
    limits.set({1, {}, {}});
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Read, kFirstCall));
    EXPECT_TRUE(limits.admit("key", "s1", RateClass::Read, kFirstCall + seconds(59)));
    EXPECT_FALSE(limits.admit("key", "s1", RateClass::Read, kFirstCall + seconds(60)));
}

}  // namespace
}  // namespace sandbox
