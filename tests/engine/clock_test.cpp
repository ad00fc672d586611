// The wall clock is set while wearers owe something: nobody is punished for it, nothing is sent
// again, and once it is right again life goes on as if nothing had been.
#include <gtest/gtest.h>

#include "tests/engine/clock_fixture.hpp"

namespace engine_test {
namespace {

using cadence::Duration;
using cadence::WriteKind;

struct Wrong {
    const char* name;
    Duration by;
};

class ClockSetAndSetRight : public Clock, public ::testing::WithParamInterface<Wrong> {};

TEST_P(ClockSetAndSetRight, ChangesNothingThatStays) {
    live_a_day();
    set_wrong(GetParam().by);
    pass(10min);
    EXPECT_EQ(punished(), 1U) << "while it was wrong";
    set_right();
    pass(50min);
    EXPECT_EQ(punished(), 1U) << "nothing again";
    launch("wearer", "second");
    prove("wearer", "proof-1");
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    pass(13h + 30min);
    EXPECT_EQ(verdict_of_day(0), "missed count_not_reached");
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U) << "the second day was met";
    pass(23h);
    launch("wearer", "third");
    pass(1h);
    EXPECT_EQ(verdict_of_day(2), "missed count_not_reached") << "the third is judged as any";
    EXPECT_EQ(punished(), 2U) << "and punished";
    pass(1h);
    EXPECT_EQ(punished(), 2U);
}

TEST_P(ClockSetAndSetRight, JustBeforeTheEnd_LetsTheWearerMeetIt) {
    live_a_day();
    pass(12h);
    launch("wearer", "second");
    pass(1h + 50min);
    set_wrong(GetParam().by);
    pass(3min);
    set_right();
    EXPECT_EQ(punished(), 1U) << "ten minutes before the second day's end";
    prove("wearer", "proof-1");
    pass(2h);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Steps, ClockSetAndSetRight,
                         ::testing::Values(Wrong{"SecondAhead", 1s}, Wrong{"SecondBehind", -1s},
                                           Wrong{"HourAhead", 1h}, Wrong{"HourBehind", -1h},
                                           Wrong{"DayAhead", kDay}, Wrong{"DayBehind", -kDay},
                                           Wrong{"TenYearsAhead", kTenYears},
                                           Wrong{"TenYearsBehind", -kTenYears}),
                         [](const auto& given) { return std::string{given.param.name}; });

TEST_F(Clock, ProofHandedInWhileItIsAhead_CountsForTheDayThatRuns) {
    live_a_day();
    pass(12h);
    launch("wearer", "second");
    pass(1h + 50min);
    set_wrong(1h);
    pass(3min);
    prove("wearer", "proof-1");
    pass(2min);
    set_right();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    pass(2h);
    EXPECT_EQ(punished(), 1U) << "the second day was met";
    pass(22h);
    launch("wearer", "third");
    pass(2h);
    EXPECT_EQ(verdict_of_day(2), "missed count_not_reached") << "one proof meets one day";
}

TEST_F(Clock, ProofsHandedInTenYearsAhead_CountForTheDayThatRuns) {
    live_a_day();
    set_wrong(kTenYears);
    prove("wearer", "proof-1");
    pass(1min);
    prove("wearer", "proof-2");
    pass(1min);
    set_right();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    launch("wearer", "second");
    auto const progress = platform.writes_of(WriteKind::Progress);
    ASSERT_EQ(progress.size(), 1U);
    EXPECT_EQ(progress[0].amount, 2);
    pass(24h);
    EXPECT_EQ(punished(), 1U);
}

TEST_F(Clock, RulesChangedAfterItWasTenYearsAhead_HoldFromTheNextDay) {
    live_a_day();
    set_wrong(kTenYears);
    pass(10min);
    set_right();
    pass(1min);
    enrol("wearer", 0, 2);
    prove("wearer", "proof-1");
    pass(14h);
    EXPECT_EQ(verdict_of_day(1), "met count_reached") << "of the rules it began with";
    prove("wearer", "proof-2");
    pass(24h);
    EXPECT_EQ(verdict_of_day(2), "missed count_not_reached") << "one of two";
}

TEST_F(Clock, EnrolledWhileItWasTenYearsAhead_OwesFromTodayOn) {
    live_a_day();
    set_wrong(kTenYears);
    enrol("other");
    pass(10min);
    set_right();
    prove("other", "proof-1");
    EXPECT_EQ(count_windows("other", "verdict = 'met'"), 1);
    pass(38h);
    EXPECT_EQ(count_windows("other", "verdict = 'missed'"), 1) << "the next day is one as any";
}

TEST_F(Clock, EnrolledAndProvedWhileItWasTenYearsAhead_OwesFromTodayOn) {
    live_a_day();
    set_wrong(kTenYears);
    enrol("other");
    prove("other", "proof-1");
    pass(10min);
    set_right();
    EXPECT_EQ(count_windows("other", "verdict = 'met'"), 1);
    EXPECT_EQ(count_windows("other", "true"), 1);
    pass(38h);
    EXPECT_EQ(count_windows("other", "verdict = 'missed'"), 1) << "the next day is one as any";
}

// No step takes the whole jump back; a Date says that the clock is right.
TEST_F(Clock, TenDaysAheadSetRightInParts_LeaveNoOutageOnceAPlatformConfirmsIt) {
    live_a_day();
    stop();  // forgets that a Date has agreed with the right clock
    start();
    set_wrong(10 * kDay);
    pass(10min);
    set_wrong(-9 * kDay);
    pass(1min);
    set_right();
    EXPECT_EQ(count("outage WHERE until_at_ms > (SELECT at_ms FROM heartbeat)"), 1);
    launch("wearer", "second");
    pass(1min);
    EXPECT_EQ(count("outage WHERE until_at_ms > (SELECT at_ms FROM heartbeat)"), 0);
    pass(14h);
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached");
    pass(24h);
    EXPECT_EQ(verdict_of_day(2), "missed count_not_reached");
}

TEST_F(Clock, LivedThroughWhileItWasADayBehind_IsNoOutage) {
    live_a_day();
    set_wrong(-kDay);
    pass(20h);
    set_right();
    pass(20min);
    EXPECT_EQ(count("outage"), 0);
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached");
}

TEST_F(Clock, SetBeforeAnybodyWaitsForIt_IsFollowedAllTheSame) {
    live_a_day();
    set_wrong(kDay);
    pass(1min);
    prove("wearer", "proof-1");
    clock.set_unnoticed(clock.now() - kDay);
    engine->changed();
    settle();
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
}

TEST_F(Clock, EnrolledWhileItWasTenYearsBehind_OwesNothingForTheTimeBetween) {
    live_a_day();
    set_wrong(-kTenYears);
    enrol("other");
    pass(10min);
    set_right();
    pass(1h);
    launch("other", "token");
    pass(1h);
    EXPECT_EQ(count_windows("other", "verdict IS NULL"), 1);
    EXPECT_EQ(punished(), 1U);
    pass(25h);
    launch("other", "next");
    pass(10min);
    EXPECT_EQ(punished(), 2U) << "the day it has lived to";
}

TEST_F(Clock, TenYearsBehindAtTheStart_TakesNoPunishmentBack) {
    live_a_day();
    enrol("wearer", 0, 1, cadence::LateProof::Compensate);
    pass(24h);
    stop();
    set_wrong(-kTenYears);
    start();
    pass(1min);
    stop();
    set_right();
    start();
    pass(1h);
    launch("wearer", "second");
    pass(1h);
    EXPECT_EQ(verdict_of_day(0), "missed count_not_reached");
    EXPECT_TRUE(platform.writes_of(WriteKind::RemoveTime).empty());
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached");
    EXPECT_EQ(punished(), 2U);
}

TEST_F(Clock, TenYearsAheadAtTheStart_JudgesNothingOfThem) {
    live_a_day();
    stop();
    set_wrong(kTenYears);
    start();
    pass(10min);
    stop();
    set_right();
    start();
    pass(15h);
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached");
    EXPECT_EQ(verdict_of_day(2), "open ");
    EXPECT_EQ(verdict_of_day(3), "none");
    launch("wearer", "second");
    EXPECT_EQ(punished(), 2U);
}

TEST_F(Clock, PunishmentThatIsTooOldByAClockTenYearsAhead_IsOwedAgain) {
    live_a_day();
    pass(15h);
    ASSERT_EQ(count("delivery WHERE state = 'waiting'"), 1);
    set_wrong(kTenYears);
    pass(10min);
    ASSERT_EQ(count("delivery WHERE state = 'waived' AND reason = 'max_age'"), 1);
    set_right();
    EXPECT_EQ(count("delivery WHERE state = 'waiting' AND reason = 'wanted_again'"), 1);
    launch("wearer", "second");
    EXPECT_EQ(punished(), 2U);
    pass(24h);
    EXPECT_EQ(punished(), 2U) << "once";
}

TEST_F(Clock, DiskThatTakesNothing_IsAnOutage) {
    live_a_day();
    pass(13h);
    break_ledger(true);
    pass(90min);
    break_ledger(false);
    pass(29min);
    EXPECT_EQ(verdict_of_day(1), "open ") << "its end lay in an outage";
    pass(3min);
    EXPECT_EQ(verdict_of_day(1), "missed count_not_reached") << "an hour of it is no excuse";
}

TEST_F(Clock, PauseBegunWhileItWasAhead_ExcusesTheDayThatRuns) {
    live_a_day();
    set_wrong(kTenYears);
    ASSERT_TRUE(run(intake->pause_session({"wearer"}, clock.now() + 1h, "ill", clock.now())));
    set_right();
    ASSERT_TRUE(run(intake->resume_session({"wearer"}, clock.now())));
    pass(15h);
    EXPECT_EQ(verdict_of_day(1), "excused pause");
}

TEST_F(Clock, PauseBegunWhileItWasAheadForLongerThanThat_HoldsFromNowOn) {
    live_a_day();
    pass(15h);
    set_wrong(kDay);
    pass(30h);
    ASSERT_TRUE(run(intake->pause_session({"wearer"}, clock.now() + kDay, "ill", clock.now())));
    launch("wearer", "second");
    set_right();
    launch("wearer", "third");
    pass(10min);
    EXPECT_EQ(punished(), 1U) << "the wearer is paused";
    ASSERT_TRUE(run(intake->resume_session({"wearer"}, clock.now())));
    engine->changed();
    pass(10min);
    EXPECT_EQ(punished(), 2U);
}

TEST_F(Clock, JudgedAheadSinceTheLastHeartbeatAndRightAtTheNextStart_OpensTheDayAgain) {
    live_a_day();
    pass(20s);
    stop();
    start();
    pass(13h + 59min + 38s);
    auto const beats = heartbeats;
    set_wrong(10s);
    ASSERT_EQ(verdict_of_day(1), "missed count_not_reached");
    ASSERT_EQ(heartbeats, beats);
    stop();
    set_right();
    clock.boot_anew("another boot");
    start();
    EXPECT_EQ(verdict_of_day(1), "open ");
}

TEST_F(Clock, PauseThatRunsWhenItLosesMonths_HoldsOnceItIsSetRight) {
    live_a_day();
    pass(15h);
    ASSERT_TRUE(run(intake->pause_session({"wearer"}, clock.now() + 7 * kDay, "ill", clock.now())));
    stop();
    set_wrong(-60 * kDay);
    clock.boot_anew("another boot");
    start();
    pass(1min);
    set_right();
    launch("wearer", "second");
    pass(1h);
    EXPECT_EQ(punished(), 1U) << "the wearer is paused";
    EXPECT_EQ(count("pause WHERE until_at_ms - from_at_ms = 7 * 86400000"), 1);
}

TEST_F(Clock, SleptForEightHoursOverTheEnd_WaitsForWhatBackendsHaveQueued) {
    live_a_day();
    pass(12h);
    clock.sleep(8h);
    settle();
    launch("wearer", "second");
    pass(29min);
    EXPECT_EQ(verdict_of_day(1), "open ");
    EXPECT_EQ(punished(), 1U);
    prove("wearer", "today");
    engine::Proof queued{{"queued"}, {"wearer"}, "check_in", 1, clock.now() - 7h};
    ASSERT_TRUE(run(intake->add_proof(std::move(queued), settings.policy, clock.now())));
    pass(2h);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U);
}

TEST_F(Clock, SleptMoreThanHalfOfADay_IsExcused) {
    live_a_day();
    pass(1h);
    clock.sleep(14h);
    settle();
    launch("wearer", "second");
    pass(2h);
    EXPECT_EQ(verdict_of_day(1), "excused outage");
    EXPECT_EQ(punished(), 1U);
}

}  // namespace
}  // namespace engine_test
