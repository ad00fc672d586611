// What readings of a lock make of an unknown punishment or undo, and what is kept of it.
#include "ledger/settlements.hpp"

#include "ledger/clock_steps.hpp"
#include "ledger/decisions.hpp"
#include "ledger/due_work.hpp"
#include "ledger/readings.hpp"
#include "ledger/sessions.hpp"
#include "tests/ledger/settling_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using cadence::DeliveryState;
using engine::Begun;
using Todo = engine::LaneHead::Todo;

TEST_F(Settlements, Unknown_IsReadInTwoSecondsWithTheTokenThatLives) {
    const auto id = lose(owe(18));
    EXPECT_EQ(standing(id), "unknown no_answer");
    EXPECT_EQ(head().next_due, now + 2s);
    now += 2s;
    const auto next = head();
    EXPECT_EQ(next.todo, Todo::Settle);
    EXPECT_EQ(next.kind, cadence::DeliveryKind::Punishment);
    EXPECT_EQ(next.token.value().hash, kToken);
}

TEST_F(Settlements, WithoutAToken_NothingIsDue) {
    const auto id = lose(owe(18));
    db.execute("UPDATE token SET died_at_ms = 1, secret = NULL, death = 'expired'");
    now += 1h;
    EXPECT_EQ(head().todo, Todo::Nothing);
    EXPECT_FALSE(head().next_due);
    rows.add_token(session, std::string(64, 'b'), now);
    EXPECT_EQ(head().delivery, id);
}

TEST_F(Settlements, NobodyLaunchesInTime_IsUndecidedOnceNoReadingCouldTell) {
    const Instant baseline = now;
    const auto id = lose(owe(18));
    db.execute("UPDATE token SET died_at_ms = 1, secret = NULL, death = 'expired'");
    now = baseline + 1h - 10s - 1ms;
    auto pass = ledger::work_off(db, zones, policy, now, 10);
    EXPECT_EQ(pass.unsettled, 0);
    EXPECT_EQ(pass.next_due, now + 1ms);
    EXPECT_EQ(standing(id), "unknown no_answer");
    now += 1ms;
    pass = ledger::work_off(db, zones, policy, now, 10);
    EXPECT_EQ(pass.unsettled, 1);
    EXPECT_EQ(standing(id), "held outcome_unknown");
    EXPECT_EQ(settled_as(id), "undecided not_read_in_time");
    EXPECT_EQ(ledger::work_off(db, zones, policy, now, 10).unsettled, 0);
}

TEST_F(Settlements, LockEndsOrAPersonWaives_SaysWhyItIsNotSettled) {
    const auto waived = lose(owe(18));
    ASSERT_TRUE(ledger::waive(db, waived, "enough", now));
    EXPECT_EQ(settled_as(waived), "undecided by_person");
    const auto ended = lose(owe(19));
    ledger::end_session_rows(db, session, "by_person", now);
    EXPECT_EQ(standing(ended), "waived lock_ended");
    EXPECT_EQ(settled_as(ended), "undecided lock_ended");
}

TEST_F(Settlements, EveryFactOfAReading_IsStored) {
    const auto id = owe(18);
    auto look = lock_with(100'000);
    look.context.lock = {now, false, 100'000, 50, 300ms, 0, now - 1s};
    EXPECT_EQ(begin(id, look).begun, Begun::Started);
    const auto stored = ledger::load_unknown_attempt(db, id, 1).baseline.value();
    EXPECT_EQ(stored.at, now);
    EXPECT_EQ(stored.frozen, false);
    EXPECT_EQ(stored.time_remaining_seconds, 100'000);
    EXPECT_EQ(stored.time_locked_seconds, 50);
    EXPECT_EQ(stored.took, 300ms);
    EXPECT_EQ(stored.platform_time, now - 1s);
}

TEST_F(Settlements, SlowBaseline_MayBeAsOldAsItsQuestion) {
    const auto id = owe(18);
    auto slow = lock_with(100'000);
    slow.context.lock.took = 20s;
    EXPECT_EQ(begin(id, slow).begun, Begun::Started);
    now += 15s;
    ASSERT_TRUE(finish(id, AnswerKind::Unknown));
    const Instant lost = now;
    // It ran on for twenty seconds more than lie between the answers.
    for (const auto after : {2s, 10s, 60s}) read(id, lost + after, 99'965 - after.count());
    EXPECT_EQ(standing(id), "queued never_seen");
}

TEST_F(Settlements, EveryReading_IsKeptWithWhatItSays) {
    const auto id = lose(owe(18));
    EXPECT_EQ(read(id, now + 2s, 103'583), DeliveryState::Unknown);
    EXPECT_EQ(settled_as(id), " ");
    EXPECT_EQ(read(id, now + 8s, 103'575), DeliveryState::Applied);
    EXPECT_EQ(standing(id), "applied agreeing_reads");
    EXPECT_EQ(settled_as(id), "applied agreeing_reads");
    EXPECT_EQ(count("SELECT count(*) FROM reading WHERE role = 'settle'"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM event WHERE kind = 'delivery.read'"
                    " AND detail LIKE '%\"says\":\"for\"%'"),
              2);
    EXPECT_EQ(count("SELECT count(*) FROM event WHERE kind = 'delivery.settled'"), 1);
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "2024-06-20") << "it counts for caps";
}

TEST_F(Settlements, NeverSeen_IsQueuedAgainAndCountsForNoCap) {
    const auto id = lose(owe(18));
    never_see(id);
    EXPECT_EQ(standing(id), "queued never_seen");
    EXPECT_EQ(settled_as(id), "not_applied never_seen");
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "");
    EXPECT_EQ(head().delivery, id);
}

TEST_F(Settlements, NoOtherPunishmentStarts_UntilItIsSettled) {
    const auto other = owe(17);
    const auto id = lose(owe(18));
    EXPECT_EQ(begin(other, lock_with(100'000)).begun, Begun::Busy);
    never_see(id);
    EXPECT_EQ(begin(other, lock_with(100'000)).begun, Begun::Started);
}

TEST_F(Settlements, UnwantedOne_IsWaivedUnlessItWasApplied) {
    const auto id = lose(owe(18));
    const WindowId window{number("window", "delivery", id.value)};
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", false, now));
    never_see(id);
    EXPECT_EQ(standing(id), "waived unwanted");
}

TEST_F(Settlements, UnwantedOneThatWasApplied_IsUndoneUnderCompensate) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = lose(owe(18));
    const WindowId window{number("window", "delivery", id.value)};
    db.execute("UPDATE window SET verdict = 'met' WHERE id = ?1", window);
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", true, now));
    read(id, now + 2s, 103'583);
    read(id, now + 8s, 103'575);
    EXPECT_EQ(standing(id), "applied agreeing_reads");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo' AND undoes = 1"), 1);
}

TEST_F(Settlements, TimeThatSomebodyTookBackAlready_IsNotTakenBackOnceMore) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto undo_after = [this](unsigned day, cadence::Duration time, std::int64_t remaining) {
        const auto id = owe(day);
        EXPECT_EQ(begin(id, lock_with(100'000)).begun, Begun::Started);
        EXPECT_TRUE(finish(id, AnswerKind::Applied));
        const WindowId window{number("window", "delivery", id.value)};
        db.execute("UPDATE window SET verdict = 'met' WHERE id = ?1", window);
        const auto undo = ledger::unwant_punishment(db, window, "unwanted", true, now);
        now += time;
        const auto begun = begin(undo.value(), lock_with(remaining)).begun;
        EXPECT_TRUE(begun == Begun::Waived || finish(*undo, AnswerKind::Applied));
        now += 1s;
        return standing(*undo);
    };
    EXPECT_EQ(undo_after(15, 10min, 99'400), "waived taken_back_already");
    EXPECT_EQ(undo_after(16, 10min, 103'000), "applied");
    EXPECT_EQ(undo_after(17, 10min, 101'200), "applied")
        << "somebody took a part, or something else";
    EXPECT_EQ(undo_after(18, 2h, 92'800), "applied") << "by then nobody can tell";
}

TEST_F(Settlements, WhatWasOnlyAssumed_IsNotTakenBack) {
    db.execute(
        "UPDATE generation SET on_unknown_punishment = 'assume_applied',"
        " late_proof = 'compensate'");
    const auto id = owe(18);
    EXPECT_EQ(begin(id, found({now, {}, {}, {}})).begun, Begun::Started);
    ASSERT_TRUE(finish(id, AnswerKind::Unknown));
    EXPECT_EQ(standing(id), "applied assumed_applied");
    const WindowId window{number("window", "delivery", id.value)};
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", true, now));
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 0);
}

TEST_F(Settlements, WhatCannotBeRead_IsHeldAtOnceOrAsTheRulesSay) {
    EXPECT_EQ(begin(owe(17), found({now, {}, {}, {}})).begun, Begun::Started);
    ASSERT_TRUE(finish({1}, AnswerKind::Unknown));
    EXPECT_EQ(standing({1}), "held outcome_unknown");
    EXPECT_EQ(settled_as({1}), "undecided no_baseline");
    db.execute("UPDATE generation SET on_unknown_punishment = 'assume_applied'");
    const auto id = owe(18);
    EXPECT_EQ(begin(id, found({now, {}, {}, {}})).begun, Begun::Started);
    ASSERT_TRUE(finish(id, AnswerKind::Unknown));
    EXPECT_EQ(standing(id), "applied assumed_applied");
}

TEST_F(Settlements, SettledByAPersonMeanwhile_StaysAsTheySaid) {
    const auto id = lose(owe(18));
    ASSERT_TRUE(ledger::settle(db, id, engine::Settlement::Applied, "looked", now));
    EXPECT_EQ(settled_as(id), "applied by_person");
    EXPECT_EQ(read(id, now + 2s, 99'983), DeliveryState::Applied);
    EXPECT_EQ(count("SELECT count(*) FROM reading WHERE role = 'settle'"), 0);
}

TEST_F(Settlements, RetrysBaselineThatShowsIt_SendsNothing) {
    const auto id = lose(owe(18));
    never_see(id);
    now += 30s;
    const auto begun = begin(id, lock_with(103'495));
    EXPECT_EQ(begun.begun, Begun::Settled);
    EXPECT_EQ(standing(id), "applied seen_by_retry");
    EXPECT_EQ(settled_as(id), "applied seen_by_retry");
    EXPECT_EQ(count("SELECT count(*) FROM attempt"), 1);
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "2024-06-20");
}

TEST_F(Settlements, RetrysBaselineThatShowsNothing_IsSent) {
    const auto id = lose(owe(18));
    never_see(id);
    EXPECT_EQ(begin(id, lock_with(99'925)).begun, Begun::Started);
    EXPECT_EQ(count("SELECT count(*) FROM attempt"), 2);
}

TEST_F(Settlements, WhatTheRetryShows_CountsThoughThePlatformPunishesNow) {
    const auto id = lose(owe(18));
    never_see(id);
    now += 30s;
    auto look = lock_with(103'495);
    look.context.requirements = {engine::PlatformRequirement{}};
    look.context.requirements->front().metric = "checkin";
    look.context.requirements->front().enabled = true;
    look.context.requirements->front().punishment = {cadence::PunishmentType::AddTime, 60s, {}};
    EXPECT_EQ(begin(id, look).begun, Begun::Settled);
    EXPECT_EQ(standing(id), "applied seen_by_retry");
}

TEST_F(Settlements, RetrysBaselineThatNothingExplains_IsHeld) {
    const auto id = lose(owe(18));
    never_see(id);
    EXPECT_EQ(begin(id, lock_with(101'000)).begun, Begun::Settled);
    EXPECT_EQ(standing(id), "held outcome_unknown");
    EXPECT_EQ(settled_as(id), "undecided readings_disagree");
    EXPECT_EQ(count("SELECT count(*) FROM attempt"), 1);
}

TEST_F(Settlements, WhoLookedAndSaidItWasNotApplied_IsNotContradictedByWhatOthersDid) {
    const auto id = lose(owe(18));
    for (const auto after : {2s, 10s, 60s, 300s}) {
        read(id, now + after, 101'000);
    }
    EXPECT_EQ(standing(id), "held outcome_unknown");
    ASSERT_TRUE(ledger::settle(db, id, engine::Settlement::NotApplied, "looked", now));
    EXPECT_EQ(begin(id, lock_with(101'000)).begun, Begun::Started);
}

TEST_F(Settlements, WhatAPersonSaidWasNotApplied_IsNotSentIfTheRetryShowsIt) {
    const auto id = lose(owe(18));
    ASSERT_TRUE(ledger::settle(db, id, engine::Settlement::NotApplied, "looked", now));
    EXPECT_EQ(begin(id, lock_with(103'580)).begun, Begun::Settled);
    EXPECT_EQ(standing(id), "applied seen_by_retry");
}

TEST_F(Settlements, ClockSetBackBeforeTheRetry_ItsBaselineIsNoEvidence) {
    const auto id = lose(owe(18));
    never_see(id);
    now -= 30min;
    ledger::follow_step(db, zones, policy, -30min, now);
    now += 15min;
    EXPECT_EQ(begin(id, lock_with(98'000)).begun, Begun::Started)
        << "the lock has run on, and by our clock it has not";
}

TEST_F(Settlements, ClockSetBackInFlight_TheBaselineIsNoEvidence) {
    const auto id = owe(18);
    EXPECT_EQ(begin(id, lock_with(100'000)).begun, Begun::Started);
    now -= 30min;
    ledger::follow_step(db, zones, policy, -30min, now);
    now += 15s;
    ASSERT_TRUE(finish(id, AnswerKind::Unknown));
    EXPECT_EQ(standing(id), "held outcome_unknown");
    EXPECT_EQ(settled_as(id), "undecided clock_set_back");
}

TEST_F(Settlements, OurOwnOtherWriteMeanwhile_IsNotTakenForIt) {
    const auto id = lose(owe(18));
    never_see(id);
    const auto other = owe(17);
    EXPECT_EQ(begin(other, lock_with(99'925)).begun, Begun::Started);
    ASSERT_TRUE(finish(other, AnswerKind::Unknown));
    const Instant lost = now;
    read(other, lost + 2s, 103'523);
    EXPECT_EQ(read(other, lost + 10s, 103'515), DeliveryState::Applied);
    EXPECT_EQ(begin(id, lock_with(103'515)).begun, Begun::Started)
        << "the hour is the other one's, which was found to be applied";
}

TEST_F(Settlements, WhatTheRetryShows_CountsBeforeACapThatWouldWaiveIt) {
    const auto id = lose(owe(18));
    never_see(id);
    policy.caps.punishment_seconds_per_day = 60s;
    now += 30s;
    EXPECT_EQ(begin(id, lock_with(103'495)).begun, Begun::Settled);
    EXPECT_EQ(standing(id), "applied seen_by_retry");
    EXPECT_EQ(count("SELECT count(*) FROM reading WHERE role = 'settle'"), 4)
        << "the evidence, too";
}

TEST_F(Settlements, LostAgainAndAgain_WaitsThenIsHeld) {
    const auto id = owe(18);
    const auto other = owe(19);
    for (int attempt = 1; attempt <= 4; ++attempt) {
        lose(id, attempt);
        const Instant lost = now;
        for (const auto after : {2s, 10s, 60s}) read(id, lost + after, 99'985 - after.count());
        if (attempt == 2 || attempt == 3) {
            EXPECT_EQ(begin(id, lock_with(100'000)).begun, Begun::NotDue) << "others first";
            EXPECT_EQ(head().delivery, other);
            now += 5min;
        }
    }
    EXPECT_EQ(standing(id), "held sent_in_vain");
}

TEST_F(Settlements, LostThreeTimesUntilTheLockWouldNotShowTheFirst_IsHeld) {
    const auto id = owe(18);
    for (int attempt = 1; attempt <= 3; ++attempt) {
        lose(id, attempt);
        const Instant lost = now;
        for (const auto after : {2s, 10s, 60s}) read(id, lost + after, 99'985 - after.count());
        now += attempt == 2 ? 55min : 5min;
    }
    EXPECT_EQ(standing(id), "held sent_in_vain");
}

TEST_F(Settlements, ClockSetForward_BeginsTheMinuteAnew) {
    const auto id = lose(owe(18));
    read(id, now + 2s, 99'983);
    now += 1h;
    ledger::follow_step(db, zones, policy, 1h, now);
    EXPECT_EQ(standing(id), "unknown no_answer");
    EXPECT_EQ(head().delivery, id);
    EXPECT_EQ(count("SELECT given_up_at_ms FROM attempt"), cadence::to_ms(now));
}

TEST_F(Settlements, ClockSetBackByASecond_ChangesNothing) {
    const auto id = lose(owe(18));
    ledger::follow_step(db, zones, policy, -1s, now - 1s);
    EXPECT_EQ(standing(id), "unknown no_answer");
}

TEST_F(Settlements, ClockSetBack_GivesUp) {
    const auto id = lose(owe(18));
    ledger::follow_step(db, zones, policy, -1h, now - 1h);
    EXPECT_EQ(standing(id), "held outcome_unknown");
    EXPECT_EQ(settled_as(id), "undecided clock_set_back");
}

}  // namespace
