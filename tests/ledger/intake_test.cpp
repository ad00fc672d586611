// Launches and proofs as they come in.
#include "tests/ledger/intake_fixture.hpp"

namespace ledger_test {
namespace {

using cadence::ErrorCode;
using engine::ProofStatus;

TEST_F(IntakeTest, HashOfAToken_IsItsSha256) {
    EXPECT_EQ(ledger::hash_of_token("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(IntakeTest, Launch_LivesTenHoursAndWantsVerifying) {
    must_put(session({daily()}));
    const auto taken = launch("token-1");
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->expires_at, now + 10h);
    EXPECT_FALSE(taken->enrolled);
    EXPECT_EQ(number("SELECT verify_due_at_ms FROM token"), cadence::to_ms(now));
    EXPECT_EQ(number("SELECT lane_due_at_ms FROM session"), cadence::to_ms(now));
}

TEST_F(IntakeTest, SameLaunchAgain_KeepsItsFirstTime) {
    must_put(session({daily()}));
    const auto first = launch("token-1");
    now += 1h;
    const auto again = launch("token-1");
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->repeated);
    EXPECT_EQ(again->expires_at, first->expires_at);
    EXPECT_EQ(number("SELECT count(*) FROM token"), 1);
}

TEST_F(IntakeTest, JwtThatEndsEarlier_IsHonoured) {
    must_put(session({daily()}));
    engine::Launch given;
    given.session = {"lock-1"};
    given.token = cadence::Secret("token-1");
    given.launched_at = now;
    given.token_exp = now + 2h;
    const auto taken = run(intake->add_launch(std::move(given), policy, now));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->expires_at, now + 2h);
}

TEST_F(IntakeTest, StaleLaunch_IsTakenAndNeverUsed) {
    must_put(session({daily()}));
    engine::Launch given;
    given.session = {"lock-1"};
    given.token = cadence::Secret("token-1");
    given.launched_at = now - 11h;
    const auto taken = run(intake->add_launch(std::move(given), policy, now));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->expires_at, now - 1h);
    EXPECT_EQ(text("SELECT death FROM token WHERE secret IS NULL"), "expired");
}

TEST_F(IntakeTest, DeadTokenPostedAgain_IsVerifiedOnceMore) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    tamper("UPDATE token SET set_aside_until_ms = " + std::to_string(cadence::to_ms(now + 60s)));
    now += 2min;
    must_work_off();
    ASSERT_EQ(text("SELECT death FROM token"), "refused");
    ASSERT_TRUE(launch("token-1"));
    EXPECT_EQ(text("SELECT secret FROM token"), "token-1");
    EXPECT_EQ(number("SELECT verify_due_at_ms FROM token"), cadence::to_ms(now));
}

TEST_F(IntakeTest, LaunchOfAnUnknownLockSession_EnrolsItWithoutARequirement) {
    const auto taken = launch("token-1", "new-lock", "Europe/Berlin");
    ASSERT_TRUE(taken) << taken.error().detail;
    EXPECT_TRUE(taken->enrolled);
    EXPECT_EQ(text("SELECT enrolled_by || ' ' || learnt_timezone FROM session"),
              "launch Europe/Berlin");
}

TEST_F(IntakeTest, LaunchOfAnEndedLockSession_IsAConflict) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    EXPECT_EQ(launch("token-1").error().code, ErrorCode::Conflict);
}

TEST_F(IntakeTest, LaunchWithAnUnknownZone_IsRefused) {
    must_put(session({daily()}));
    const auto refused = launch("token-1", "lock-1", "Europe/Atlantis");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().field, "timezone");
    EXPECT_EQ(number("SELECT count(*) FROM token"), 0);
}

TEST_F(IntakeTest, SecondLaunchsZone_ChangesNothing) {
    ASSERT_TRUE(launch("token-1", "lock-1", "Europe/Berlin"));
    ASSERT_TRUE(launch("token-2", "lock-1", "America/New_York"));
    EXPECT_EQ(text("SELECT learnt_timezone FROM session"), "Europe/Berlin");
}

TEST_F(IntakeTest, Launch_QueuesWhatWaited) {
    must_put(session({daily("check_in", 2)}));
    proof("p1");
    ASSERT_EQ(deliveries(), Lines{"progress progress waiting "});
    ASSERT_TRUE(launch("token-1"));
    EXPECT_EQ(deliveries(), Lines{"progress progress queued "});
}

TEST_F(IntakeTest, Proof_CountsAndIsCarried) {
    must_put(session({daily("check_in", 2)}));
    EXPECT_EQ(proof("p1").status, ProofStatus::Accepted);
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 open "});
    EXPECT_EQ(proof("p2", now - 1h, 5).status, ProofStatus::Accepted);
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 met count_reached"});
    EXPECT_EQ(deliveries(), Lines{"progress progress waiting "});
    EXPECT_EQ(number("SELECT amount FROM delivery"), 6);
    EXPECT_EQ(number("SELECT count FROM window"), 6);
    EXPECT_EQ(number("SELECT value FROM counter WHERE name = 'proof.pending'"), 2);
}

TEST_F(IntakeTest, ProofAgain_IsRepeatedOrAConflict) {
    must_put(session({daily(), daily("other")}));
    EXPECT_EQ(proof("p1").status, ProofStatus::Accepted);
    EXPECT_EQ(proof("p2", now - 1h).status, ProofStatus::Accepted);
    EXPECT_EQ(proof("p1").status, ProofStatus::Repeated);
    EXPECT_EQ(proof("p2", now - 1h).status, ProofStatus::Repeated);
    EXPECT_EQ(proof("p1", {}, 2).status, ProofStatus::Conflict);
    EXPECT_EQ(proof("p1", now).status, ProofStatus::Conflict);
    EXPECT_EQ(proof("p1", {}, 1, "other").status, ProofStatus::Conflict);
    EXPECT_EQ(number("SELECT sum(count) FROM window"), 2);
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    EXPECT_EQ(proof("p1").status, ProofStatus::Repeated) << "also after the end";
}

TEST_F(IntakeTest, ProofThatCannotCount_IsRefusedWithTheField) {
    EXPECT_EQ(proof("p1").status, ProofStatus::UnknownSession);
    must_put(session({daily()}));
    const auto metric = proof("p1", {}, 1, "push_ups");
    EXPECT_EQ(metric.field, "metric");
    EXPECT_NE(metric.detail.find("check_in"), std::string::npos) << metric.detail;
    EXPECT_EQ(proof("p1", now + 6min).field, "happenedAt");
    EXPECT_EQ(proof("p1", now - 24h * 31).field, "happenedAt");
    EXPECT_EQ(proof("p1", now - 24h).field, "happenedAt") << "before the requirement began";
    EXPECT_EQ(number("SELECT count(*) FROM proof"), 0);
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "released", now)));
    EXPECT_EQ(proof("p1").status, ProofStatus::Refused);
}

TEST_F(IntakeTest, ProofFromAClockThatIsAhead_CountsAsReceivedNow) {
    must_put(session({daily()}));
    EXPECT_EQ(proof("p1", now + 4min).status, ProofStatus::Accepted);
    EXPECT_EQ(number("SELECT happened_at_ms FROM proof"), cadence::to_ms(now));
    EXPECT_EQ(proof("p1", now + 4min).status, ProofStatus::Repeated);
}

TEST_F(IntakeTest, ProofAtTheBoundary_BelongsToTheWindowThatBegins) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 22h));
    EXPECT_EQ(proof("p1").status, ProofStatus::Accepted);
    EXPECT_EQ(windows(),
              (Lines{"2026-06-01..2026-06-02 open ", "2026-06-02..2026-06-03 met count_reached"}));
}

TEST_F(IntakeTest, ProofWithinTheGrace_CountsForTheWindowThatEnded) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 22h + 4min));
    EXPECT_EQ(proof("p1", utc(2026, 6, 1, 21h)).status, ProofStatus::Accepted);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 met count_reached");
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE kind = 'punishment'"), 0);
}

TEST_F(IntakeTest, LateProof_TurnsMissedIntoMetAndWaivesThePunishment) {
    miss_a_day(daily());
    EXPECT_EQ(proof("p1", yesterday).status, ProofStatus::Accepted);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 met count_reached");
    EXPECT_EQ(deliveries(),
              (Lines{"punishment add_time waived unwanted", "progress progress waiting "}));
}

TEST_F(IntakeTest, LateProofThatIsNotEnough_LeavesTheMiss) {
    miss_a_day(daily("check_in", 2));
    EXPECT_EQ(proof("p1", yesterday).status, ProofStatus::Accepted);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(number("SELECT count FROM window ORDER BY start_at_ms"), 1);
}

TEST_F(IntakeTest, IgnoredLateProof_IsKeptAndCountsForNothing) {
    miss_a_day(with_late(cadence::LateProof::Ignore));
    EXPECT_EQ(proof("p1", yesterday).status, ProofStatus::Accepted);
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waiting "});
    EXPECT_EQ(text("SELECT reason FROM proof WHERE counted = 0"), "late_ignored");
    EXPECT_EQ(number("SELECT value FROM counter WHERE name = 'proof.waived'"), 1);
}

TEST_F(IntakeTest, CompensatedLateProof_UndoesWhatWasApplied) {
    miss_a_day(with_late(cadence::LateProof::Compensate));
    tamper("UPDATE delivery SET state = 'applied', attempts = 1");
    EXPECT_EQ(proof("p1", yesterday).status, ProofStatus::Accepted);
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
    EXPECT_EQ(text("SELECT write FROM delivery WHERE kind = 'undo'"), "remove_time");
}

TEST_F(IntakeTest, ProofOfAnExcusedWindow_MakesItMet) {
    must_put(session({daily()}));
    auto disabled = daily();
    disabled.enabled = false;
    must_put(session({disabled}));
    EXPECT_EQ(proof("p1").status, ProofStatus::Accepted);
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 met count_reached"});
}

TEST_F(IntakeTest, Launch_EndsAWaitOfItsLane) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1");
    proof("p1");
    ASSERT_TRUE(run(outbox->defer_lane({"lock-1"}, now + 10min)));
    EXPECT_EQ(number("SELECT lane_due_at_ms FROM session"), cadence::to_ms(now + 10min));
    ASSERT_TRUE(launch("token-2"));
    EXPECT_EQ(number("SELECT lane_due_at_ms FROM session"), cadence::to_ms(now));
}

TEST_F(IntakeTest, LateProofOfAHeldPunishment_SaysThatItMayHaveHappened) {
    miss_a_day(daily());
    tamper("UPDATE delivery SET state = 'held', attempts = 1, unknowns = 1");
    EXPECT_EQ(proof("p1", yesterday).status, ProofStatus::Accepted);
    EXPECT_EQ(deliveries().front(), "punishment add_time waived unwanted_outcome_unknown");
}

TEST_F(IntakeTest, LateProofOfARejectedPunishment_KeepsItFromBeingRetried) {
    miss_a_day(daily());
    tamper("UPDATE delivery SET state = 'rejected', attempts = 1");
    EXPECT_EQ(proof("p1", yesterday).status, ProofStatus::Accepted);
    const auto retried =
        run(outbox->retry({number("SELECT id FROM delivery WHERE kind = 'punishment'")}, "", now));
    ASSERT_FALSE(retried);
    EXPECT_EQ(retried.error().code, cadence::ErrorCode::Conflict);
}

TEST_F(IntakeTest, WaitCountedOnAClockThatWasSetBack_EndsWithALaunch) {
    must_put(session({daily()}));
    proof("p1");
    tamper("UPDATE delivery SET due_at_ms = " + std::to_string(cadence::to_ms(now + 24h)));
    ASSERT_TRUE(launch("token-1"));
    EXPECT_EQ(number("SELECT due_at_ms FROM delivery"), cadence::to_ms(now));
}

}  // namespace
}  // namespace ledger_test
