// What the clock makes due, what an outage changes, and what is left after a crash.
#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

class DocketTest : public LedgerTest {
  protected:
    engine::DocketPass pass(int limit = 100) {
        auto done = run(docket->work_off(policy, now, limit));
        if (done) return std::move(*done);
        ADD_FAILURE() << done.error().detail;
        return {};
    }

    std::int64_t punishments() {
        return number("SELECT count(*) FROM delivery WHERE kind = 'punishment'");
    }
};

TEST_F(DocketTest, NothingDue_SaysWhenSomethingIs) {
    must_put(session({daily()}));
    const auto quiet = pass();
    EXPECT_TRUE(quiet.judged.empty());
    EXPECT_FALSE(quiet.more);
    EXPECT_EQ(quiet.next_due, utc(2026, 6, 1, 22h));
    EXPECT_EQ(pass().next_due, utc(2026, 6, 1, 22h));
}

TEST_F(DocketTest, EmptyLedger_HasNothingDue) { EXPECT_EQ(pass().next_due, std::nullopt); }

TEST_F(DocketTest, WindowEnds_TheNextOneBeginsAndTheVerdictWaitsForTheGrace) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 22h));
    const auto boundary = pass();
    EXPECT_EQ(boundary.opened, 1);
    EXPECT_TRUE(boundary.judged.empty());
    EXPECT_EQ(boundary.next_due, utc(2026, 6, 1, 22h + 5min));
    live_until(utc(2026, 6, 1, 22h + 5min));
    const auto verdict = pass();
    ASSERT_EQ(verdict.judged.size(), 1U);
    EXPECT_EQ(verdict.judged[0].verdict.kind, cadence::VerdictKind::Missed);
    EXPECT_TRUE(verdict.judged[0].punishment);
    EXPECT_EQ(verdict.judged[0].metric, "check_in");
    EXPECT_EQ(number("SELECT seconds FROM delivery"), 3600);
}

TEST_F(DocketTest, SecondEvaluation_CreatesNothing) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 3, 10h));
    EXPECT_EQ(must_work_off().size(), 2U);
    const auto events = number("SELECT count(*) FROM event");
    EXPECT_TRUE(must_work_off().empty());
    EXPECT_EQ(punishments(), 2);
    EXPECT_EQ(number("SELECT count(*) FROM event"), events);
}

TEST_F(DocketTest, MuchDue_IsWorkedOffInParts) {
    must_put(session({daily()}));
    live_until(now + 24h * 10);
    const auto first = pass(3);
    EXPECT_EQ(first.opened, 3);
    EXPECT_TRUE(first.more);
    must_work_off();
    EXPECT_EQ(windows().size(), 11U);
    EXPECT_EQ(punishments(), 10);
}

TEST_F(DocketTest, FirstWindowWithGrace_IsExcused) {
    auto spec = daily();
    spec.rules.first_window = cadence::FirstWindow::Grace;
    must_put(session({spec}));
    live_until(utc(2026, 6, 3, 10h));
    must_work_off();
    EXPECT_EQ(windows(), (Lines{"2026-06-01..2026-06-02 excused first_window",
                                "2026-06-02..2026-06-03 missed count_not_reached",
                                "2026-06-03..2026-06-04 open "}));
}

TEST_F(DocketTest, NoPunishment_IsNoRow) {
    auto none = daily("none");
    none.rules.punishment = {};
    must_put(session({none}));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(windows("none").front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(punishments(), 0);
}

TEST_F(DocketTest, PunishmentThatNobodyOwns_IsWaivedVisibly) {
    auto nobody = daily("nobody");
    nobody.rules.owner = cadence::Owner::Nobody;
    must_put(session({nobody}));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(windows("nobody").front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived owner_nobody"});
}

TEST_F(DocketTest, PastWindows_ArePunishedOnlyWhenAskedFor) {
    auto silent = daily("silent");
    silent.active_from = utc(2026, 5, 29, 12h);
    auto loud = daily("loud");
    loud.active_from = silent.active_from;
    loud.punish_past = true;
    must_put(session({silent, loud}));
    live_until(now + 5min);
    must_work_off();
    EXPECT_EQ(windows("silent").front(), "2026-05-29..2026-05-30 missed count_not_reached");
    EXPECT_EQ(punishments(), 3);
}

TEST_F(DocketTest, Heartbeats_MakeNoOutageWhileTheyCome) {
    EXPECT_FALSE(must_beat());
    now += 60s;
    EXPECT_FALSE(must_beat());
    now += 61s;
    const auto outage = must_beat();
    ASSERT_TRUE(outage);
    EXPECT_EQ(outage->end - outage->start, 61s);
    EXPECT_EQ(number("SELECT count(*) FROM outage"), 1);
}

TEST_F(DocketTest, ClockSetBack_IsNoOutage) {
    must_beat();
    now -= 1h;
    EXPECT_FALSE(must_beat());
    now += 30s;
    EXPECT_FALSE(must_beat());
}

TEST_F(DocketTest, WindowThatEndedInAnOutage_WaitsForTheBackends) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 20h));
    now = utc(2026, 6, 2, 6h);
    ASSERT_TRUE(must_beat());
    EXPECT_TRUE(pass().judged.empty());
    EXPECT_EQ(number("SELECT judge_at_ms FROM window ORDER BY start_at_ms"),
              cadence::to_ms(utc(2026, 6, 2, 6h + 30min)));
    EXPECT_EQ(proof("p1", utc(2026, 6, 1, 12h)).status, engine::ProofStatus::Accepted);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 met count_reached");
}

TEST_F(DocketTest, BeatAfterAnOutage_PutsOffWhatItsOwnPassWouldJudge) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 20h));
    now = utc(2026, 6, 2, 6h);
    const auto done = run(docket->beat_and_work_off(policy, {now, uptime}, 100));
    ASSERT_TRUE(done) << done.error().detail;
    ASSERT_TRUE(done->outage);
    EXPECT_EQ(done->outage->end - done->outage->start, 10h);
    EXPECT_TRUE(done->judged.empty());
    EXPECT_EQ(done->opened, 1);
    EXPECT_EQ(number("SELECT at_ms FROM heartbeat"), cadence::to_ms(now));
}

TEST_F(DocketTest, BeatWhosePassFails_IsWrittenAllTheSame) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token"));
    tamper(
        "CREATE TRIGGER fault BEFORE UPDATE OF died_at_ms ON token BEGIN"
        " SELECT RAISE(ABORT, 'a lasting fault'); END");
    live_until(now + 11h);
    for (int minute = 0; minute < 3; ++minute) {
        now += 1min;
        const auto done = run(docket->beat_and_work_off(policy, {now, uptime}, 100));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, cadence::ErrorCode::Internal) << done.error().detail;
        EXPECT_EQ(number("SELECT at_ms FROM heartbeat"), cadence::to_ms(now));
    }
    EXPECT_EQ(number("SELECT count(*) FROM outage"), 0) << "the daemon lived";
}

TEST_F(DocketTest, WindowsOpenedAfterAnOutage_WaitToo) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 20h));
    now = utc(2026, 6, 4, 6h);
    ASSERT_TRUE(must_beat());
    EXPECT_TRUE(pass().judged.empty());
    EXPECT_EQ(number("SELECT count(*) FROM window WHERE judge_at_ms = " +
                     std::to_string(cadence::to_ms(utc(2026, 6, 4, 6h + 30min)))),
              3);
    live_until(utc(2026, 6, 4, 6h + 30min));
    must_work_off();
    EXPECT_EQ(windows(),
              (Lines{"2026-06-01..2026-06-02 missed count_not_reached",
                     "2026-06-02..2026-06-03 excused outage",
                     "2026-06-03..2026-06-04 excused outage", "2026-06-04..2026-06-05 open "}));
}

TEST_F(DocketTest, UndeliveredTooLong_IsWaived) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    auto disabled = daily();
    disabled.enabled = false;
    must_put(session({disabled}));
    live_until(now + 24h * 14);
    EXPECT_EQ(pass().waived, 1);
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived max_age"});
}

TEST_F(DocketTest, ExpiredToken_DiesAndWhatItCouldCarryWaits) {
    must_put(session({daily("check_in", 5)}));
    ASSERT_TRUE(launch("token-1"));
    proof("p1");
    ASSERT_EQ(deliveries(), Lines{"progress progress queued "});
    live_until(now + 10h - 60s);
    EXPECT_EQ(pass().tokens_died, 0);
    EXPECT_EQ(deliveries(), Lines{"progress progress waiting "}) << "within the margin";
    live_until(now + 60s);
    EXPECT_EQ(pass().tokens_died, 1);
    EXPECT_EQ(text("SELECT death FROM token WHERE secret IS NULL"), "expired");
}

TEST_F(DocketTest, OldTokenEnds_TheNewerOneCarriesOn) {
    must_put(session({daily("check_in", 5)}));
    ASSERT_TRUE(launch("token-1"));
    live_until(now + 5h);
    ASSERT_TRUE(launch("token-2"));
    proof("p1");
    live_until(now + 5h);
    EXPECT_EQ(pass().tokens_died, 1);
    EXPECT_EQ(deliveries(), Lines{"progress progress queued "});
}

TEST_F(DocketTest, ZoneThatEnds_IsShownAndHoldsUpNobodyElse) {
    now = utc(2050, 11, 3, 12h);
    auto spec = session({daily("ends")});
    spec.timezone = "America/New_York";
    must_put(spec);
    must_put(session({daily("goes_on")}, "lock-2"));
    live_until(utc(2050, 11, 10, 12h));
    must_work_off();
    EXPECT_EQ(windows("goes_on").size(), 8U);
    EXPECT_GE(number("SELECT count(*) FROM event WHERE kind = 'window.not_opened'"), 1);
    EXPECT_FALSE(pass().more);
}

TEST_F(DocketTest, ClockSetBackBeforeTheGraceEnded_TheMissIsOpenAgain) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 22h + 5min));
    must_work_off();
    ASSERT_EQ(deliveries(), Lines{"punishment add_time waiting "});
    live_until(utc(2026, 6, 1, 21h));
    EXPECT_EQ(*run(docket->reopen(policy, -1h, now, uptime)), 1);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 open ");
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived reopened"});
    EXPECT_EQ(*run(docket->reopen(policy, -1h, now, uptime)), 0);
    tamper("UPDATE delivery SET expires_at_ms = 4102444800000");  // of a clock that was far ahead
    live_until(utc(2026, 6, 1, 22h + 5min));
    must_work_off();
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(number("SELECT expires_at_ms FROM delivery"), cadence::to_ms(now + 24h * 14));
    EXPECT_EQ(punishments(), 1);
    EXPECT_EQ(text("SELECT state FROM delivery"), "waiting") << "wanted again";
}

TEST_F(DocketTest, ClockSetBackByALittle_ChangesNoVerdict) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 22h + 30min));
    must_work_off();
    live_until(utc(2026, 6, 1, 22h + 10min));
    EXPECT_EQ(*run(docket->reopen(policy, -1h, now, uptime)), 0);
    EXPECT_TRUE(must_work_off().empty());
}

TEST_F(DocketTest, WindowThatEndsOffTheGrid_StopsNobody) {
    must_put(session({daily("moved")}));
    must_put(session({daily("goes_on")}, "lock-2"));
    // As if the zone's rules had been replaced since: its end is an hour early.
    tamper(
        "UPDATE window SET end_at_ms = end_at_ms - 3600000 WHERE requirement ="
        " (SELECT id FROM requirement WHERE metric = 'moved')");
    tamper(
        "UPDATE requirement SET next_window_at_ms = next_window_at_ms - 3600000"
        " WHERE metric = 'moved'");
    live_until(utc(2026, 6, 3, 10h));
    must_work_off();
    EXPECT_EQ(windows("goes_on").front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(windows("moved").front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(number("SELECT count(*) FROM window a JOIN window b ON a.requirement = b.requirement"
                     " AND a.id <> b.id AND a.start_at_ms < b.end_at_ms"
                     " AND b.start_at_ms < a.end_at_ms"),
              0);
}

TEST_F(DocketTest, PauseBegunOnAClockThatWasSetBack_Runs) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->pause_session({"lock-1"}, now + 48h, "ill", now)));
    live_until(now - 1h);
    const auto seen = run(records->load_session({"lock-1"}, policy, now));
    ASSERT_TRUE(seen && seen->paused_until);
    EXPECT_EQ(run(records->load_status(policy, now))->sessions_paused, 1);
    ASSERT_TRUE(run(intake->resume_session({"lock-1"}, now)));
    EXPECT_FALSE(run(records->load_session({"lock-1"}, policy, now))->paused_until);
}

TEST_F(DocketTest, ReopenedWindowThatIsMetAfterItsPunishment_IsMadeGood) {
    auto spec = daily();
    spec.rules.late_proof = cadence::LateProof::Compensate;
    must_put(session({spec}));
    live_until(utc(2026, 6, 1, 22h + 5min));
    must_work_off();
    tamper("UPDATE delivery SET state = 'applied', attempts = 1");
    live_until(utc(2026, 6, 1, 21h));
    EXPECT_EQ(*run(docket->reopen(policy, -1h, now, uptime)), 1);
    EXPECT_EQ(proof("p1").status, engine::ProofStatus::Accepted);
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
}

TEST_F(DocketTest, ClockSetBack_CutsWaitsThatWereCountedFromATimeThatHasNotCome) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1");
    proof("p1");
    const auto day_ahead = std::to_string(cadence::to_ms(now + 24h));
    tamper("UPDATE session SET deferred_until_ms = " + day_ahead +
           ", lane_due_at_ms = " + day_ahead);
    tamper("UPDATE delivery SET due_at_ms = " + day_ahead);
    EXPECT_EQ(*run(docket->reopen(policy, -1h, now, uptime)), 0);
    EXPECT_EQ(number("SELECT lane_due_at_ms FROM session"), cadence::to_ms(now + 15min));
    EXPECT_EQ(number("SELECT due_at_ms FROM delivery"), cadence::to_ms(now + 15min));
    tamper("UPDATE token SET set_aside_until_ms = " + day_ahead);
    tamper("UPDATE session SET lane_due_at_ms = NULL");
    EXPECT_EQ(*run(docket->reopen(policy, -1h, now, uptime)), 0);
    EXPECT_EQ(number("SELECT set_aside_until_ms FROM token"), cadence::to_ms(now + 60s));
}

TEST_F(DocketTest, ClockSetBackWhileTheDaemonWasDown_IsSeenAtTheStart) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 22h + 5min));
    must_work_off();
    ASSERT_EQ(windows().front(), "2026-06-01..2026-06-02 missed count_not_reached");
    now = utc(2026, 6, 1, 21h);
    EXPECT_EQ(run(docket->recover(policy, now, {}))->reopened, 1);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 open ");
    EXPECT_EQ(run(docket->recover(policy, now, {}))->reopened, 0);
}

TEST_F(DocketTest, InFlightWhenTheDaemonDied_IsUnknown) {
    must_put(session({daily("check_in", 5)}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1");
    proof("p1");
    engine::BeginAttempt begin{
        {number("SELECT id FROM delivery")}, text("SELECT hash FROM token"), std::nullopt};
    const auto begun = run(outbox->begin_attempt(begin, policy, now));
    ASSERT_TRUE(begun) << begun.error().detail;
    ASSERT_EQ(begun->begun, engine::Begun::Started) << begun->reason;
    must_beat();
    now += 10min;
    const auto recovered = run(docket->recover(policy, now, {}));
    ASSERT_TRUE(recovered) << recovered.error().detail;
    EXPECT_EQ(recovered->unknown, 1);
    ASSERT_TRUE(recovered->outage);
    EXPECT_EQ(text("SELECT state FROM delivery"), "unknown");
    EXPECT_EQ(text("SELECT code FROM attempt"), "interrupted");
    EXPECT_EQ(run(docket->recover(policy, now, {}))->unknown, 0);
}

TEST_F(DocketTest, TenYearsOfDays_CostWhatIsDue) {
    auto spec = daily();
    spec.active_from = utc(2016, 6, 1);
    must_put(session({spec}));
    live_until(now + 5min);
    must_work_off();
    EXPECT_EQ(windows().size(), 3653U);
    const auto plan = [this](const std::string& sql) {
        auto row = look->query("EXPLAIN QUERY PLAN " + sql);
        std::string steps;
        while (row.step()) steps += row.text(3) + "; ";
        return steps;
    };
    for (const std::string sql :
         {"SELECT id FROM window WHERE verdict IS NULL AND judge_at_ms <= 1 ORDER BY judge_at_ms",
          "SELECT min(judge_at_ms) FROM window WHERE verdict IS NULL",
          "SELECT id FROM requirement WHERE next_window_at_ms <= 1 ORDER BY next_window_at_ms",
          "SELECT id FROM delivery INDEXED BY delivery_expiry WHERE expires_at_ms <= 1 AND state "
          "IN ('waiting', 'queued')"
          " AND expires_at_ms IS NOT NULL ORDER BY expires_at_ms",
          "UPDATE window SET judge_at_ms = 1 WHERE end_at_ms BETWEEN 1 AND 2 AND verdict IS NULL",
          "SELECT session FROM token WHERE died_at_ms IS NULL AND expires_at_ms <= 1"}) {
        const std::string steps = plan(sql);
        EXPECT_EQ(steps.find("SCAN"), std::string::npos) << sql << ": " << steps;
        EXPECT_EQ(steps.find("TEMP B-TREE"), std::string::npos) << sql << ": " << steps;
    }
}

}  // namespace
}  // namespace ledger_test
