#include "cadence/breaker.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Monotonic kNow{1000h};
const SessionId kWearer{"wearer"};

Breaker open_breaker() {
    Breaker breaker;
    for (int i = 0; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kWearer, kNow);
    return breaker;
}

TEST(Breaker, FewerFaultsThanItTakes_StaysClosed) {
    Breaker breaker;
    for (int i = 1; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kWearer, kNow);
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
    EXPECT_TRUE(breaker.may_call(kWearer, kNow));
}

TEST(Breaker, SuccessBetweenFaults_StartsTheCountAgain) {
    Breaker breaker;
    for (int i = 0; i < 20; ++i) {
        breaker.failed(kWearer, kNow);
        if (i % 3 == 0) breaker.succeeded();
    }
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
}

TEST(Breaker, Open_LetsOneProbeThroughAfterThePause) {
    Breaker breaker = open_breaker();
    EXPECT_EQ(breaker.state(), BreakerState::Open);
    EXPECT_EQ(breaker.retry_at(), kNow + 5s);
    EXPECT_FALSE(breaker.may_call(kWearer, kNow + 5s - 1ns));
    EXPECT_TRUE(breaker.may_call(kWearer, kNow + 5s));
    EXPECT_EQ(breaker.state(), BreakerState::HalfOpen);
    EXPECT_FALSE(breaker.may_call(kWearer, kNow + 500s));
}

TEST(Breaker, ProbeSucceeds_ClosesAndForgetsTheLongPauses) {
    Breaker breaker = open_breaker();
    ASSERT_TRUE(breaker.may_call(kWearer, kNow + 5s));
    breaker.failed(kWearer, kNow + 5s);
    ASSERT_TRUE(breaker.may_call(kWearer, kNow + 15s));
    breaker.succeeded();
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
    for (int i = 0; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kWearer, kNow + 20s);
    EXPECT_EQ(breaker.retry_at(), kNow + 25s);
}

TEST(Breaker, ProbeFails_DoublesThePauseUpToItsLimit) {
    Breaker breaker = open_breaker();
    Monotonic now = breaker.retry_at();
    for (const auto pause : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
        ASSERT_TRUE(breaker.may_call(kWearer, now));
        breaker.failed(kWearer, now);
        EXPECT_EQ(breaker.retry_at(), now + pause);
        now = breaker.retry_at();
    }
}

TEST(Breaker, LateFaultsOfCallsUnderWay_DoNotProlongThePause) {
    Breaker breaker = open_breaker();
    breaker.failed(kWearer, kNow + 4s);
    EXPECT_EQ(breaker.retry_at(), kNow + 5s);
}

TEST(Breaker, ProbeNotUsed_IsLeftForTheNext) {
    Breaker breaker = open_breaker();
    ASSERT_TRUE(breaker.may_call(kWearer, kNow + 6s));
    breaker.probe_unused();
    EXPECT_EQ(breaker.state(), BreakerState::Open);
    EXPECT_TRUE(breaker.may_call(kWearer, kNow + 6s));
    Breaker closed;
    closed.probe_unused();
    EXPECT_EQ(closed.state(), BreakerState::Closed);
}

TEST(Breaker, OneThatFails_KeepsNobodyElseWaiting) {
    Breaker breaker = open_breaker();
    EXPECT_FALSE(breaker.may_call(kWearer, kNow));
    EXPECT_TRUE(breaker.may_call({"other"}, kNow)) << "its faults may be its own";
    breaker.succeeded();
    EXPECT_EQ(breaker.state(), BreakerState::Closed);
}

TEST(Breaker, ThirdThatFails_MakesEverybodyWait) {
    Breaker breaker = open_breaker();
    ASSERT_TRUE(breaker.may_call({"second"}, kNow));
    breaker.failed({"second"}, kNow);
    EXPECT_FALSE(breaker.may_call({"second"}, kNow));
    ASSERT_TRUE(breaker.may_call({"third"}, kNow));
    breaker.failed({"third"}, kNow);
    EXPECT_FALSE(breaker.may_call({"fourth"}, kNow));
    EXPECT_TRUE(breaker.may_call({"fourth"}, breaker.retry_at()));
}

TEST(Breaker, NoConnection_IsNoOnesOwnFault) {
    Breaker breaker;
    for (int i = 0; i < Breaker::kFaultsToOpen; ++i) breaker.unreachable(kNow);
    EXPECT_EQ(breaker.state(), BreakerState::Open);
    EXPECT_FALSE(breaker.may_call({"other"}, kNow));
}

TEST(Breaker, Success_ForgetsWhoFailed) {
    Breaker breaker;
    for (const auto* const name : {"first", "second", "third"}) breaker.failed({name}, kNow);
    breaker.succeeded();
    for (int i = 0; i < Breaker::kFaultsToOpen; ++i) breaker.failed(kWearer, kNow);
    EXPECT_TRUE(breaker.may_call({"other"}, kNow));
}

TEST(BreakerState, ToString_IsTheContractsWord) {
    EXPECT_STREQ(to_string(BreakerState::Closed), "closed");
    EXPECT_STREQ(to_string(BreakerState::HalfOpen), "half_open");
    EXPECT_STREQ(to_string(BreakerState::Open), "open");
}

}  // namespace
