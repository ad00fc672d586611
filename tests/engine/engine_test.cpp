#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::AnswerKind;
using cadence::WriteKind;

// Ten in the morning: the day's window ends in fourteen hours.
constexpr auto kToMidnight = 14h;

TEST_F(EngineTest, MissedWindow_IsPunishedOnceAtItsEnd) {
    start();
    enrol("wearer");
    pass(kToMidnight - 1h);
    launch("wearer", "token");
    pass(1h - 1ms);
    EXPECT_TRUE(platform.writes.empty());
    pass(1ms);
    EXPECT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U);
    pass(8h);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(EngineTest, MetWindow_IsReportedAndNotPunished) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    prove("wearer", "proof-1");
    ASSERT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    pass(kToMidnight + 1h);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(EngineTest, Launch_CarriesProgressBeforePunishments) {
    start();
    enrol("wearer", 2);
    prove("wearer", "proof-1");
    pass(1s);
    ASSERT_TRUE(platform.writes.empty()) << "nothing leaves without a token";
    launch("wearer", "token");
    ASSERT_EQ(platform.writes.size(), 3U);
    EXPECT_EQ(platform.writes[0].write.kind, WriteKind::Progress);
    EXPECT_EQ(platform.writes[1].write.kind, WriteKind::AddTime);
}

TEST_F(EngineTest, TokenAtTheEndOfItsLife_IsNotUsed) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    pass(kToMidnight + 1h);
    EXPECT_TRUE(platform.writes.empty()) << "ten hours are over";
    EXPECT_EQ(count("waiting"), 1);
    launch("wearer", "next");
    ASSERT_EQ(platform.writes.size(), 1U);
    EXPECT_EQ(platform.writes[0].token, "next");
}

TEST_F(EngineTest, TokenThatTheReadUsesUp_CarriesNoPunishment) {
    settings.policy.token_margin = 0s;
    start();
    enrol("wearer", 1);
    ASSERT_TRUE(run(intake->pause_all("", clock.now())));
    launch("wearer", "token");
    pass(10h - 3s);
    ASSERT_TRUE(run(intake->resume_all(clock.now())));
    auto const reads = platform.reads;
    // An answer takes two seconds, as far as is known; half a second is left.
    platform.during_read = [this] { clock.pass(2500ms); };
    engine->changed();
    settle();
    EXPECT_EQ(platform.reads, reads + 1);
    EXPECT_TRUE(platform.writes.empty());
}

TEST_F(EngineTest, UnknownPunishmentThatCannotBeSeen_IsHeldAndNeverRepeated) {
    start();
    platform.tells_time = false;
    enrol("wearer", 1);
    platform.write_answers = {AnswerKind::Unknown};
    launch("wearer", "token");
    pass(1h);
    EXPECT_EQ(platform.writes.size(), 1U);
    EXPECT_EQ(count("held"), 1);
    EXPECT_TRUE(journal.has("state=held"));
}

TEST_F(EngineTest, UnknownProgress_IsResentOnceAfterAMinuteThenHeld) {
    start();
    enrol("wearer");
    launch("wearer", "token");
    platform.write_answers = {AnswerKind::Unknown, AnswerKind::Unknown};
    prove("wearer", "proof-1");
    pass(59s);
    EXPECT_EQ(platform.writes.size(), 1U);
    pass(2s);
    EXPECT_EQ(platform.writes.size(), 2U);
    pass(1h);
    EXPECT_EQ(platform.writes.size(), 2U);
    EXPECT_EQ(count("held"), 1);
}

TEST_F(EngineTest, RefusedToken_IsSetAsideAndTheNextLaunchCarriesOn) {
    start();
    enrol("wearer", 1);
    platform.read_answers = {AnswerKind::TokenRefused};
    launch("wearer", "dead");
    pass(2min);
    EXPECT_TRUE(platform.writes.empty());
    EXPECT_EQ(count("waiting"), 1);
    launch("wearer", "alive");
    ASSERT_EQ(platform.writes.size(), 1U);
    EXPECT_EQ(platform.writes[0].token, "alive");
}

TEST_F(EngineTest, ThreeRefusedLockSessions_BlameTheCredentialAndKeepTheTokens) {
    start();
    platform.read_answers = {AnswerKind::TokenRefused, AnswerKind::TokenRefused,
                             AnswerKind::TokenRefused};
    for (const std::string id : {"a", "b", "c"}) {
        enrol(id, 1);
        launch(id, "token-" + id);
    }
    EXPECT_TRUE(engine->platforms().at("chastify").credential_refused);
    EXPECT_TRUE(journal.has("event=credential_refused"));
    auto const reads = platform.reads;
    pass(29s);
    EXPECT_EQ(platform.reads, reads) << "probed at most every 30 s";
    pass(5min);
    EXPECT_FALSE(engine->platforms().at("chastify").credential_refused);
    EXPECT_EQ(platform.writes.size(), 3U) << "the tokens live again";
}

TEST_F(EngineTest, Reload_ProbesARefusedCredentialAtOnce) {
    start();
    platform.read_answers.assign(3, AnswerKind::TokenRefused);
    for (const std::string id : {"a", "b", "c"}) {
        enrol(id, 1);
        launch(id, "token-" + id);
    }
    ASSERT_TRUE(engine->platforms().at("chastify").credential_refused);
    engine->apply(settings);
    pass(1s);
    EXPECT_FALSE(engine->platforms().at("chastify").credential_refused);
}

TEST_F(EngineTest, ReloadThatLowersACap_WarnsOncePerKindOfWhatExceedsIt) {
    start();
    enrol("a");
    enrol("b");
    engine->apply(settings);
    EXPECT_FALSE(journal.has("event=punishments_above_cap"));
    settings.policy.caps.punishment_seconds_per_day = 3599s;
    engine->apply(settings);
    settle();
    engine->apply(settings);
    settle();
    EXPECT_EQ(journal.count("event=punishments_above_cap punishment=add_time requirements=2 "
                            "cap_seconds=3599"),
              1);
    EXPECT_EQ(journal.count("event=punishments_above_cap"), 1);
}

TEST_F(EngineTest, HostThatFails_IsLeftAloneByTheBreakerAndProbed) {
    start();
    enrol("wearer", 1);
    platform.connect_answers.assign(8, AnswerKind::NotSent);
    launch("wearer", "token");
    pass(30s);
    EXPECT_LE(platform.connections, 8);
    pass(30min);
    EXPECT_EQ(platform.writes.size(), 1U);
    EXPECT_EQ(engine->platforms().at("chastify").breaker, cadence::BreakerState::Closed);
}

TEST_F(EngineTest, RateLimit_SpreadsTheWrites) {
    platform.action_limit = 2;
    start();
    enrol("wearer", 5);
    launch("wearer", "token");
    pass(1s);
    EXPECT_EQ(platform.writes.size(), 2U);
    pass(60s);
    EXPECT_EQ(platform.writes.size(), 4U);
    pass(60s);
    EXPECT_EQ(platform.writes.size(), 5U);
}

TEST_F(EngineTest, ProgressInARow_TakesOneCommitEach) {
    start();
    enrol("wearer");
    for (const auto* const day : {"1", "2", "3"}) {
        prove("wearer", std::string("proof-") + day);
        pass(24h);
    }
    note_units_at_writes();
    launch("wearer", "token");
    ASSERT_EQ(platform.writes_of(WriteKind::Progress).size(), 3U);
    EXPECT_EQ(units_at_writes.at(1), units_at_writes.at(0) + 1)
        << "what ends the one begins the other";
    EXPECT_EQ(units_at_writes.at(2), units_at_writes.at(1) + 1);
    EXPECT_EQ(count("applied"), 3);
}

TEST_F(EngineTest, ProgressInARow_KeepsToTheRateLimit) {
    platform.action_limit = 2;
    start();
    enrol("wearer");
    for (const auto* const day : {"1", "2", "3"}) {
        prove("wearer", std::string("proof-") + day);
        pass(24h);
    }
    launch("wearer", "token");
    EXPECT_EQ(platform.writes.size(), 2U);
    pass(59s);
    EXPECT_EQ(platform.writes.size(), 2U);
    pass(2s);
    EXPECT_EQ(platform.writes.size(), 3U);
}

TEST_F(EngineTest, NothingNext_LeavesTheRateLimitAlone) {
    platform.action_limit = 2;
    start();
    enrol("wearer");
    launch("wearer", "token");
    prove("wearer", "proof-1");
    prove("wearer", "proof-2");
    EXPECT_EQ(platform.writes.size(), 2U) << "a call that was not made counts for nothing";
}

TEST_F(EngineTest, Brake_LetsProgressThroughAndNoPunishment) {
    start();
    ASSERT_TRUE(run(intake->pause_all("a look first", clock.now())));
    enrol("wearer", 2);
    launch("wearer", "token");
    prove("wearer", "proof-1");
    pass(1h);
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    EXPECT_TRUE(platform.writes_of(WriteKind::AddTime).empty());
    ASSERT_TRUE(run(intake->resume_all(clock.now())));
    engine->changed();
    settle();
    EXPECT_EQ(platform.writes_of(WriteKind::AddTime).size(), 2U);
}

TEST_F(EngineTest, PausedLockSession_IsPunishedOnlyAfterThePause) {
    start();
    enrol("wearer", 1);
    ASSERT_TRUE(run(intake->pause_session({"wearer"}, clock.now() + 2h, "ill", clock.now())));
    launch("wearer", "token");
    pass(2h - 1s);
    EXPECT_TRUE(platform.writes.empty());
    pass(2s);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(EngineTest, ClocksThatDisagree_MakePunishmentsWait) {
    start();
    enrol("wearer", 1);
    platform.clock_skew = 3min;
    launch("wearer", "token");
    pass(5min);
    EXPECT_TRUE(platform.writes.empty());
    platform.clock_skew = 0s;
    pass(2min);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(EngineTest, PlatformThatPunishesItself_TakesThePunishmentOver) {
    start();
    enrol("wearer", 1);
    engine::PlatformRequirement own;
    own.enabled = true;
    own.metric = "check_in";
    own.punishment = {cadence::PunishmentType::AddTime, 60s, ""};
    platform.requirements["wearer"] = own;
    launch("wearer", "token");
    pass(1h);
    EXPECT_TRUE(platform.writes.empty());
    EXPECT_EQ(count("waived"), 1);
}

TEST_F(EngineTest, ClockSetBackOverTheEnd_ReopensAndPunishesOnce) {
    start();
    enrol("wearer");
    pass(kToMidnight + 1s);
    ASSERT_EQ(count("waiting"), 1);
    clock.step_to(clock.now() - 1h);
    settle();
    EXPECT_EQ(count("waived"), 1) << "its end lies ahead again";
    pass(1h - 10s);
    launch("wearer", "token");
    pass(1min);
    EXPECT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U);
}

TEST_F(EngineTest, ClockSetBackAfterAnUnknownPunishment_NeverSendsItAgain) {
    start();
    enrol("wearer");
    pass(kToMidnight - 1h);
    launch("wearer", "token");
    platform.write_answers = {AnswerKind::Unknown};
    pass(1h + 1s);
    ASSERT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U);
    clock.step_to(clock.now() - 1min);
    settle();
    pass(2h);
    EXPECT_EQ(platform.writes_of(WriteKind::AddTime).size(), 1U) << "it may have happened";
}

TEST_F(EngineTest, StopWhileAWriteIsSilent_RecordsItAsUnknown) {
    start();
    enrol("wearer", 1);
    platform.keeps_silent = true;
    launch("wearer", "token");
    EXPECT_EQ(count("inFlight"), 1);
    stop();
    EXPECT_EQ(count("inFlight"), 0);
    EXPECT_EQ(count("unknown"), 1);
}

TEST_F(EngineTest, ManyLockSessions_AreServedSideBySide) {
    start();
    platform.keeps_silent = true;
    for (int i = 0; i < 10; ++i) {
        auto const id = "wearer-" + std::to_string(i);
        enrol(id, 1);
        launch(id, "token-" + id);
    }
    EXPECT_EQ(platform.writes.size(), 10U) << "a silent answer delays nobody else";
    EXPECT_EQ(count("inFlight"), 10);
}

TEST_F(EngineTest, WorkWithoutAToken_CostsAHeartbeatAndNoRequest) {
    start();
    for (int i = 0; i < 5; ++i) {
        enrol("wearer-" + std::to_string(i), 3);
        prove("wearer-" + std::to_string(i), "proof-" + std::to_string(i));
    }
    pass(1min);
    ASSERT_EQ(count("waiting"), 20);
    const auto units = writer->totals().units;
    const int beats = heartbeats;
    pass(45min);
    EXPECT_EQ(heartbeats - beats, 60);
    EXPECT_EQ(writer->totals().units - units, 60U);
    EXPECT_EQ(platform.connections, 0);
    EXPECT_EQ(platform.reads, 0);
}

TEST_F(EngineTest, NothingToDo_AsksTheLedgerOnceAHeartbeat) {
    start();
    pass(1min);
    const auto units = writer->totals().units;
    const int beats = heartbeats;
    pass(45min);
    EXPECT_EQ(heartbeats - beats, 60);
    EXPECT_EQ(writer->totals().units - units, 60U);
}

}  // namespace
}  // namespace engine_test
