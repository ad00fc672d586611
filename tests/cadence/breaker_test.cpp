#include "cadence/breaker.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Monotonic kNow{1000h};

Breaker open_breaker() {
    Breaker breaker;
    for (int i = 0; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kNow);
    return breaker;
}

TEST(Breaker, FewerFaultsThanItTakes_StaysClosed) {
    Breaker breaker;
    for (int i = 1; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kNow);
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
    EXPECT_TRUE(breaker.may_call(kNow));
}

TEST(Breaker, SuccessBetweenFaults_StartsTheCountAgain) {
    Breaker breaker;
    for (int i = 0; i < 20; ++i) {
        breaker.failed(kNow);
        if (i % 3 == 0) breaker.succeeded();
    }
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
}

TEST(Breaker, Open_LetsOneProbeThroughAfterThePause) {
    Breaker breaker = open_breaker();
    EXPECT_EQ(breaker.state(), BreakerState::Open);
    EXPECT_EQ(breaker.retry_at(), kNow + 5s);
    EXPECT_FALSE(breaker.may_call(kNow + 5s - 1ns));
    EXPECT_TRUE(breaker.may_call(kNow + 5s));
    EXPECT_EQ(breaker.state(), BreakerState::HalfOpen);
    EXPECT_FALSE(breaker.may_call(kNow + 500s));
}

TEST(Breaker, ProbeSucceeds_ClosesAndForgetsTheLongPauses) {
    Breaker breaker = open_breaker();
    ASSERT_TRUE(breaker.may_call(kNow + 5s));
    breaker.failed(kNow + 5s);
    ASSERT_TRUE(breaker.may_call(kNow + 15s));
    breaker.succeeded();
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
    for (int i = 0; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kNow + 20s);
    EXPECT_EQ(breaker.retry_at(), kNow + 25s);
}

TEST(Breaker, ProbeFails_DoublesThePauseUpToItsLimit) {
    Breaker breaker = open_breaker();
    Monotonic now = breaker.retry_at();
    for (const auto pause : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
        ASSERT_TRUE(breaker.may_call(now));
        breaker.failed(now);
        EXPECT_EQ(breaker.retry_at(), now + pause);
        now = breaker.retry_at();
    }
}

TEST(Breaker, LateFaultsOfCallsUnderWay_DoNotProlongThePause) {
    Breaker breaker = open_breaker();
    breaker.failed(kNow + 4s);
    EXPECT_EQ(breaker.retry_at(), kNow + 5s);
}

TEST(Breaker, ProbeNotUsed_IsLeftForTheNext) {
    Breaker breaker = open_breaker();
    ASSERT_TRUE(breaker.may_call(kNow + 6s));
    breaker.probe_unused();
    EXPECT_EQ(breaker.state(), BreakerState::Open);
    EXPECT_TRUE(breaker.may_call(kNow + 6s));
    Breaker closed;
    closed.probe_unused();
    EXPECT_EQ(closed.state(), BreakerState::Closed);
}

TEST(BreakerState, ToString_IsTheContractsWord) {
    EXPECT_STREQ(to_string(BreakerState::Closed), "closed");
    EXPECT_STREQ(to_string(BreakerState::HalfOpen), "half_open");
    EXPECT_STREQ(to_string(BreakerState::Open), "open");
}

}  // namespace
