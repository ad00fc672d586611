// Punishments whose answer never came: settled by looking at the lock, sent again only when it
// shows that nothing happened, and made good when it shows too much.
#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::AnswerKind;
using cadence::WriteKind;

class Settlement : public EngineTest {
  protected:
    // One missed day, an hour to be added, and a write whose answer never comes.
    void lose_an_answer(std::optional<cadence::Duration> applied_after) {
        start();
        enrol("wearer", 1);
        platform.write_answers = {AnswerKind::Unknown};
        platform.unknown_applied_after = applied_after;
        launch("wearer", "token");
    }

    // The write arrives; the daemon is gone before its answer could come.
    void die_in_flight() {
        start();
        enrol("wearer", 1);
        platform.keeps_silent = true;
        platform.unknown_applied_after = 0ms;
        launch("wearer", "token");
        stop();
        platform.keeps_silent = false;
    }

    [[nodiscard]] std::size_t hours_added() const {
        return platform.writes_of(WriteKind::AddTime).size();
    }
    [[nodiscard]] std::string reason() {
        auto const query = "SELECT reason FROM delivery WHERE kind = 'punishment'";
        return run(writer->run<std::string>(
                       [query](ledger::Database& database) -> cadence::Result<std::string> {
                           auto row = database.query(query);
                           return row.step() ? row.text(0) : std::string{};
                       }))
            .value();
    }
};

TEST_F(Settlement, AppliedOne_IsSettledWithinTenSecondsAndNeverSentAgain) {
    lose_an_answer(0ms);
    EXPECT_EQ(count("unknown"), 1);
    pass(9s);
    EXPECT_EQ(count("unknown"), 1);
    pass(1s);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(reason(), "agreeing_reads");
    pass(3h);
    EXPECT_EQ(hours_added(), 1U);
}

TEST_F(Settlement, LostOne_IsSentAgainAfterAMinute) {
    lose_an_answer(std::nullopt);
    pass(59s);
    EXPECT_EQ(hours_added(), 1U);
    pass(2s);
    EXPECT_EQ(hours_added(), 2U);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(platform.writes[0].key.substr(0, 11), platform.writes[1].key.substr(0, 11));
    EXPECT_NE(platform.writes[0].key, platform.writes[1].key) << "another attempt";
}

TEST_F(Settlement, AppliedHalfAMinuteLate_IsSeen) {
    lose_an_answer(30s);
    pass(61s);
    EXPECT_EQ(count("unknown"), 1) << "against, against, for: they disagree";
    pass(4min);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(hours_added(), 1U);
}

TEST_F(Settlement, TouchedBySomebodyElse_IsHeldForAPerson) {
    lose_an_answer(std::nullopt);
    platform.add("wearer", 7min);
    pass(10min);
    EXPECT_EQ(count("held"), 1);
    EXPECT_EQ(hours_added(), 1U);
    EXPECT_TRUE(journal.has("event=settled delivery=1 state=held"));
}

TEST_F(Settlement, LockThatTellsNothing_IsHeldAtOnce) {
    platform.tells_time = false;
    lose_an_answer(0ms);
    EXPECT_EQ(count("held"), 1);
}

TEST_F(Settlement, WithoutAToken_WaitsForTheNextLaunch) {
    lose_an_answer(0ms);
    platform.read_answers = {AnswerKind::TokenRefused};
    pass(10min);
    EXPECT_EQ(count("unknown"), 1);
    auto const reads = platform.reads;
    pass(10min);
    EXPECT_EQ(platform.reads, reads) << "nothing is spent meanwhile";
    launch("wearer", "next");
    pass(10s);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(hours_added(), 1U);
}

TEST_F(Settlement, UnansweredRead_IsMadeAgain) {
    lose_an_answer(0ms);
    platform.read_answers = {AnswerKind::NotSent, AnswerKind::Throttled, AnswerKind::HostFault};
    pass(2min);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(hours_added(), 1U);
    EXPECT_LT(platform.reads, 12);
}

TEST_F(Settlement, ProgressGoesOn_AndNoOtherPunishmentStarts) {
    start();
    enrol("wearer", 3);
    platform.write_answers = {AnswerKind::Unknown};
    launch("wearer", "token");
    EXPECT_EQ(hours_added(), 1U);
    prove("wearer", "proof-1");
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    pass(59s);
    EXPECT_EQ(hours_added(), 1U);
    pass(2s);
    EXPECT_EQ(hours_added(), 4U) << "the lost one again, and the other two";
    EXPECT_EQ(count("applied"), 4);
}

TEST_F(Settlement, SeenByTheRetrysBaseline_IsNotSentAgain) {
    lose_an_answer(70s);
    run(intake->pause_all("", clock.now()));
    pass(61s);
    EXPECT_EQ(count("queued"), 1) << "never seen within a minute";
    pass(20s);
    run(intake->resume_all(clock.now()));
    engine->changed();
    settle();
    EXPECT_EQ(hours_added(), 1U);
    EXPECT_EQ(reason(), "seen_by_retry");
}

TEST_F(Settlement, AppliedTwiceAfterAll_IsAlarmedAndOneIsTakenBack) {
    lose_an_answer(90s);
    pass(61s);
    ASSERT_EQ(hours_added(), 2U);
    pass(10min);
    launch("wearer", "next");
    EXPECT_TRUE(journal.has("event=doubled_write delivery=1"));
    EXPECT_EQ(reason(), "doubled");
    EXPECT_EQ(platform.writes_of(WriteKind::RemoveTime).size(), 1U);
    auto const left = platform.remaining("wearer");
    auto const once = 30 * 86'400 + 3600 - 661;
    EXPECT_NEAR(static_cast<double>(left), static_cast<double>(once), 5.0) << "one hour in all";
    launch("wearer", "another");
    EXPECT_EQ(platform.writes_of(WriteKind::RemoveTime).size(), 1U) << "once";
}

TEST_F(Settlement, ClockThatIsSetBack_IsNoEvidence) {
    lose_an_answer(0ms);
    pass(3s);
    clock.step_to(clock.now() - 1h);
    settle();
    EXPECT_EQ(count("held"), 1);
    pass(3h);
    EXPECT_EQ(hours_added(), 1U);
}

TEST_F(Settlement, CrashWhileInFlight_IsSettledAfterTheNextStart) {
    die_in_flight();
    start();
    pass(11s);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(hours_added(), 1U);
}

// Half of the hour that the machine was off is missing from its clock (no battery, say), and the
// platform's Date says so.
TEST_F(Settlement, ClockThatThePlatformContradicts_IsNoEvidence) {
    die_in_flight();
    auto const wall = clock.now();
    clock.pass(1h);
    clock.step_to(wall + 30min);
    platform.clock_skew = 30min;
    start();
    pass(70s);
    EXPECT_EQ(count("queued"), 0) << reason();
    platform.clock_skew = 0ms;
    clock.step_to(clock.now() + 30min);  // it is set right
    settle();
    pass(5min);
    EXPECT_EQ(hours_added(), 1U);
}

TEST_F(Settlement, HeldByTheRetrysBaseline_IsSaid) {
    lose_an_answer(std::nullopt);
    run(intake->pause_all("", clock.now()));
    pass(61s);
    EXPECT_EQ(count("queued"), 1);
    platform.add("wearer", 7min);
    run(intake->resume_all(clock.now()));
    engine->changed();
    settle();
    EXPECT_EQ(count("held"), 1);
    EXPECT_TRUE(journal.has("event=settled delivery=1 state=held"));
}

TEST_F(Settlement, LookForADoubleThatIsThrottled_IsNotRepeatedAtOnce) {
    lose_an_answer(90s);
    pass(61s);
    ASSERT_EQ(hours_added(), 2U);
    auto const reads = platform.reads;
    for (int i = 0; i < 500; ++i) platform.read_answers.push_back(AnswerKind::Throttled);
    pass(2min);
    EXPECT_LT(platform.reads - reads, 20);
}

}  // namespace
}  // namespace engine_test
