#include "cadence/rate_window.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Monotonic kNow{1000h};

TEST(RateWindow, BelowTheLimit_NeedNotWait) {
    RateWindow window;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(window.wait(20, kNow), 0ms);
        window.called(kNow);
    }
    EXPECT_EQ(window.wait(20, kNow), 60s);
}

TEST(RateWindow, AtTheLimit_WaitsForTheOldestToLeave) {
    RateWindow window;
    window.called(kNow);
    window.called(kNow + 10s);
    EXPECT_EQ(window.wait(2, kNow + 15s), 45s);
    EXPECT_EQ(window.wait(2, kNow + 60s), 0ms);
    EXPECT_EQ(window.wait(3, kNow + 15s), 0ms);
}

TEST(RateWindow, LoweredLimit_WaitsForEnoughToLeave) {
    RateWindow window;
    for (int i = 0; i < 5; ++i) window.called(kNow + i * 1s);
    EXPECT_EQ(window.wait(2, kNow + 4s), 59s);
}

TEST(RateWindow, FractionOfAMillisecond_IsRoundedUp) {
    RateWindow window;
    window.called(kNow + 1ns);
    EXPECT_EQ(window.wait(1, kNow + 60s), 1ms);
}

TEST(RateWindow, LimitBelowOne_IsOne) {
    RateWindow window;
    EXPECT_EQ(window.wait(0, kNow), 0ms);
    window.called(kNow);
    EXPECT_EQ(window.wait(0, kNow), 60s);
}

TEST(RateWindow, CallNotMadeAfterAll_CountsForNothing) {
    RateWindow window;
    window.not_made();
    window.called(kNow);
    window.called(kNow + 1s);
    window.not_made();
    EXPECT_EQ(window.wait(2, kNow + 1s), 0ms);
    EXPECT_EQ(window.wait(1, kNow + 1s), 59s);
}

TEST(RateWindow, NoCallWithinTheSpan_IsIdle) {
    RateWindow window;
    EXPECT_TRUE(window.idle(kNow));
    window.called(kNow);
    EXPECT_FALSE(window.idle(kNow + 59s));
    EXPECT_TRUE(window.idle(kNow + 60s));
}

TEST(RateWindow, WhoeverWaitsAsTold_NeverExceedsTheLimitInAnySixtySeconds) {
    std::mt19937 random{4711};
    RateWindow window;
    std::vector<Monotonic> calls;
    Monotonic now = kNow;
    for (int i = 0; i < 2000; ++i) {
        now += std::chrono::milliseconds{random() % 4000};
        now += window.wait(7, now);
        ASSERT_EQ(window.wait(7, now), 0ms);
        window.called(now);
        calls.push_back(now);
        if (i >= 7) {
            ASSERT_GE(now - calls[calls.size() - 8], 60s);
        }
    }
}

}  // namespace
