// Who may call a platform, and when: its limits, its refusals, its faults, and that one lock
// session's trouble is no other's.
#include <gtest/gtest.h>

#include "engine/platform_gate.hpp"
#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::AnswerKind;
using cadence::CallClass;
using cadence::WriteKind;

class LimitsTest : public EngineTest {
  protected:
    LimitsTest() : gate(platform, host) {}

    [[nodiscard]] cadence::Duration wait(const std::string& session,
                                         CallClass call_class = CallClass::Action,
                                         double uniform = 0.5) {
        return gate.enter({session}, call_class, uniform, steady);
    }
    void hear(const std::string& session, AnswerKind kind, cadence::Duration elapsed = 0ms) {
        cadence::Answer answer;
        answer.kind = kind;
        answer.http_status = kind == AnswerKind::Throttled ? 429 : 200;
        answer.elapsed = elapsed;
        gate.answered({session}, CallClass::Action, answer, {}, steady);
    }
    // A whole call of a lock session that is answered after `elapsed`.
    void call(const std::string& session, cadence::Duration elapsed) {
        ASSERT_EQ(wait(session), 0ms);
        hear(session, AnswerKind::Applied, elapsed);
    }

    engine::Host host;
    engine::PlatformGate gate;
    cadence::Monotonic steady{1000h};
};

TEST_F(LimitsTest, CallThatArrivesLate_CountsFromItsAnswer) {
    platform.action_limit = 1;
    ASSERT_EQ(wait("wearer"), 0ms);
    steady += 3s;
    hear("wearer", AnswerKind::Applied);
    steady += 57s;
    EXPECT_EQ(wait("wearer"), 3s) << "the platform may have counted it only when it answered";
}

TEST_F(LimitsTest, LockSessionsClassesAndCredentials_AreCountedApart) {
    platform.action_limit = 1;
    ASSERT_EQ(wait("wearer"), 0ms);
    EXPECT_EQ(wait("wearer"), 60s);
    EXPECT_EQ(wait("wearer", CallClass::Read), 0ms);
    EXPECT_EQ(wait("other"), 0ms);
    engine::PlatformGate other_key(platform, host);
    EXPECT_EQ(other_key.enter({"wearer"}, CallClass::Action, 0.5, steady), 0ms);
}

TEST_F(LimitsTest, Refusal_LowersWhatIsAdmittedForThatOneAlone) {
    platform.action_limit = 4;
    ASSERT_EQ(wait("wearer"), 0ms);
    hear("wearer", AnswerKind::Throttled);
    ASSERT_EQ(wait("wearer"), 0ms);
    EXPECT_EQ(wait("wearer"), 60s) << "two a minute instead of four";
    for (int i = 0; i < 4; ++i) EXPECT_EQ(wait("other"), 0ms);
    steady += 2min;
    for (int i = 0; i < 4; ++i) EXPECT_EQ(wait("wearer"), 0ms) << "given back, one a minute";
}

TEST_F(LimitsTest, RefusedWrites_AreFollowedByFewer) {
    platform.action_limit = 20;
    start();
    enrol("wearer", 29);
    platform.write_answers = {AnswerKind::Throttled};
    launch("wearer", "token");
    pass(30s);
    EXPECT_EQ(platform.writes.size(), 10U) << "with the refused one";
    pass(10min);
    EXPECT_EQ(count("applied"), 29);
}

TEST_F(LimitsTest, RetryAfter_IsKeptToThoughALaunchComesIn) {
    start();
    enrol("wearer", 2);
    platform.write_answers = {AnswerKind::Throttled};
    platform.retry_after = 10min;
    launch("wearer", "token");
    ASSERT_EQ(platform.writes.size(), 1U);
    launch("wearer", "newer");
    prove("wearer", "proof");
    pass(9min);
    EXPECT_EQ(platform.writes.size(), 1U);
    pass(2min);
    EXPECT_EQ(platform.writes.size(), 4U);
}

TEST_F(LimitsTest, RetryAfterOfARead_IsNoLongerThanAQuarterOfAnHour) {
    start();
    enrol("wearer", 1);
    platform.read_answers = {AnswerKind::Throttled};
    platform.retry_after = 5h;
    launch("wearer", "token");
    pass(15min - 1s);
    EXPECT_EQ(platform.reads, 1);
    pass(2s);
    EXPECT_EQ(count("applied"), 1);
}

TEST_F(LimitsTest, RetryAfterOfARead_IsNoShorterThanASecond) {
    start();
    enrol("wearer", 1);
    platform.read_answers = {AnswerKind::Throttled};
    platform.retry_after = 0ms;
    launch("wearer", "token");
    pass(999ms);
    EXPECT_EQ(platform.reads, 1);
    pass(2ms);
    EXPECT_EQ(count("applied"), 1);
}

TEST_F(LimitsTest, FailedRead_IsMadeAgainAfterAShareOfItsBackoff) {
    start();
    enrol("wearer", 1);
    platform.read_answers = {AnswerKind::HostFault, AnswerKind::HostFault};
    launch("wearer", "token");
    pass(249ms);
    EXPECT_EQ(platform.reads, 1);
    pass(2ms);
    EXPECT_EQ(platform.reads, 2) << "half of 500 ms";
    pass(497ms);
    EXPECT_EQ(platform.reads, 2);
    pass(5ms);
    EXPECT_EQ(count("applied"), 1) << "half of a second";
}

TEST_F(LimitsTest, CallsThatFailForMany_AreTriedAgainByABudget) {
    constexpr int kMany = 60;
    start();
    platform.write_answers.assign(10'000, AnswerKind::Throttled);
    for (int i = 0; i < kMany; ++i) {
        auto const name = "wearer-" + std::to_string(i);
        enrol(name, 1);
        launch(name, "token-" + std::to_string(i));
    }
    pass(1min);
    // The first of each; what was saved up, one a second, and a fifth of the reads that succeeded.
    // Their own backoff alone would have let each come seven times.
    EXPECT_LE(platform.writes.size(), 200U);
    EXPECT_GE(platform.writes.size(), kMany + 60U);
    platform.write_answers.clear();
    pass(30min);
    EXPECT_EQ(count("applied"), kMany);
}

TEST_F(LimitsTest, OneWhoseCallsFail_DelaysNoOther) {
    start();
    platform.failing = {"noisy"};
    enrol("noisy", 20);
    launch("noisy", "token");
    pass(20min);
    ASSERT_NE(engine->platforms().at("chastify").breaker, cadence::BreakerState::Closed);
    enrol("quiet", 1);
    launch("quiet", "token-2");
    EXPECT_EQ(platform.writes.size(), 1U) << "at once";
    EXPECT_EQ(count("applied"), 1);
}

TEST_F(LimitsTest, WritesBeforeARestart_CountForTheLimit) {
    platform.action_limit = 2;
    start();
    enrol("wearer");
    launch("wearer", "token");
    prove("wearer", "proof-1");
    prove("wearer", "proof-2");
    ASSERT_EQ(platform.writes.size(), 2U);
    pass(20s);
    stop();
    start();
    prove("wearer", "proof-3");
    EXPECT_EQ(platform.writes.size(), 2U) << "the platform has not been started anew";
    pass(39s);
    EXPECT_EQ(platform.writes.size(), 2U);
    pass(2s);
    EXPECT_EQ(platform.writes.size(), 3U);
}

TEST_F(LimitsTest, HostThatWorksAgain_IsUsedByAllWhoWaitAtOnce) {
    constexpr int kMany = 8;
    start();
    platform.connect_answers.assign(cadence::Breaker::kFaultsToOpen, AnswerKind::NotSent);
    for (int i = 0; i < kMany; ++i) {
        auto const name = "wearer-" + std::to_string(i);
        enrol(name, 1);
        launch(name, "token-" + std::to_string(i));
    }
    ASSERT_EQ(engine->platforms().at("chastify").breaker, cadence::BreakerState::Open);
    EXPECT_TRUE(platform.writes.empty());
    pass(9s);
    EXPECT_EQ(count("applied"), kMany);
}

TEST_F(LimitsTest, TwoPlatformsOfOneHost_FailTogether) {
    FakePlatform second(loop.get_executor(), clock);
    FakePlatform elsewhere(loop.get_executor(), clock);
    elsewhere.host_name = "another";
    more_platforms = {{"second", &second}, {"elsewhere", &elsewhere}};
    start();
    platform.connect_answers.assign(1000, AnswerKind::NotSent);
    enrol("wearer", 1);
    launch("wearer", "token");
    pass(30s);
    auto const health = engine->platforms();
    EXPECT_NE(health.at("chastify").breaker, cadence::BreakerState::Closed);
    EXPECT_EQ(health.at("second").breaker, health.at("chastify").breaker);
    EXPECT_TRUE(health.at("second").breaker_not_closed_since);
    EXPECT_EQ(health.at("elsewhere").breaker, cadence::BreakerState::Closed);
    stop();
}

TEST_F(LimitsTest, ThoseWhoWaitForAHost_DontComeBackTogether) {
    for (int i = 0; i < cadence::Breaker::kFaultsToOpen; ++i) hear("a", AnswerKind::NotSent);
    auto const first = wait("b", CallClass::Read, 0.0);
    auto const last = wait("b", CallClass::Read, 0.99);
    EXPECT_GE(first, cadence::Breaker::kFirstPause);
    EXPECT_GE(last, first + 2s);
}

TEST_F(LimitsTest, SlowOnes_UseAQuarterOfTheConnectionsAndTheOthersTheRest) {
    for (const auto* const name : {"slow-1", "slow-2", "slow-3"}) call(name, 3s);
    EXPECT_EQ(wait("slow-1"), 0ms);
    EXPECT_EQ(wait("slow-2"), 0ms);
    EXPECT_EQ(wait("slow-3"), 2250ms) << "two of eight connections are theirs";
    EXPECT_EQ(wait("slow-3", CallClass::Read, 0.0), 1500ms);
    EXPECT_EQ(wait("quick"), 0ms);
    hear("slow-1", AnswerKind::Applied, 3s);
    EXPECT_EQ(wait("slow-3"), 0ms);
    gate.unused({"slow-2"}, CallClass::Action);
    EXPECT_EQ(wait("slow-1"), 0ms) << "a call that was not made gives its place back";
}

TEST_F(LimitsTest, OneThatIsQuickAgain_IsNoSlowOneAnyMore) {
    for (const auto* const name : {"slow-1", "slow-2", "slow-3"}) call(name, 3s);
    call("slow-3", 10ms);
    EXPECT_EQ(wait("slow-1"), 0ms);
    EXPECT_EQ(wait("slow-2"), 0ms);
    EXPECT_EQ(wait("slow-3"), 0ms);
}

TEST_F(LimitsTest, PlatformThatIsSlowForAll_HasNoSlowOnes) {
    for (int i = 0; i < 200; ++i) call("wearer-" + std::to_string(i), 1500ms);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(wait("wearer-" + std::to_string(190 + i)), 0ms);
}

}  // namespace
}  // namespace engine_test
