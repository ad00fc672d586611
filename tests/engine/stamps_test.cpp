// Proofs that were stamped by a clock which was wrong count for the day on which they were handed
// in, whoever sets the clock right, whenever, and however often he is mistaken.
#include <gtest/gtest.h>

#include "engine/clock_watch.hpp"
#include "tests/engine/clock_fixture.hpp"

namespace engine_test {
namespace {

using cadence::WriteKind;

// It is ten in the morning of the second day, and nothing says yet that the clock is right.
class Stamps : public Clock {
  protected:
    void live_a_day_and_forget() {
        live_a_day();
        stop();
        start();
    }
    void prove_by_a_clock_wrong_by(cadence::Duration by) {
        live_a_day();
        set_wrong(by);
        prove("wearer", "proof-1");
    }
    void bring_home_and_boot_with_a_clock_wrong_by(cadence::Duration by) {
        live_a_day_and_forget();
        set_wrong(-kDay);
        prove("wearer", "proof-1");
        set_right();
        stop();
        set_wrong(by);
        clock.boot_anew("another boot");
        start();
        pass(1min);
    }
    // The second day ends and the third is punished as any that is missed.
    void expect_second_day_met() {
        pass(13h);
        launch("wearer", "second");
        pass(1h);
        EXPECT_EQ(verdict_of_day(1), "met count_reached");
        EXPECT_EQ(punished(), 1U) << "the second day was met";
        EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
        pass(23h);
        launch("wearer", "third");
        pass(2h);
        EXPECT_EQ(verdict_of_day(2), "missed count_not_reached") << "one proof meets one day";
        EXPECT_EQ(punished(), 2U);
    }
};

TEST_F(Stamps, ClockADayAheadSetRightWhileStopped_CountForTheDayThatRuns) {
    prove_by_a_clock_wrong_by(kDay);
    pass(10min);
    stop();
    pass(5min);
    set_right();
    start();
    expect_second_day_met();
}

TEST_F(Stamps, ClockADayAheadSetRightByANewStartOfTheMachine_CountForTheDayThatRuns) {
    prove_by_a_clock_wrong_by(kDay);
    pass(10min);
    stop();
    pass(5min);
    set_right();
    clock.boot_anew("another boot");
    start();
    expect_second_day_met();
}

TEST_F(Stamps, ClockADayBehind_CountForTheDayThatRuns) {
    prove_by_a_clock_wrong_by(-kDay);
    pass(10min);
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, ClockADayBehindSetRightWhileStopped_CountForTheDayThatRuns) {
    prove_by_a_clock_wrong_by(-kDay);
    pass(10min);
    stop();
    pass(5min);
    set_right();
    start();
    expect_second_day_met();
}

TEST_F(Stamps, ClockSetRightInTwoParts_CountForTheDayThatRuns) {
    prove_by_a_clock_wrong_by(kDay);
    pass(1min);
    set_wrong(-23h);
    pass(1min);
    set_right();
    expect_second_day_met();
}

// The day was over when the clock was set right, and is judged by then.
TEST_F(Stamps, ClockAnHourAheadUntilAfterTheEnd_CountForTheDayTheyWereHandedInOn) {
    live_a_day();
    pass(12h + 30min);
    set_wrong(1h);
    pass(30min);
    prove("wearer", "proof-1");
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached") << "by the clock that is ahead";
    pass(2h);
    set_right();
    launch("wearer", "second");
    pass(1h);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U);
}

TEST_F(Stamps, RightClockSetBackByMistake_CountWhereTheyWere) {
    live_a_day_and_forget();
    prove("wearer", "proof-1");
    ASSERT_EQ(count("stamp"), 1) << "nothing has said that the clock is right";
    set_wrong(-kDay);
    pass(10min);
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, RightClockSetBackByMistakeIntoADayThatWasMissed_LeaveThatMet) {
    live_a_day_and_forget();
    prove("wearer", "proof-1");
    set_wrong(-kDay);
    EXPECT_EQ(verdict_of_day(0), "met count_reached");
    EXPECT_EQ(verdict_of_day(1), "open ");
    set_right();
    EXPECT_EQ(verdict_of_day(0), "met met_by_wrong_clock");
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    engine::BackfillRange range{{}, {}, {}, {}, false, true};
    range.from = std::chrono::local_days{std::chrono::year{2026} / 6 / 1};
    range.to = std::chrono::local_days{std::chrono::year{2026} / 6 / 30};
    auto const again = run(docket->rejudge(range, std::nullopt, 100, settings.policy, clock.now()));
    ASSERT_TRUE(again);
    EXPECT_EQ(verdict_of_day(0), "met met_by_wrong_clock") << "nobody is punished for our clock";
}

TEST_F(Stamps, RightClockSetBackByMistakeAcrossANewStartOfTheMachine_CountWhereTheyWere) {
    live_a_day_and_forget();
    prove("wearer", "proof-1");
    stop();
    set_wrong(-kDay);
    clock.boot_anew("another boot");
    start();
    pass(10min);
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, MachineThatSleptAfterThem_CountWhereTheyWere) {
    live_a_day_and_forget();
    prove("wearer", "proof-1");
    clock.sleep(13h);
    settle();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    pass(1h + 30min);
    EXPECT_EQ(verdict_of_day(2), "open ");
}

TEST_F(Stamps, HandedInWithATimeOfAClockThatIsAheadToo_CountForTheDayThatRuns) {
    live_a_day();
    set_wrong(kDay);
    engine::Proof proof{{"proof-1"}, {"wearer"}, "check_in", 1, clock.now() - 1min, clock.uptime()};
    ASSERT_TRUE(run(intake->add_proof(std::move(proof), settings.policy, clock.now())));
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, IgnoredAsTooLateByAClockThatIsAhead_CountAfterAll) {
    live_a_day();
    enrol("other", 0, 1, cadence::LateProof::Ignore);
    pass(13h + 30min);
    set_wrong(kDay);
    pass(40min);
    engine::Proof proof{{"proof-1"},   {"other"}, "check_in", 1, clock.now() - kDay - 35min,
                        clock.uptime()};
    ASSERT_TRUE(run(intake->add_proof(std::move(proof), settings.policy, clock.now())));
    ASSERT_EQ(count("proof WHERE reason = 'late_ignored'"), 1);
    set_wrong(-kDay - 20min);
    EXPECT_EQ(count("proof WHERE counted = 1"), 1) << "it came in before the day's end";
    EXPECT_EQ(count_windows("other", "verdict = 'met'"), 1);
}

TEST_F(Stamps, SentBeforeTheClockWasSetRight_AreNotSentAgain) {
    live_a_day();
    launch("wearer", "second");
    set_wrong(kDay);
    platform.clock_skew = -kDay;
    launch("wearer", "at the wrong time");
    prove("wearer", "proof-1");
    ASSERT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, ClockThatAPlatformConfirms_AreForgotten) {
    live_a_day_and_forget();
    prove("wearer", "proof-1");
    ASSERT_EQ(count("stamp"), 1);
    launch("wearer", "second");
    pass(1min);
    EXPECT_EQ(count("stamp"), 0);
    prove("wearer", "proof-2");
    EXPECT_EQ(count("stamp"), 1) << "the Date may be of before it";
    pass(1min);
    EXPECT_EQ(count("stamp"), 0) << "the answer to its progress has another";
}

TEST_F(Stamps, ClockThatHasLostTheTimeAtTheStart_OpensNoDayAgain) {
    live_a_day();
    pass(23h);
    stop();
    auto const long_ago = clock.now() - cadence::Instant{};
    set_wrong(-long_ago);
    clock.boot_anew("another boot");
    start();
    pass(1min);
    EXPECT_EQ(count("event WHERE kind = 'window.reopened'"), 0);
    set_right();
    pass(1h);
    EXPECT_EQ(verdict_of_day(0), "missed count_not_reached");
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached");
}

TEST_F(Stamps, HandedInADayAheadBeforeANewStart_StayOnTheirDayWhenTheOtherComes) {
    prove_by_a_clock_wrong_by(kDay);
    stop();
    set_right();
    clock.boot_anew("another boot");
    start();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    pass(25h);
    stop();
    start();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(verdict_of_day(2), "open ");
}

TEST_F(Stamps, ClockThatIsWrongBeforeAndAfterANewStart_CountForTheDayThatRuns) {
    prove_by_a_clock_wrong_by(kDay);
    stop();
    pass(1min);
    clock.boot_anew("another boot");
    start();
    pass(22h);
    set_right();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_NE(verdict_of_day(2), "met count_reached");
}

TEST_F(Stamps, BroughtHomeBeforeANewStart_StayThere) {
    live_a_day_and_forget();
    set_wrong(-kDay);
    prove("wearer", "proof-1");
    pass(1min);
    set_right();
    ASSERT_EQ(verdict_of_day(1), "met count_reached");
    for (const auto* boot : {"another boot", "a third boot"}) {
        stop();
        pass(1min);
        clock.boot_anew(boot);
        start();
        EXPECT_EQ(verdict_of_day(1), "met count_reached");
    }
    expect_second_day_met();
}

// A machine whose clock runs on local time, say, and is set right by the network each time.
TEST_F(Stamps, ClockThatIsWrongAtEachStartOfTheMachine_CountForTheDayTheyWereHandedInOn) {
    live_a_day_and_forget();
    const auto boot_behind = [this](const char* boot) {
        stop();
        set_wrong(-11h);
        clock.boot_anew(boot);
        start();
    };
    boot_behind("another boot");
    prove("wearer", "proof-1");
    set_right();
    ASSERT_EQ(verdict_of_day(1), "met count_reached");
    pass(1h);
    boot_behind("a third boot");
    pass(1min);
    set_wrong(11h + 3s);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    set_wrong(-3s);
    pass(12h);
    launch("wearer", "second");
    pass(2h);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U);
}

TEST_F(Stamps, BroughtHomeBeforeANewStartWithAClockThatIsALittleSlow_StayThere) {
    bring_home_and_boot_with_a_clock_wrong_by(-3s);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, BroughtHomeBeforeANewStartWithAClockThatHasLostTheTime_AreThereWhenItIsSet) {
    bring_home_and_boot_with_a_clock_wrong_by(-5 * kTenYears);
    set_right();
    expect_second_day_met();
}

TEST_F(Stamps, OfALockSessionThatHadEndedWhenTheClockWasSet_CountWhenItIsEnrolledAgain) {
    prove_by_a_clock_wrong_by(-kDay);
    ASSERT_TRUE(run(intake->end_session({"wearer"}, "ended", clock.now())));
    set_right();
    enrol("other");
    launch("other", "whose Date agrees");
    pass(1h);
    ASSERT_EQ(count("stamp"), 1);
    enrol("wearer");
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    launch("other", "once more");
    pass(1h);
    EXPECT_EQ(count("stamp"), 0);
}

TEST_F(Stamps, SentAwayByAClockThatTheNewStartGoesOnWith_ComeHomeWhenItIsSetRight) {
    live_a_day_and_forget();
    prove("wearer", "proof-1");
    set_wrong(kDay);
    pass(1min);
    ASSERT_EQ(verdict_of_day(2), "met count_reached") << "nothing says yet which clock is right";
    stop();
    clock.boot_anew("another boot");
    start();
    EXPECT_EQ(verdict_of_day(2), "met count_reached");
    pass(1min);
    set_right();
    expect_second_day_met();
}

class ClockWatch : public Clock {};

TEST_F(ClockWatch, SetClock_IsNotConfirmedUntilItIsSetRight) {
    engine::ClockWatch watch(clock);
    EXPECT_FALSE(watch.confirmed_at());
    watch.agreed();
    auto const agreed_at = clock.uptime();
    clock.pass(5h);
    EXPECT_EQ(watch.confirmed_at(), agreed_at);
    EXPECT_TRUE(watch.followed());
    clock.step_to(clock.now() + 1min);
    EXPECT_TRUE(watch.doubtful());
    EXPECT_FALSE(watch.followed());
    watch.stepped();
    EXPECT_FALSE(watch.followed()) << "the ledger does not know";
    EXPECT_EQ(watch.step(), 1min);
    watch.told();
    EXPECT_TRUE(watch.followed());
    EXPECT_FALSE(watch.confirmed_at());
    clock.step_to(clock.now() - 1min);
    watch.stepped();
    watch.told();
    EXPECT_FALSE(watch.doubtful()) << "it was set right";
    EXPECT_EQ(watch.confirmed_at(), agreed_at);
    watch.disagreed();
    EXPECT_FALSE(watch.confirmed_at());
}

TEST_F(ClockWatch, Sleep_IsNoStep) {
    engine::ClockWatch watch(clock);
    watch.agreed();
    clock.sleep(8h);
    watch.stepped();
    EXPECT_EQ(watch.step(), 0ms);
    EXPECT_FALSE(watch.doubtful());
}

}  // namespace
}  // namespace engine_test
