#include "cadence/rate_window.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Monotonic kFirstAt{1000h};

TEST(RateWindow, BelowTheLimit_NeedNotWait) {
    RateWindow window;
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(window.wait(20, kFirstAt), 0ms);
        window.called(kFirstAt);
    }
    EXPECT_EQ(window.wait(20, kFirstAt), 60s);
}

TEST(RateWindow, AtTheLimit_WaitsForTheOldestToLeave) {
    RateWindow window;
    window.called(kFirstAt);
    window.called(kFirstAt + 10s);
    EXPECT_EQ(window.wait(2, kFirstAt + 15s), 45s);
    EXPECT_EQ(window.wait(2, kFirstAt + 60s), 0ms);
    EXPECT_EQ(window.wait(3, kFirstAt + 15s), 0ms);
}

TEST(RateWindow, LoweredLimit_WaitsForEnoughToLeave) {
    RateWindow window;
    for (int i = 0; i < 5; ++i) window.called(kFirstAt + i * 1s);
    EXPECT_EQ(window.wait(2, kFirstAt + 4s), 59s);
}

TEST(RateWindow, FractionOfAMillisecond_IsRoundedUp) {
    RateWindow window;
    window.called(kFirstAt + 1ns);
    EXPECT_EQ(window.wait(1, kFirstAt + 60s), 1ms);
}

TEST(RateWindow, LimitBelowOne_IsOne) {
    RateWindow window;
    EXPECT_EQ(window.wait(0, kFirstAt), 0ms);
    window.called(kFirstAt);
    EXPECT_EQ(window.wait(0, kFirstAt), 60s);
}

TEST(RateWindow, CallNotMadeAfterAll_CountsForNothing) {
    RateWindow window;
    window.not_made();
    window.called(kFirstAt);
    window.called(kFirstAt + 1s);
    window.not_made();
    EXPECT_EQ(window.wait(2, kFirstAt + 1s), 0ms);
    EXPECT_EQ(window.wait(1, kFirstAt + 1s), 59s);
}

TEST(RateWindow, NoCallWithinTheSpan_IsIdle) {
    RateWindow window;
    EXPECT_TRUE(window.idle(20, kFirstAt));
    window.called(kFirstAt);
    EXPECT_FALSE(window.idle(20, kFirstAt + 59s));
    EXPECT_TRUE(window.idle(20, kFirstAt + 60s));
}

TEST(RateWindow, AnsweredLater_CountsFromThenOn) {
    RateWindow window;
    window.called(kFirstAt);
    window.answered(kFirstAt + 3s);
    EXPECT_EQ(window.wait(1, kFirstAt + 60s), 3s) << "it arrived within these three seconds";
    RateWindow unused;
    unused.answered(kFirstAt);
    EXPECT_EQ(unused.wait(1, kFirstAt), 0ms);
}

TEST(RateWindow, Refused_AdmitsHalfAndGivesATenthBackAMinute) {
    RateWindow window;
    EXPECT_EQ(window.admitted(20, kFirstAt), 20);
    window.refused(20, 0s, kFirstAt);
    EXPECT_EQ(window.admitted(20, kFirstAt), 10);
    window.refused(20, 0s, kFirstAt);
    EXPECT_EQ(window.admitted(20, kFirstAt), 5);
    EXPECT_EQ(window.admitted(20, kFirstAt + 59s), 5);
    EXPECT_EQ(window.admitted(20, kFirstAt + 60s), 7);
    EXPECT_EQ(window.admitted(20, kFirstAt + 7min), 19);
    EXPECT_EQ(window.admitted(20, kFirstAt + 8min), 20);
    EXPECT_EQ(window.admitted(20, kFirstAt + 24h * 365), 20);
}

TEST(RateWindow, RefusedAgainAndAgain_StillAdmitsOne) {
    RateWindow window;
    for (int i = 0; i < 20; ++i) window.refused(20, 0s, kFirstAt);
    EXPECT_EQ(window.admitted(20, kFirstAt), 1);
    EXPECT_EQ(window.wait(20, kFirstAt), 0ms);
    window.called(kFirstAt);
    EXPECT_EQ(window.wait(20, kFirstAt), 60s);
    EXPECT_EQ(window.admitted(5, kFirstAt + 1min), 2) << "a small limit is given back one by one";
}

TEST(RateWindow, RefusedForAWhile_AdmitsNoneUntilThen) {
    RateWindow window;
    window.refused(20, 90s, kFirstAt);
    EXPECT_EQ(window.wait(20, kFirstAt), 90s);
    EXPECT_EQ(window.wait(20, kFirstAt + 89s), 1s);
    EXPECT_EQ(window.wait(20, kFirstAt + 90s), 0ms);
}

TEST(RateWindow, Lowered_IsNotForgotten) {
    RateWindow window;
    window.refused(20, 0s, kFirstAt);
    EXPECT_FALSE(window.idle(20, kFirstAt + 4min));
    EXPECT_TRUE(window.idle(20, kFirstAt + 5min));
}

TEST(RateWindow, WhoeverWaitsAsTold_NeverExceedsTheLimitInAnySixtySeconds) {
    std::mt19937 random{4711};
    RateWindow window;
    std::vector<Monotonic> calls;
    Monotonic now = kFirstAt;
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
