// What an answer makes of a delivery, its token and its lock session.
#include "ledger/refusals.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using cadence::DeliveryState;
using engine::Begun;

class FinishAttempt : public OutboxTest {
  protected:
    DeliveryId fly(DeliveryId id) {
        EXPECT_EQ(begin(id).begun, Begun::Started);
        return id;
    }
    // What finish() gives when it must not fail.
    std::string finished(DeliveryId id, AnswerKind kind, int attempt = 1) {
        const auto done = finish(id, kind, attempt);
        EXPECT_TRUE(done) << done.error().detail;
        return standing(id);
    }
    std::int64_t counter(const std::string& name) {
        return count("SELECT value FROM counter WHERE name = '" + name + "'");
    }
};

TEST_F(FinishAttempt, Applied_IsKeptWithItsAnswer) {
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::Applied), "applied");
    EXPECT_EQ(count("SELECT count(*) FROM attempt WHERE outcome = 'applied' AND"
                    " http_status = 200 AND duration_ms = 120 AND detail = 'as it came'"),
              1);
}

TEST_F(FinishAttempt, SecondAnswerToOneAttempt_IsAConflict) {
    const auto id = fly(owe(18));
    finished(id, AnswerKind::Throttled);
    const auto again = finish(id, AnswerKind::Applied);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, cadence::ErrorCode::Conflict);
    EXPECT_EQ(standing(id), "queued throttled");
    EXPECT_FALSE(finish(id, AnswerKind::Applied, 2));
}

TEST_F(FinishAttempt, HostFault_IsQueuedAgainLater) {
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::HostFault), "queued host_fault");
    EXPECT_GT(number("due_at_ms", "delivery", id.value), cadence::to_ms(now));
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "");
}

TEST_F(FinishAttempt, Rejected_IsShownWithItsReason) {
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::Rejected), "rejected rejected");
}

TEST_F(FinishAttempt, TokenRefused_SetsThatTokenAsideAndEverythingWaits) {
    const auto other = owe(17);
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::TokenRefused), "waiting token_refused");
    EXPECT_EQ(standing(other), "waiting");
    EXPECT_EQ(count("SELECT set_aside_until_ms FROM token"), cadence::to_ms(now + 60s));
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Nothing);
}

TEST_F(FinishAttempt, TokenRefusedWithAnotherAlive_IsQueuedAtOnceForThatOne) {
    rows.add_token(session, std::string(64, 'b'), now - 2h);
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::TokenRefused), "queued token_refused");
    const auto next = head();
    EXPECT_EQ(next.todo, engine::LaneHead::Todo::Send);
    EXPECT_EQ(next.token.value().hash, std::string(64, 'b'));
}

TEST_F(FinishAttempt, TokensOfACredentialAtFault_LiveAgain) {
    const auto id = fly(owe(18));
    finished(id, AnswerKind::TokenRefused);
    EXPECT_EQ(ledger::revive_tokens(db, "elsewhere", now), 0);
    EXPECT_EQ(ledger::revive_tokens(db, "chastify", now), 1);
    EXPECT_EQ(standing(id), "queued token_refused");
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Send);
}

TEST_F(FinishAttempt, SessionEnded_EndsItAndWaivesTheRest) {
    const auto other = owe(17);
    const auto id = fly(owe(18));
    const auto done = finish(id, AnswerKind::SessionEnded);
    ASSERT_TRUE(done);
    EXPECT_TRUE(done->session_ended);
    EXPECT_EQ(standing(id), "waived lock_ended");
    EXPECT_EQ(standing(other), "waived lock_ended");
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE state = 'ended'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM token WHERE secret IS NOT NULL"), 0);
}

TEST_F(FinishAttempt, Suspended_WaitsForAnotherLaunch) {
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::Suspended), "waiting extension_not_enabled");
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE state = 'suspended'"), 1);
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Nothing);
    rows.add_token(session, std::string(64, 'c'), now, false);
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Verify);
}

TEST_F(FinishAttempt, UnknownPunishment_IsHeldWhenNothingSettlesIt) {
    const auto id = fly(owe(18));
    EXPECT_EQ(finished(id, AnswerKind::Unknown), "held outcome_unknown");
    EXPECT_FALSE(ledger::settle_unread(db, id, now));
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "2024-06-20");
}

TEST_F(FinishAttempt, UnknownProgress_IsSentOnceMoreAfterAMinuteThenHeld) {
    const auto id = fly(carry(rows.add_window(check_in, 20, std::nullopt)));
    EXPECT_EQ(finished(id, AnswerKind::Unknown), "unknown no_answer");
    EXPECT_EQ(head().next_due, now + 60s);
    now += 60s;
    ASSERT_EQ(head().todo, engine::LaneHead::Todo::Settle);
    ASSERT_TRUE(ledger::settle_unread(db, id, now));
    EXPECT_EQ(standing(id), "queued resend");
    fly(id);
    EXPECT_EQ(finished(id, AnswerKind::Unknown, 2), "held outcome_unknown");
}

TEST_F(FinishAttempt, UnwantedWhileInFlightThenUnknown_IsWaivedWhenNothingSettlesIt) {
    const auto id = fly(owe(18));
    const WindowId window{number("window", "delivery", id.value)};
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", false, now));
    EXPECT_EQ(finished(id, AnswerKind::Unknown), "waived unwanted");
}

TEST_F(FinishAttempt, UnwantedWhileInFlightThenApplied_IsUndoneUnderCompensate) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = fly(owe(18));
    const WindowId window{number("window", "delivery", id.value)};
    db.execute("UPDATE window SET verdict = 'met'");
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", true, now));
    EXPECT_EQ(finished(id, AnswerKind::Applied), "applied");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo' AND write = 'remove_time'"
                    " AND seconds = 3600"),
              1);
}

TEST_F(FinishAttempt, UnwantedWhileInFlightThenApplied_StaysUnderCount) {
    const auto id = fly(owe(18));
    const WindowId window{number("window", "delivery", id.value)};
    db.execute("UPDATE window SET verdict = 'met'");
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", false, now));
    EXPECT_EQ(finished(id, AnswerKind::Applied), "applied");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 0);
}

TEST_F(FinishAttempt, SessionEndedMeanwhile_NothingGoesOn) {
    const auto id = fly(owe(18));
    db.execute("UPDATE session SET state = 'ended', ended_at_ms = 1");
    EXPECT_EQ(finished(id, AnswerKind::Throttled), "waived lock_ended");
}

TEST_F(FinishAttempt, ReturningProgress_TakesInWhatCameMeanwhile) {
    const auto window = rows.add_window(check_in, 20, std::nullopt);
    const auto first = fly(carry(window, 2));
    const auto second = carry(window, 3);
    ASSERT_NE(first, second);
    EXPECT_EQ(finished(first, AnswerKind::Throttled), "queued throttled");
    EXPECT_EQ(standing(second), "waived merged");
    EXPECT_EQ(number("amount", "delivery", first.value), 5);
    EXPECT_EQ(number("proofs", "delivery", first.value), 2);
    EXPECT_EQ(count("SELECT count(DISTINCT delivery) FROM proof"), 1);
    EXPECT_EQ(counter("proof.pending"), 2);
    EXPECT_EQ(counter("proof.waived"), 0);
}

TEST_F(FinishAttempt, ResentProgress_StaysAsItWasBesideTheOpenOne) {
    const auto window = rows.add_window(check_in, 20, std::nullopt);
    const auto first = fly(carry(window, 2));
    finished(first, AnswerKind::Unknown);
    const auto second = carry(window, 3);
    ASSERT_TRUE(ledger::settle_unread(db, first, now + 60s));
    EXPECT_EQ(carry(window, 1), second);
    EXPECT_EQ(number("amount", "delivery", first.value), 2);
    EXPECT_EQ(number("amount", "delivery", second.value), 4);
    now += 60s;
    EXPECT_EQ(head().delivery, first);
}

TEST_F(FinishAttempt, InFlightProgress_IsFrozen) {
    const auto window = rows.add_window(check_in, 20, std::nullopt);
    const auto first = fly(carry(window, 2));
    EXPECT_NE(carry(window, 3), first);
    EXPECT_EQ(number("amount", "delivery", first.value), 2);
}

class RecordRefusal : public OutboxTest {
  protected:
    void refuse(AnswerKind kind) {
        cadence::Answer answer;
        answer.kind = kind;
        ASSERT_TRUE(ledger::record_refusal(db, session, kToken, answer, 30s, now));
    }
};

TEST_F(RecordRefusal, HostFault_TriesAnUnverifiedTokenAgainAfterTheWait) {
    owe(18);
    db.execute("UPDATE token SET verified_at_ms = NULL, verify_due_at_ms = ?1", now);
    refuse(AnswerKind::HostFault);
    EXPECT_EQ(head().next_due, now + 30s);
    now += 30s;
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Verify);
}

TEST_F(RecordRefusal, HostFaultWithAVerifiedToken_PostponesPunishmentsAlone) {
    owe(18);
    refuse(AnswerKind::HostFault);
    EXPECT_EQ(head().next_due, now + 30s);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    EXPECT_EQ(head().delivery, progress);
    now += 30s;
    db.execute("UPDATE delivery SET state = 'applied' WHERE kind = 'progress'");
    EXPECT_EQ(head().kind, cadence::DeliveryKind::Punishment);
}

TEST_F(RecordRefusal, TokenRefused_ParksWhatWasQueued) {
    const auto id = owe(18);
    refuse(AnswerKind::TokenRefused);
    EXPECT_EQ(standing(id), "waiting");
}

TEST_F(RecordRefusal, SessionEnded_EndsIt) {
    const auto id = owe(18);
    refuse(AnswerKind::SessionEnded);
    EXPECT_EQ(standing(id), "waived lock_ended");
}

TEST_F(RecordRefusal, Suspended_AsksNothingMoreWithThisToken) {
    owe(18);
    refuse(AnswerKind::Suspended);
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Nothing);
    EXPECT_FALSE(head().next_due);
}

}  // namespace
