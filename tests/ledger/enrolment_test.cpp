// Enrolling, changing, withdrawing and taking up again: which windows there are.
#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

using cadence::ErrorCode;
using cadence::PunishmentType;
using engine::Intake;

class EnrolmentTest : public LedgerTest {
  protected:
    // Neither a hole nor an overlap between the windows of any requirement.
    void expect_tiled() {
        EXPECT_EQ(number("SELECT count(*) FROM window w WHERE EXISTS (SELECT 1 FROM window x"
                         " WHERE x.requirement = w.requirement AND x.start_at_ms > w.start_at_ms)"
                         " AND NOT EXISTS (SELECT 1 FROM window x WHERE x.requirement ="
                         " w.requirement AND x.start_at_ms = w.end_at_ms)"),
                  0);
    }

    static cadence::RequirementSpec off(cadence::RequirementSpec spec) {
        spec.enabled = false;
        return spec;
    }
};

TEST_F(EnrolmentTest, NewLockSession_HasTheOpenWindow) {
    const auto put_once = put(session({daily()}));
    ASSERT_TRUE(put_once) << put_once.error().detail;
    EXPECT_EQ(*put_once, Intake::Put::Created);
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 open "});
    EXPECT_EQ(number("SELECT start_at_ms FROM window"), cadence::to_ms(utc(2026, 5, 31, 22h)));
    EXPECT_EQ(number("SELECT first FROM window"), 1);
    EXPECT_EQ(number("SELECT judge_at_ms FROM window"),
              cadence::to_ms(utc(2026, 6, 1, 22h + 5min)));
    EXPECT_EQ(number("SELECT next_window_at_ms FROM requirement"),
              cadence::to_ms(utc(2026, 6, 1, 22h)));
}

TEST_F(EnrolmentTest, SameAgain_ChangesNothing) {
    must_put(session({daily()}));
    const auto again = put(session({daily()}));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, Intake::Put::Updated);
    EXPECT_EQ(windows().size(), 1U);
    EXPECT_EQ(number("SELECT count(*) FROM generation"), 1);
}

TEST_F(EnrolmentTest, ActiveFromInThePast_HasEveryWindowSince) {
    auto requirement = daily();
    requirement.active_from = utc(2026, 5, 25, 12h);
    must_put(session({requirement}));
    EXPECT_EQ(windows().size(), 8U);
    EXPECT_EQ(windows().front(), "2026-05-25..2026-05-26 open ");
    EXPECT_EQ(number("SELECT sum(past) FROM window"), 7);
    EXPECT_EQ(number("SELECT count(*) FROM window WHERE judge_at_ms = " +
                     std::to_string(cadence::to_ms(now + 5min))),
              7)
        << "after the grace from enrolment";
    expect_tiled();
}

TEST_F(EnrolmentTest, OlderThanProofsMayBe_IsExcused) {
    auto requirement = daily();
    requirement.active_from = utc(2026, 4, 1, 12h);
    requirement.punish_past = true;
    must_put(session({requirement}));
    now += 5min;
    must_work_off();
    EXPECT_EQ(windows().front(), "2026-04-01..2026-04-02 excused too_old");
    EXPECT_EQ(number("SELECT count(*) FROM window WHERE reason = 'too_old'"), 31);
    EXPECT_EQ(number("SELECT count(*) FROM delivery"), 30);
}

TEST_F(EnrolmentTest, TwentySixYearsOfDays_AreOneUnitOfWork) {
    auto requirement = daily();
    requirement.active_from = utc(2000, 1, 1);
    const auto before = writer->totals();
    must_put(session({requirement}));
    EXPECT_EQ(writer->totals().units - before.units, 1U);
    EXPECT_EQ(number("SELECT count(*) FROM window"), 9649);
    expect_tiled();
    now += 5min;
    must_work_off();
    EXPECT_EQ(number("SELECT value FROM counter WHERE name = 'window.open'"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM delivery"), 0) << "no punishPast";
}

TEST_F(EnrolmentTest, UnknownZone_IsRefusedAndNothingIsStored) {
    auto spec = session({daily()});
    spec.timezone = "Europe/Atlantis";
    const auto refused = put(spec);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(refused.error().field, "timezone");
    EXPECT_EQ(number("SELECT count(*) FROM session"), 0);
}

TEST_F(EnrolmentTest, WindowsBeyondTheZonesRules_AreRefusedAndNothingIsStored) {
    now = utc(2051, 1, 1);
    auto spec = session({daily()});
    spec.timezone = "America/New_York";
    const auto refused = put(spec);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
    EXPECT_EQ(number("SELECT count(*) FROM requirement"), 0);
}

TEST_F(EnrolmentTest, AnotherPlatform_IsRefused) {
    must_put(session({daily()}));
    auto spec = session({daily()});
    spec.platform = "elsewhere";
    const auto refused = put(spec);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "platform");
}

TEST_F(EnrolmentTest, ChangedCount_HoldsFromTheNextWindowOn) {
    must_put(session({daily()}));
    must_put(session({daily("check_in", 3)}));
    EXPECT_EQ(number("SELECT generation FROM window"), 1);
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(number("SELECT generation FROM window ORDER BY start_at_ms DESC"), 2);
    EXPECT_EQ(windows().size(), 2U);
    expect_tiled();
}

TEST_F(EnrolmentTest, SeveralChangesBeforeTheBoundary_TheLastHolds) {
    must_put(session({daily()}));
    must_put(session({daily("check_in", 3)}));
    must_put(session({daily("check_in", 4)}));
    EXPECT_EQ(number("SELECT count(*) FROM generation"), 3);
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(number("SELECT generation FROM window ORDER BY start_at_ms DESC"), 3);
}

TEST_F(EnrolmentTest, DaysToWeeks_NextWindowEndsAtTheNewGrid) {
    must_put(session({daily()}));  // Monday, 2026-06-01
    auto weekly = daily();
    weekly.rules.cadence.unit = cadence::CadenceUnit::Week;
    must_put(session({weekly}));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(windows().back(), "2026-06-02..2026-06-08 open ") << "longer than half a week";
    live_until(utc(2026, 6, 8, 10h));
    must_work_off();
    EXPECT_EQ(windows().back(), "2026-06-08..2026-06-15 open ");
    expect_tiled();
}

TEST_F(EnrolmentTest, ChangedZone_OpenWindowKeepsItsBounds) {
    must_put(session({daily()}));
    auto spec = session({daily()});
    spec.timezone = "America/New_York";
    must_put(spec);
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(number("SELECT start_at_ms FROM window ORDER BY start_at_ms DESC"),
              cadence::to_ms(utc(2026, 6, 1, 22h)));
    EXPECT_EQ(number("SELECT end_at_ms FROM window ORDER BY start_at_ms DESC"),
              cadence::to_ms(utc(2026, 6, 3, 4h)))
        << "six hours to New York's midnight are less than half a day";
    expect_tiled();
}

TEST_F(EnrolmentTest, NoZoneGiven_TheLearntOneStays) {
    auto spec = session({daily()});
    spec.timezone.reset();
    must_put(spec);
    EXPECT_EQ(text("SELECT zone FROM window"), "UTC");
    ASSERT_TRUE(launch("token-1", "lock-1", "Europe/Berlin"));
    must_put(spec);
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(text("SELECT zone FROM window ORDER BY start_at_ms DESC"), "Europe/Berlin");
    EXPECT_EQ(text("SELECT learnt_timezone FROM session"), "Europe/Berlin");
}

TEST_F(EnrolmentTest, AnchorOfTheFirstEnrolment_Stays) {
    auto every_third = daily();
    every_third.rules.cadence.every = 3;
    must_put(session({every_third}));
    live_until(utc(2026, 6, 2, 10h));
    every_third.rules.required_count = 2;
    must_put(session({every_third}));
    EXPECT_EQ(text("SELECT group_concat(DISTINCT anchor_date) FROM generation"), "2026-06-01");
}

TEST_F(EnrolmentTest, RequirementLeftOut_ItsOpenWindowIsExcusedAndNoOtherBegins) {
    must_put(session({daily("a"), daily("b")}));
    must_put(session({daily("a")}));
    EXPECT_EQ(windows("b"), Lines{"2026-06-01..2026-06-02 excused requirement_removed"});
    live_until(utc(2026, 6, 3, 10h));
    must_work_off();
    EXPECT_EQ(windows("b").size(), 1U);
    EXPECT_EQ(windows("a").size(), 3U);
}

TEST_F(EnrolmentTest, DisabledRequirementThatWasMet_StaysMet) {
    must_put(session({daily()}));
    proof("p1");
    must_put(session({off(daily())}));
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 met count_reached"});
}

TEST_F(EnrolmentTest, EnabledAgainInTheSameWindow_TheExcusedOneStays) {
    must_put(session({daily()}));
    must_put(session({off(daily())}));
    must_put(session({daily()}));
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 excused requirement_removed"});
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(windows().back(), "2026-06-02..2026-06-03 open ");
    EXPECT_EQ(number("SELECT first FROM window ORDER BY start_at_ms DESC"), 0);
    expect_tiled();
}

TEST_F(EnrolmentTest, EnabledAgainDaysLater_WhatWentByIsExcusedAndTheRunningOneIsAFirst) {
    must_put(session({daily()}));
    must_put(session({off(daily())}));
    live_until(utc(2026, 6, 4, 10h));
    must_put(session({daily()}));
    EXPECT_EQ(windows(), (Lines{"2026-06-01..2026-06-02 excused requirement_removed",
                                "2026-06-02..2026-06-03 excused requirement_removed",
                                "2026-06-03..2026-06-04 excused requirement_removed",
                                "2026-06-04..2026-06-05 open "}));
    EXPECT_EQ(number("SELECT first FROM window ORDER BY start_at_ms DESC"), 1);
    expect_tiled();
}

TEST_F(EnrolmentTest, EnrolledDisabled_BeginsWhenItIsEnabled) {
    must_put(session({off(daily())}));
    EXPECT_TRUE(windows().empty());
    live_until(utc(2026, 6, 4, 10h));
    must_put(session({daily()}));
    EXPECT_EQ(windows(), Lines{"2026-06-04..2026-06-05 open "});
}

TEST_F(EnrolmentTest, Ended_IsExcusedWaivedAndWiped) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 2, 10h));
    ASSERT_TRUE(launch("token-1"));
    must_work_off();
    ASSERT_EQ(deliveries(), Lines{"punishment add_time queued "});
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    EXPECT_EQ(windows(), (Lines{"2026-06-01..2026-06-02 missed count_not_reached",
                                "2026-06-02..2026-06-03 excused lock_ended"}));
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived lock_ended"});
    EXPECT_EQ(text("SELECT death FROM token WHERE secret IS NULL"), "lock_ended");
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE lane_due_at_ms IS NULL"), 1);
    EXPECT_TRUE(run(intake->end_session({"lock-1"}, "again", now))) << "repeating is fine";
    EXPECT_EQ(text("SELECT state_reason FROM session"), "released");
}

TEST_F(EnrolmentTest, EndOfAnUnknownLockSession_IsNotFound) {
    EXPECT_EQ(run(intake->end_session({"nobody"}, "", now)).error().code, ErrorCode::NotFound);
}

TEST_F(EnrolmentTest, PutAfterTheEnd_TakesItUpAgain) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    const auto again = put(session({daily()}));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, Intake::Put::Updated);
    EXPECT_EQ(text("SELECT state FROM session"), "active");
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 excused lock_ended"});
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(windows().back(), "2026-06-02..2026-06-03 open ");
}

TEST_F(EnrolmentTest, PutDaysAfterTheEnd_WhatWentByIsExcused) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    live_until(utc(2026, 6, 3, 10h));
    must_put(session({daily()}));
    EXPECT_EQ(windows(),
              (Lines{"2026-06-01..2026-06-02 excused lock_ended",
                     "2026-06-02..2026-06-03 excused lock_ended", "2026-06-03..2026-06-04 open "}));
    expect_tiled();
}

TEST_F(EnrolmentTest, PausedWindow_IsExcused) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->pause_session({"lock-1"}, now + 24h * 30, "holiday", now)));
    live_until(utc(2026, 6, 1, 12h));
    ASSERT_TRUE(run(intake->resume_session({"lock-1"}, now)));
    live_until(utc(2026, 6, 3, 10h));
    must_work_off();
    EXPECT_EQ(windows(), (Lines{"2026-06-01..2026-06-02 excused pause",
                                "2026-06-02..2026-06-03 missed count_not_reached",
                                "2026-06-03..2026-06-04 open "}));
}

TEST_F(EnrolmentTest, SecondPause_ReplacesTheRunningOne) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->pause_session({"lock-1"}, now + 24h * 30, "holiday", now)));
    live_until(now + 1h);
    ASSERT_TRUE(run(intake->pause_session({"lock-1"}, now + 1h, "shorter", now)));
    EXPECT_EQ(number("SELECT max(until_at_ms) FROM pause"), cadence::to_ms(now + 1h));
}

TEST_F(EnrolmentTest, PauseOfAnEndedOne_IsAConflict) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    const auto paused = run(intake->pause_session({"lock-1"}, now + 1h, "late", now));
    EXPECT_EQ(paused.error().code, ErrorCode::Conflict);
    EXPECT_EQ(run(intake->pause_session({"nobody"}, now + 1h, "", now)).error().code,
              ErrorCode::NotFound);
}

TEST_F(EnrolmentTest, Brake_HoldsPunishmentsUntilReleased) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1");
    live_until(utc(2026, 6, 1, 19h));
    ASSERT_TRUE(run(intake->pause_all("stop", now)));
    ASSERT_TRUE(run(intake->pause_all("stop it", now)));
    now = utc(2026, 6, 1, 22h + 6min);
    ASSERT_TRUE(launch("token-2"));
    must_see_context("token-2");
    must_work_off();
    EXPECT_EQ(deliveries(), Lines{"punishment add_time queued "});
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE lane_due_at_ms IS NULL"), 1);
    ASSERT_TRUE(run(intake->resume_all(now)));
    ASSERT_TRUE(run(intake->resume_all(now)));
    EXPECT_LE(number("SELECT lane_due_at_ms FROM session"), cadence::to_ms(now));
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE lane_due_at_ms IS NULL"), 0);
}

}  // namespace
}  // namespace ledger_test
