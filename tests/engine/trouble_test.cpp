// The engine while something else fails: the disk, the host, a context that cannot be read, the
// clock.
#include <gtest/gtest.h>

#include "engine/platform_gate.hpp"
#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::AnswerKind;
using cadence::WriteKind;

TEST_F(EngineTest, ClocksThatDisagree_LetProgressThrough) {
    start();
    enrol("wearer", 1);
    platform.clock_skew = 3min;
    launch("wearer", "token");
    prove("wearer", "proof-1");
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    EXPECT_TRUE(platform.writes_of(WriteKind::AddTime).empty());
}

TEST_F(EngineTest, ContextThatDoesNotSayWhoPunishes_MakesPunishmentsWait) {
    start();
    enrol("wearer", 1);
    platform.says_requirements = false;
    launch("wearer", "token");
    prove("wearer", "proof-1");
    pass(1h);
    EXPECT_EQ(platform.writes.size(), 1U) << "progress alone";
    EXPECT_LE(platform.reads, 20) << "asked again every five minutes";
    platform.says_requirements = true;
    pass(5min);
    EXPECT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U);
}

TEST_F(EngineTest, BaselineThatCannotBeRead_DelaysNoProgress) {
    start();
    enrol("wearer", 1);
    platform.read_answers = {AnswerKind::Applied};
    platform.read_answers.insert(platform.read_answers.end(), 4, AnswerKind::HostFault);
    launch("wearer", "token");
    prove("wearer", "proof-1");
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    pass(1min);
    EXPECT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U);
}

TEST_F(EngineTest, ContextThatIsNeverRead_IsAskedLessAndLess) {
    start();
    enrol("wearer", 1);
    platform.read_answers.assign(1000, AnswerKind::Rejected);
    launch("wearer", "token");
    pass(1h);
    EXPECT_TRUE(platform.writes.empty());
    EXPECT_LT(platform.reads, 60);
}

TEST_F(EngineTest, LedgerThatFails_IsLeftAloneForAWhileAndThenUsedAgain) {
    start();
    enrol("wearer", 1);
    launch("wearer", "token");
    ASSERT_EQ(platform.writes.size(), 1U);
    prove("wearer", "proof-1");
    platform.writes.clear();
    prove("wearer", "proof-2");
    break_ledger(true);
    engine->changed();
    pass(10min);
    EXPECT_LT(journal.count("event=ledger_failed"), 20) << "at most once a minute";
    EXPECT_EQ(journal.count("event=docket_failed"), 1) << "said once, tried every second";
    break_ledger(false);
    prove("wearer", "proof-3");
    pass(2min);
    EXPECT_EQ(count("applied"), 4);
}

TEST_F(EngineTest, AnswerThatCannotBeWritten_IsWrittenLater) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    platform.breaks_after_write = [this] { break_ledger(true); };
    prove("wearer", "proof-1");
    ASSERT_EQ(platform.writes.size(), 1U);
    pass(5min);
    break_ledger(false);
    pass(1min);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(EngineTest, AnswerThatCanNeverBeWritten_IsHeldForAPersonAndDelaysNobody) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    fail_at("UPDATE OF http_status ON attempt");
    faults = 1000;
    prove("wearer", "proof-1");
    ASSERT_EQ(platform.writes.size(), 1U);
    pass(10s);
    EXPECT_EQ(count("held"), 1);
    EXPECT_TRUE(journal.has("event=settled delivery=1 state=held reason=answer_not_recorded"));
    faults = 0;
    prove("wearer", "proof-2");
    pass(1s);
    EXPECT_EQ(count("applied"), 1);
    auto settling =
        outbox->settle({1}, engine::Settlement::Applied, "seen on the platform", clock.now());
    EXPECT_TRUE(run(std::move(settling)));
    EXPECT_EQ(count("applied"), 2);
}

TEST_F(EngineTest, AnswerThatCanNeverBeWritten_IsSaidToBeWaivedWhereItsWriteIsNotWantedAnyMore) {
    start();
    enrol("wearer", 1);
    fail_at("UPDATE OF http_status ON attempt");
    faults = 1000;
    launch("wearer", "token");
    ASSERT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U);
    engine::Proof late{{"late"}, {"wearer"}, "check_in", 1, clock.now() - 24h, clock.uptime()};
    ASSERT_TRUE(run(intake->add_proof(std::move(late), settings.policy, clock.now())));
    pass(10s);
    EXPECT_EQ(count("waived"), 1);
    EXPECT_TRUE(journal.has("event=settled delivery=1 state=waived reason=answer_not_recorded"));
}

TEST_F(EngineTest, NextThatCannotBegin_DelaysNeitherTheAnswerNorItselfAndCountsOnce) {
    platform.action_limit = 2;
    start();
    enrol("wearer");
    for (const auto* const day : {"1", "2", "3"}) {
        prove("wearer", std::string("proof-") + day);
        pass(24h);
    }
    fail_at("INSERT ON attempt");
    platform.breaks_after_write = [this] { faults = 1; };
    launch("wearer", "token");
    EXPECT_EQ(faults, 0) << "the second did not begin with the first one's end";
    EXPECT_FALSE(journal.has("event=ledger_failed") || journal.has("event=lane_refused"));
    EXPECT_EQ(count("applied"), 2) << "what did not begin counts for nothing";
    EXPECT_EQ(count("queued"), 1) << "and what was given back is given back once";
    EXPECT_EQ(count("inFlight"), 0);
    pass(61s);
    EXPECT_EQ(platform.writes.size(), 3U);
    EXPECT_EQ(count("applied"), 3);
}

TEST_F(EngineTest, CommitThatOutlastsTheConnection_SendsNothingAndBlamesNobody) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    platform.goes_stale = true;
    prove("wearer", "proof-1");
    pass(2s);
    EXPECT_TRUE(platform.writes.empty());
    EXPECT_TRUE(journal.has("code=stale_connection"));
    EXPECT_EQ(engine->platforms().at("chastify").breaker, cadence::BreakerState::Closed);
    platform.goes_stale = false;
    pass(6min);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(EngineTest, ThrottledLockSession_IsLeftAloneAsAWhole) {
    start();
    enrol("wearer", 5);
    launch("wearer", "token");
    ASSERT_EQ(platform.writes.size(), 5U);
    platform.writes.clear();
    platform.write_answers = {AnswerKind::Throttled};
    platform.retry_after = 10min;
    prove("wearer", "proof-1");
    EXPECT_EQ(platform.writes.size(), 1U);
    auto const reads = platform.reads;
    enrol("other", 1);
    launch("other", "token-2");
    EXPECT_EQ(platform.writes.size(), 2U) << "another lock session is not concerned";
    prove("wearer", "proof-2");
    pass(9min);
    EXPECT_EQ(platform.writes.size(), 2U);
    EXPECT_LE(platform.reads, reads + 2);
    pass(2min);
    EXPECT_EQ(count("queued"), 0);
}

TEST_F(EngineTest, HostThatFailed_IsProbedWithAReadBeforeProgressIsRisked) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    platform.connect_answers.assign(5, AnswerKind::NotSent);
    prove("wearer", "proof-1");
    pass(5s);
    ASSERT_EQ(engine->platforms().at("chastify").breaker, cadence::BreakerState::Open);
    auto const reads = platform.reads;
    platform.read_answers = {AnswerKind::HostFault};
    pass(1min);
    EXPECT_GE(platform.reads, reads + 2) << "one that failed, one that did not";
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    EXPECT_EQ(count("unknown"), 0);
}

TEST_F(EngineTest, LaneThatBreaksDownWhileItProbes_LeavesTheProbeToTheNext) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    platform.connect_answers.assign(5, AnswerKind::NotSent);
    prove("wearer", "proof-1");
    platform.during_read = [] { throw std::runtime_error("a fault of ours"); };
    pass(10min);
    EXPECT_EQ(journal.count("event=lane_failed"), 1);
    EXPECT_EQ(count("applied"), 1) << "the host is waited for until a restart";
}

// A host that failed, past the pause: whoever enters next takes the probe.
struct FailedGate {
    explicit FailedGate(FakePlatform& platform) : gate(platform, host) {}
    void fail() {
        for (int i = 0; i < cadence::Breaker::kFaultsToOpen; ++i) {
            hear("x", AnswerKind::HostFault);
        }
        steady += cadence::Breaker::kFirstPause;
    }
    void hear(const std::string& session, AnswerKind kind, const std::string& code = "") {
        cadence::Answer answer;
        answer.kind = kind;
        answer.code = code;
        gate.answered({session}, std::nullopt, answer, {}, steady);
    }
    [[nodiscard]] bool enters(const std::string& session, cadence::CallClass call_class) {
        return gate.enter({session}, call_class, 0.5, steady) == 0s;
    }
    engine::Host host;
    engine::PlatformGate gate;
    cadence::Monotonic steady{1000h};
};

TEST_F(EngineTest, CallNotMade_GivesBackItsOwnProbeAlone) {
    FailedGate host(platform);
    ASSERT_TRUE(host.enters("early", cadence::CallClass::Action));
    host.fail();
    ASSERT_TRUE(host.enters("prober", cadence::CallClass::Read));
    host.gate.unused({"early"}, cadence::CallClass::Action);
    EXPECT_FALSE(host.enters("third", cadence::CallClass::Read)) << "the prober is still probing";
    host.gate.unused({"prober"}, cadence::CallClass::Read);
    EXPECT_TRUE(host.enters("third", cadence::CallClass::Read));
    host.hear("third", AnswerKind::Applied);
    EXPECT_TRUE(host.gate.trusted());
}

TEST_F(EngineTest, ProbeThatFindsNoConnectionFree_IsLeftForTheNext) {
    FailedGate host(platform);
    host.fail();
    ASSERT_TRUE(host.enters("prober", cadence::CallClass::Read));
    host.hear("other", AnswerKind::NotSent, to_string(cadence::ErrorCode::Crowded));
    EXPECT_FALSE(host.enters("third", cadence::CallClass::Read)) << "the prober is still probing";
    host.hear("prober", AnswerKind::NotSent, to_string(cadence::ErrorCode::Crowded));
    EXPECT_TRUE(host.enters("third", cadence::CallClass::Read));
}

TEST_F(EngineTest, ClockSetFarBack_DoesNotProlongAWait) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    platform.write_answers = {AnswerKind::Throttled};
    prove("wearer", "proof-1");
    clock.step_to(clock.now() - 9h);
    settle();
    pass(16min);
    EXPECT_EQ(count("applied"), 1);
}

TEST_F(EngineTest, DrainIsTimedByTheSteadyClock) {
    start();
    enrol("wearer", 1);
    platform.keeps_silent = true;
    launch("wearer", "token");
    engine->stop();
    settle();
    clock.step_to(clock.now() - 24h);
    settle();
    for (int second = 0; running && second < 30; ++second) pass(1s);
    EXPECT_FALSE(running);
    EXPECT_EQ(count("unknown"), 1);
}

}  // namespace
}  // namespace engine_test
