// What the courier is told to do next, and when: a lane that is due has something to do.
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using Todo = engine::LaneHead::Todo;

class Lane : public OutboxTest {
  protected:
    std::optional<Instant> stored_due() {
        ledger::refresh_lane(db, session, now);
        auto row = db.query("SELECT lane_due_at_ms FROM session WHERE id = 's1'");
        return row.step() ? row.maybe_instant(0) : std::nullopt;
    }
};

TEST_F(Lane, NothingOwed_IsNeverDue) {
    EXPECT_EQ(head().todo, Todo::Nothing);
    EXPECT_FALSE(stored_due());
    EXPECT_TRUE(ledger::find_due_lanes(db, now, 10).sessions.empty());
}

TEST_F(Lane, WaitsThatAreOver_EndSoManyAtATime) {
    for (const auto* const id : {"s2", "s3", "s4"}) {
        rows.add_token(rows.add_session(id), kToken, now - 1h, false);
        ledger::refresh_lane(db, {id}, now);
        ledger::defer_lane(db, {id}, now + 5min);
    }
    EXPECT_TRUE(ledger::find_due_lanes(db, now, 10).sessions.empty());
    EXPECT_EQ(ledger::end_waits(db, "chastify", now, 2), 2);
    EXPECT_EQ(ledger::find_due_lanes(db, now, 10).sessions.size(), 2U);
    EXPECT_EQ(ledger::end_waits(db, "chastify", now, 2), 1);
    EXPECT_EQ(ledger::find_due_lanes(db, now, 10).sessions.size(), 3U);
}

TEST_F(Lane, UnknownSession_IsNotFound) {
    EXPECT_FALSE(ledger::load_lane(db, SessionId{"nobody"}, policy, now, 0s));
}

TEST_F(Lane, UnverifiedNewestToken_IsVerifiedBeforeAnything) {
    owe(18);
    const std::string newer(64, 'b');
    rows.add_token(session, newer, now, false);
    const auto next = head();
    EXPECT_EQ(next.todo, Todo::Verify);
    EXPECT_EQ(next.token.value().hash, newer);
    EXPECT_FALSE(next.token->verified);
}

TEST_F(Lane, VerificationPutOff_LetsTheOlderTokenWork) {
    owe(18);
    rows.add_token(session, std::string(64, 'b'), now, false);
    db.execute("UPDATE token SET verify_due_at_ms = ?1 WHERE verify_due_at_ms IS NOT NULL",
               now + 5s);
    EXPECT_EQ(head().todo, Todo::Send);
    EXPECT_EQ(head().token.value().hash, kToken);
    now += 5s;
    EXPECT_EQ(head().todo, Todo::Verify) << "the newest wins once it can be asked";
}

TEST_F(Lane, PunishmentsPostponed_LetProgressThrough) {
    const auto punishment = owe(18);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    ledger::postpone_punishments(db, session, now + 5min, "clocks_disagree", now);
    EXPECT_EQ(head().delivery, progress);
    EXPECT_EQ(standing(punishment), "queued clocks_disagree");
    db.execute("DELETE FROM proof");
    db.execute("DELETE FROM delivery WHERE kind = 'progress'");
    EXPECT_EQ(head().next_due, now + 5min);
}

TEST_F(Lane, NewerTokenSetAside_LetsTheOlderOneWork) {
    owe(18);
    rows.add_token(session, std::string(64, 'b'), now, false);
    db.execute("UPDATE token SET set_aside_until_ms = ?1 WHERE hash LIKE 'b%'", now + 5s);
    EXPECT_EQ(head().token.value().hash, kToken);
}

TEST_F(Lane, ManyOwed_ComeInTheOrderOfALaunch) {
    const auto late_punishment = owe(18);
    const auto early_punishment = owe(16);
    const auto late_progress = carry(rows.add_window(check_in, 20, std::nullopt));
    const auto early_progress = carry(rows.add_window(check_in, 19, "met"));
    std::vector<DeliveryId> order;
    for (int i = 0; i < 4; ++i) {
        const auto next = head();
        ASSERT_EQ(next.todo, Todo::Send);
        order.push_back(next.delivery);
        ASSERT_EQ(begin(next.delivery).begun, engine::Begun::Started);
        ASSERT_TRUE(finish(next.delivery, cadence::AnswerKind::Applied));
    }
    EXPECT_EQ(order,
              (std::vector{early_progress, late_progress, early_punishment, late_punishment}));
    EXPECT_EQ(head().todo, Todo::Nothing);
}

TEST_F(Lane, OneInFlight_LeavesNothingElseToDo) {
    owe(17);
    ASSERT_EQ(begin(owe(18)).begun, engine::Begun::Started);
    EXPECT_EQ(head().todo, Todo::Nothing);
    EXPECT_FALSE(head().next_due);
}

TEST_F(Lane, Brake_LeavesProgressOnly) {
    owe(18);
    db.execute("INSERT INTO brake VALUES (1, 1, '')");
    EXPECT_EQ(head().todo, Todo::Nothing);
    EXPECT_FALSE(head().next_due);
    const auto progress = carry(rows.add_window(check_in, 20, std::nullopt));
    EXPECT_EQ(head().delivery, progress);
}

TEST_F(Lane, RunningPause_IsDueWhenItEnds) {
    owe(18);
    db.execute("INSERT INTO pause VALUES (1, 's1', ?1, ?2, '')", now - 1h, now + 1h);
    EXPECT_EQ(head().next_due, now + 1h);
    now += 1h;
    EXPECT_EQ(head().todo, Todo::Send);
}

TEST_F(Lane, Deferred_IsDueNoEarlier) {
    owe(18);
    ledger::refresh_lane(db, session, now);
    ledger::defer_lane(db, session, now + 20s);
    const auto due = ledger::find_due_lanes(db, now, 10);
    EXPECT_TRUE(due.sessions.empty());
    EXPECT_EQ(due.next_due, now + 20s);
    EXPECT_EQ(head().next_due, now + 20s);
    now += 20s;
    EXPECT_EQ(ledger::find_due_lanes(db, now, 10).sessions, std::vector{session});
}

TEST_F(Lane, TokenTooNearItsEnd_IsNotUsedAndDoesNotSpin) {
    owe(18);
    now += 9h - 70s;
    EXPECT_EQ(stored_due().value() <= now, true);
    const auto loaded = ledger::load_lane(db, session, policy, now, 10s);
    EXPECT_EQ(loaded.value().todo, Todo::Nothing);
    EXPECT_TRUE(ledger::find_due_lanes(db, now, 10).sessions.empty());
    now -= 1s;
    EXPECT_EQ(ledger::load_lane(db, session, policy, now, 10s).value().todo, Todo::Send);
}

TEST_F(Lane, NoContextSeen_PunishesNobody) {
    owe(18);
    db.execute("UPDATE session SET context_seen_at_ms = NULL");
    EXPECT_EQ(head().todo, Todo::Nothing);
}

TEST_F(Lane, SeveralDue_ComeLongestDueFirst) {
    for (const char* id : {"s2", "s3"}) {
        rows.add_session(id);
        rows.add_token(SessionId{id}, kToken, now - 1h, false);
    }
    db.execute("UPDATE token SET verify_due_at_ms = ?1 WHERE session = 's3'", now - 2h);
    for (const char* id : {"s2", "s3"}) ledger::refresh_lane(db, SessionId{id}, now);
    const auto due = ledger::find_due_lanes(db, now, 10);
    EXPECT_EQ(due.sessions, (std::vector{SessionId{"s3"}, SessionId{"s2"}}));
    EXPECT_EQ(ledger::find_due_lanes(db, now, 1).sessions.size(), 1U);
}

}  // namespace
