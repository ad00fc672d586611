// What a write's end begins in the same unit of work, and when it begins nothing.
#include "ledger/sessions.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using engine::Begun;

class GoOn : public OutboxTest {
  protected:
    // Two windows' progress, the first one in flight; what its success goes on with.
    engine::FinishedAttempt after_first(bool may_send) {
        fly_first();
        return go_on(first, may_send);
    }
    void fly_first() {
        first = carry(rows.add_window(check_in, 19, std::nullopt));
        second = carry(rows.add_window(check_in, 20, std::nullopt));
        EXPECT_EQ(begin(first).begun, Begun::Started);
    }
    engine::FinishedAttempt go_on(DeliveryId id, bool may_send,
                                  AnswerKind kind = AnswerKind::Applied,
                                  cadence::Duration round_trip = 0s) {
        cadence::Answer answer;
        answer.kind = kind;
        auto done = ledger::finish_and_go_on(db, zones, id, 1, answer, 0.5,
                                             {policy, round_trip, may_send}, now);
        EXPECT_TRUE(done);
        return done.value_or(engine::FinishedAttempt{});
    }
    std::int64_t due_lanes() {
        return count("SELECT count(*) FROM session WHERE lane_due_at_ms IS NOT NULL");
    }
    DeliveryId first;
    DeliveryId second;
};

TEST_F(GoOn, ProgressNext_IsInFlightInTheSameUnitOfWork) {
    const auto done = after_first(true);
    EXPECT_EQ(standing(first), "applied");
    EXPECT_EQ(standing(second), "inFlight");
    EXPECT_EQ(done.next.value().delivery, second);
    EXPECT_EQ(done.begun.value().number, 1);
    EXPECT_EQ(done.begun.value().write.amount, 1);
    EXPECT_EQ(due_lanes(), 0);
    EXPECT_FALSE(go_on(second, true).begun);
    EXPECT_EQ(standing(second), "applied");
    EXPECT_EQ(due_lanes(), 0);
}

TEST_F(GoOn, LaneThatMayNotSend_IsOnlyToldWhatIsNext) {
    const auto done = after_first(false);
    EXPECT_EQ(done.next.value().delivery, second);
    EXPECT_FALSE(done.begun);
    EXPECT_EQ(standing(second), "queued");
    EXPECT_EQ(due_lanes(), 1);
}

TEST_F(GoOn, PunishmentNext_WaitsForItsBaseline) {
    const auto punishment = owe(18);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    ASSERT_EQ(begin(progress).begun, Begun::Started);
    const auto done = go_on(progress, true);
    EXPECT_EQ(done.next.value().delivery, punishment);
    EXPECT_FALSE(done.begun);
    EXPECT_EQ(standing(punishment), "queued");
}

TEST_F(GoOn, TokenThatWouldDieOnTheWay_BeginsNothing) {
    fly_first();
    now = cadence::from_ms(count("SELECT expires_at_ms FROM token")) - policy.token_margin - 2s;
    const auto done = go_on(first, true, AnswerKind::Applied, 2s);
    EXPECT_FALSE(done.begun);
    EXPECT_EQ(done.next.value().todo, engine::LaneHead::Todo::Nothing);
    EXPECT_EQ(standing(first), "applied");
    EXPECT_EQ(standing(second), "queued");
    EXPECT_EQ(count("SELECT count(*) FROM attempt"), 1);
}

TEST_F(GoOn, TokenThatJustLasts_IsStillUsed) {
    fly_first();
    now = cadence::from_ms(count("SELECT expires_at_ms FROM token")) - policy.token_margin - 2s;
    EXPECT_TRUE(go_on(first, true, AnswerKind::Applied, 1999ms).begun);
    EXPECT_EQ(standing(second), "inFlight");
}

TEST_F(GoOn, LockSessionThatTheAnswerEnds_BeginsNothing) {
    fly_first();
    const auto done = go_on(first, true, AnswerKind::SessionEnded);
    EXPECT_FALSE(done.begun);
    EXPECT_TRUE(done.session_ended);
    EXPECT_EQ(standing(second), "waived lock_ended");
    EXPECT_EQ(due_lanes(), 0);
}

TEST_F(GoOn, LockSessionEndedMeanwhile_BeginsNothing) {
    fly_first();
    ledger::end_session_rows(db, session, "done", now);
    const auto done = go_on(first, true);
    EXPECT_FALSE(done.begun);
    EXPECT_TRUE(done.session_ended);
    EXPECT_EQ(standing(first), "applied");
    EXPECT_EQ(standing(second), "waived lock_ended");
}

TEST_F(GoOn, LockSessionThatTheAnswerSuspends_BeginsNothing) {
    fly_first();
    const auto done = go_on(first, true, AnswerKind::Suspended);
    EXPECT_FALSE(done.begun);
    EXPECT_EQ(done.next.value().todo, engine::LaneHead::Todo::Nothing);
    EXPECT_EQ(standing(second), "waiting");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE state = 'inFlight'"), 0);
}

TEST_F(GoOn, NextThatIsNotDue_WaitsForItsTime) {
    fly_first();
    db.execute("UPDATE delivery SET due_at_ms = ?2 WHERE id = ?1", second.value, now + 30s);
    const auto done = go_on(first, true);
    EXPECT_FALSE(done.begun);
    EXPECT_EQ(done.next.value().todo, engine::LaneHead::Todo::Nothing);
    EXPECT_EQ(done.next.value().next_due, now + 30s);
    EXPECT_EQ(standing(second), "queued");
    EXPECT_EQ(due_lanes(), 1);
}

TEST_F(GoOn, NewLaunch_IsVerifiedFirst) {
    fly_first();
    rows.add_token(session, std::string(64, 'b'), now, false);
    const auto done = go_on(first, true);
    EXPECT_FALSE(done.begun);
    EXPECT_EQ(done.next.value().todo, engine::LaneHead::Todo::Verify);
    EXPECT_EQ(done.next.value().token.value().hash, std::string(64, 'b'));
    EXPECT_EQ(standing(second), "queued");
}

TEST_F(GoOn, BeginThatFails_LeavesTheAnswerToBeWrittenAlone) {
    fly_first();
    db.execute_script(
        "CREATE TEMP TRIGGER fault BEFORE INSERT ON attempt BEGIN"
        " SELECT RAISE(ABORT, 'a fault'); END");
    cadence::Answer answer;
    answer.kind = AnswerKind::Applied;
    db.execute("SAVEPOINT unit");  // as the writer runs it
    EXPECT_THROW(static_cast<void>(ledger::finish_and_go_on(db, zones, first, 1, answer, 0.5,
                                                            {policy, 0s, true}, now)),
                 ledger::StorageFailure);
    db.execute("ROLLBACK TO unit");
    db.execute("RELEASE unit");
    EXPECT_EQ(standing(first), "inFlight");
    EXPECT_EQ(go_on(first, false).next.value().delivery, second);
    EXPECT_EQ(standing(first), "applied");
    EXPECT_EQ(standing(second), "queued");
}

}  // namespace
