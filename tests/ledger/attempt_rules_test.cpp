// The compare-and-set: what it lets out, and every reason for which it lets nothing out.
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using engine::Begun;
using BeginAttempt = OutboxTest;

TEST_F(BeginAttempt, QueuedPunishment_IsInFlightWithItsBaselineAndDate) {
    const auto id = owe(18);
    const auto begun = begin(id, found({.at = now,
                                        .frozen = false,
                                        .time_remaining_seconds = 500,
                                        .time_locked_seconds = std::nullopt}));
    EXPECT_EQ(begun.begun, Begun::Started);
    EXPECT_EQ(begun.number, 1);
    EXPECT_EQ(begun.write.kind, cadence::WriteKind::AddTime);
    EXPECT_EQ(begun.write.seconds, 3600s);
    EXPECT_EQ(standing(id), "inFlight");
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "2024-06-20");
    EXPECT_EQ(count("SELECT time_remaining_seconds FROM reading WHERE role = 'baseline'"), 500);
    EXPECT_EQ(count("SELECT count(*) FROM attempt WHERE outcome IS NULL"), 1);
}

TEST_F(BeginAttempt, LateEveningInUtc_CountsForTheWearersNextDay) {
    now = samples::utc(2024, 6, 20, 22h + 30min);
    db.execute("UPDATE token SET expires_at_ms = ?1", now + 10h);
    const auto id = owe(18);
    ASSERT_EQ(begin(id).begun, Begun::Started);
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "2024-06-21");
}

TEST_F(BeginAttempt, Repeated_StartsNothingTwice) {
    const auto id = owe(18);
    ASSERT_EQ(begin(id).begun, Begun::Started);
    EXPECT_EQ(begin(id).begun, Begun::NotDue);
    EXPECT_EQ(count("SELECT count(*) FROM attempt"), 1);
}

TEST_F(BeginAttempt, UnknownDelivery_IsNotFound) {
    const auto begun = ledger::begin_attempt(
        db, zones, {.delivery = {77}, .token_hash = kToken, .found = {}}, policy, now);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, cadence::ErrorCode::NotFound);
}

TEST_F(BeginAttempt, NotDueYet_SendsNothing) {
    const auto id = owe(18);
    db.execute("UPDATE delivery SET due_at_ms = ?1", now + 1s);
    EXPECT_EQ(begin(id).begun, Begun::NotDue);
    EXPECT_EQ(standing(id), "queued");
}

TEST_F(BeginAttempt, Unwanted_SendsNothing) {
    const auto id = owe(18);
    db.execute("UPDATE delivery SET wanted = 0");
    EXPECT_EQ(begin(id).begun, Begun::NotDue);
}

TEST_F(BeginAttempt, SuspendedOrEndedSession_SendsNothing) {
    const auto id = owe(18);
    db.execute("UPDATE session SET state = 'suspended'");
    EXPECT_EQ(begin(id).begun, Begun::NotDue);
    db.execute("UPDATE session SET state = 'ended', ended_at_ms = 1");
    EXPECT_EQ(begin(id).begun, Begun::NotDue);
}

TEST_F(BeginAttempt, TokenWithinItsMarginSetAsideOrDead_IsGone) {
    const auto id = owe(18);
    db.execute("UPDATE token SET expires_at_ms = ?1", now + 60s);
    EXPECT_EQ(begin(id).begun, Begun::TokenGone);
    db.execute("UPDATE token SET expires_at_ms = ?1, set_aside_until_ms = ?1", now + 61s);
    EXPECT_EQ(begin(id).begun, Begun::TokenGone);
    db.execute(
        "UPDATE token SET set_aside_until_ms = NULL, secret = NULL, died_at_ms = 1,"
        " death = 'refused'");
    EXPECT_EQ(begin(id).begun, Begun::TokenGone);
}

TEST_F(BeginAttempt, Brake_HoldsPunishmentsAndLetsProgressGo) {
    const auto punishment = owe(18);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    db.execute("INSERT INTO brake VALUES (1, 1, 'holiday')");
    EXPECT_EQ(begin(punishment).begun, Begun::Braked);
    EXPECT_EQ(begin(progress).begun, Begun::Started);
}

TEST_F(BeginAttempt, RunningPause_HoldsPunishmentsAndLetsProgressGo) {
    const auto punishment = owe(18);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    db.execute("INSERT INTO pause VALUES (1, 's1', ?1, ?2, '')", now, now + 1h);
    EXPECT_EQ(begin(punishment).begun, Begun::Paused);
    EXPECT_EQ(begin(progress).begun, Begun::Started);
}

TEST_F(BeginAttempt, WindowMetMeanwhile_WaivesIt) {
    const auto id = owe(18);
    db.execute("UPDATE window SET verdict = 'met'");
    EXPECT_EQ(begin(id).begun, Begun::Waived);
    EXPECT_EQ(standing(id), "waived unwanted");
}

TEST_F(BeginAttempt, NoContextSeenYet_Waits) {
    const auto id = owe(18);
    db.execute("UPDATE session SET context_seen_at_ms = NULL");
    EXPECT_EQ(begin(id).begun, Begun::NotDue);
    EXPECT_EQ(standing(id), "queued");
}

TEST_F(BeginAttempt, NoContextSaidWhoPunishes_WaitsUnlessTheDaemonOwnsIt) {
    const auto id = owe(18);
    db.execute("DELETE FROM context_seen");
    EXPECT_EQ(begin(id).begun, Begun::OwnerUnknown);
    EXPECT_EQ(standing(id), "queued");
    db.execute("UPDATE generation SET owner = 'daemon'");
    EXPECT_EQ(begin(id).begun, Begun::Started);
}

TEST_F(BeginAttempt, ContextJustReadDoesNotSayWhoPunishes_Waits) {
    const auto id = owe(18);
    engine::BeginAttempt asked{id, kToken, found()};
    asked.found->context.requirements.reset();
    const auto begun = ledger::begin_attempt(db, zones, asked, policy, now);
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(begun->begun, Begun::OwnerUnknown);
}

TEST_F(BeginAttempt, OneOfSeveralPlatformRequirementsIsOurs_WaivesIt) {
    const auto id = owe(18);
    rows.see_context(session, now - 1h, "another", true);
    rows.see_context(session, now - 1h, "check_in", true);
    EXPECT_EQ(begin(id).reason, "platform_owned");
}

TEST_F(BeginAttempt, PlatformPunishesSinceTheWindowsEnd_WaivesIt) {
    const auto id = owe(18);
    rows.see_context(session, now - 1h, "check_in", true);
    EXPECT_EQ(begin(id).reason, "platform_owned");
    EXPECT_EQ(standing(id), "waived platform_owned");
}

TEST_F(BeginAttempt, PlatformPunishedOnlyLongBefore_SendsIt) {
    const auto id = owe(18);
    rows.see_context(session, samples::utc(2024, 6, 12), "check_in", true);
    rows.see_context(session, samples::utc(2024, 6, 13), "check_in", false);
    EXPECT_EQ(begin(id).begun, Begun::Started);
}

TEST_F(BeginAttempt, OwnerNobody_WaivesIt) {
    const auto id = owe(18);
    auto rules = make_rules();
    rules.owner = cadence::Owner::Nobody;
    db.execute("UPDATE generation SET owner = 'nobody'");
    EXPECT_EQ(begin(id).reason, "owner_nobody");
}

TEST_F(BeginAttempt, MisfireLatest_WaivesAllButTheNewest) {
    db.execute("UPDATE generation SET misfire = 'latest'");
    const auto older = owe(17);
    const auto newer = owe(18);
    EXPECT_EQ(begin(older).reason, "misfire");
    EXPECT_EQ(begin(newer).begun, Begun::Started);
}

TEST_F(BeginAttempt, MisfireNone_WaivesAllThatWaitTogetherAndSendsASingleOne) {
    db.execute("UPDATE generation SET misfire = 'none'");
    const auto older = owe(17);
    const auto newer = owe(18);
    EXPECT_EQ(begin(older).reason, "misfire");
    EXPECT_EQ(standing(older), "waived misfire");
    EXPECT_EQ(standing(newer), "waived misfire");
    const auto single = owe(19);
    EXPECT_EQ(begin(single).begun, Begun::Started);
}

TEST_F(BeginAttempt, AboveTheCap_WaivesIt) {
    const auto id = owe(18);
    policy.caps.punishment_seconds = 3599s;
    EXPECT_EQ(begin(id).reason, "cap_punishment_seconds");
}

TEST_F(BeginAttempt, DayIsFull_WaivesTheNextOneWhole) {
    policy.caps.punishment_seconds_per_day = 7199s;
    const auto first = owe(17);
    const auto second = owe(18);
    ASSERT_EQ(begin(first).begun, Begun::Started);
    ASSERT_TRUE(finish(first, AnswerKind::Applied));
    EXPECT_EQ(begin(second).reason, "cap_per_day");
}

TEST_F(BeginAttempt, ThrottledOne_CountsForNoCap) {
    policy.caps.punishment_seconds_per_day = 3600s;
    const auto first = owe(17);
    const auto second = owe(18);
    ASSERT_EQ(begin(first).begun, Begun::Started);
    ASSERT_TRUE(finish(first, AnswerKind::Throttled));
    EXPECT_EQ(begin(second).begun, Begun::Started);
}

TEST_F(BeginAttempt, OlderThanItsAge_WaivesIt) {
    const auto id = owe(18);
    now += 336h;
    db.execute("UPDATE token SET expires_at_ms = ?1", now + 10h);
    EXPECT_EQ(begin(id).reason, "max_age");
}

TEST_F(BeginAttempt, AnotherInFlight_IsBusy) {
    const auto first = owe(17);
    const auto second = owe(18);
    ASSERT_EQ(begin(first).begun, Begun::Started);
    EXPECT_EQ(begin(second).begun, Begun::Busy);
}

TEST_F(BeginAttempt, UnknownPunishment_HoldsPunishmentsAndLetsProgressGo) {
    const auto first = owe(17);
    const auto second = owe(18);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    ASSERT_EQ(begin(first, found({now, {}, 100'000, {}})).begun, Begun::Started);
    ASSERT_TRUE(finish(first, AnswerKind::Unknown));
    EXPECT_EQ(begin(second).begun, Begun::Busy);
    EXPECT_EQ(begin(progress).begun, Begun::Started);
}

TEST_F(BeginAttempt, UnknownZone_IsAnErrorAndSendsNothing) {
    const auto id = owe(18);
    db.execute("UPDATE session SET timezone = 'Mars/Olympus'");
    const auto begun = ledger::begin_attempt(
        db, zones, {.delivery = id, .token_hash = kToken, .found = {}}, policy, now);
    EXPECT_FALSE(begun);
    EXPECT_EQ(standing(id), "queued");
}

// Undo: a freeze of an hour was applied a minute ago and turned out undeserved.
class BeginUndo : public OutboxTest {
  protected:
    BeginUndo() {
        auto rules = make_rules();
        rules.punishment.type = cadence::PunishmentType::Freeze;
        rules.late_proof = cadence::LateProof::Compensate;
        set_rules(rules);
    }
    void punish(std::optional<bool> frozen_before) {
        punishment = owe(18);
        const auto begun = begin(punishment, found({.at = now,
                                                    .frozen = frozen_before,
                                                    .time_remaining_seconds = {},
                                                    .time_locked_seconds = {}}));
        ASSERT_EQ(begun.begun, Begun::Started);
        ASSERT_TRUE(finish(punishment, AnswerKind::Applied));
        now += 1min;
    }
    std::optional<DeliveryId> unwant() {
        const WindowId window{number("window", "delivery", punishment.value)};
        return ledger::unwant_punishment(db, window, "unwanted", true, now);
    }
    DeliveryId punishment;
};

TEST_F(BeginUndo, AppliedPunishment_IsTakenBackOnce) {
    punish(false);
    const auto undo = unwant();
    ASSERT_TRUE(undo);
    EXPECT_FALSE(unwant());
    const auto begun = begin(*undo);
    EXPECT_EQ(begun.begun, Begun::Started);
    EXPECT_EQ(begun.write.kind, cadence::WriteKind::Unfreeze);
}

TEST_F(BeginUndo, EffectRanOut_OwesNothingAndWaivesWhatWasOwed) {
    punish(false);
    const auto undo = unwant();
    now += 1h;
    EXPECT_EQ(begin(undo.value()).reason, "effect_over");
    db.execute("DELETE FROM delivery WHERE kind = 'undo'");
    EXPECT_FALSE(unwant());
}

TEST_F(BeginUndo, FrozenBySomebodyElseBefore_OwesNothing) {
    punish(true);
    EXPECT_FALSE(unwant());
}

TEST_F(BeginUndo, ThawedBySomebodyElse_WaivesIt) {
    punish(false);
    const auto undo = unwant();
    const engine::LockReading thawed{
        .at = now, .frozen = false, .time_remaining_seconds = {}, .time_locked_seconds = {}};
    EXPECT_EQ(begin(undo.value(), found(thawed)).reason, "effect_over");
}

TEST_F(BeginUndo, BrakeAndPause_HoldIt) {
    punish(false);
    const auto undo = unwant().value();
    db.execute("INSERT INTO brake VALUES (1, 1, '')");
    EXPECT_EQ(begin(undo).begun, Begun::Braked);
    db.execute("DELETE FROM brake");
    db.execute("INSERT INTO pause VALUES (1, 's1', ?1, ?2, '')", now, now + 1h);
    EXPECT_EQ(begin(undo).begun, Begun::Paused);
}

class SecondFreeze : public OutboxTest {
  protected:
    DeliveryId owe_freeze(unsigned day) {
        const auto id = owe(day);
        db.execute("UPDATE delivery SET write = 'freeze' WHERE id = ?1", id);
        return id;
    }
    [[nodiscard]] engine::ContextFound lock_that_is(bool frozen) const {
        return found({.at = now,
                      .frozen = frozen,
                      .time_remaining_seconds = std::nullopt,
                      .time_locked_seconds = std::nullopt});
    }
    DeliveryId freeze(unsigned day) {
        const auto id = owe_freeze(day);
        EXPECT_EQ(begin(id, lock_that_is(false)).begun, Begun::Started);
        EXPECT_TRUE(finish(id, AnswerKind::Applied));
        return id;
    }
};

TEST_F(SecondFreeze, WhileOursRuns_WaitsForItsEnd) {
    freeze(17);
    const Instant began = now;
    now += 10min;
    const auto second = owe_freeze(18);
    const auto begun = begin(second, lock_that_is(true));
    EXPECT_EQ(begun.begun, Begun::Later);
    EXPECT_EQ(standing(second), "queued own_freeze_runs");
    EXPECT_GE(number("due_at_ms", "delivery", second.value), cadence::to_ms(began + 1h));
    now = began + 1h + 5s;
    EXPECT_EQ(begin(second, lock_that_is(false)).begun, Begun::Started);
}

TEST_F(SecondFreeze, OursWasLifted_IsSentAtOnce) {
    freeze(17);
    now += 10min;
    EXPECT_EQ(begin(owe_freeze(18), lock_that_is(false)).begun, Begun::Started);
}

TEST_F(SecondFreeze, SomebodyElsesFreeze_IsNotWaitedFor) {
    EXPECT_EQ(begin(owe_freeze(18), lock_that_is(true)).begun, Begun::Started);
}

TEST_F(SecondFreeze, OtherPunishments_DontWait) {
    freeze(17);
    now += 10min;
    EXPECT_EQ(begin(owe(18), lock_that_is(true)).begun, Begun::Started);
}

}  // namespace
