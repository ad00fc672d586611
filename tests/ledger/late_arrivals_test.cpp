// A punishment that was sent again, and applied twice after all.
#include "ledger/late_arrivals.hpp"

#include "ledger/decisions.hpp"
#include "ledger/undo.hpp"
#include "tests/ledger/settling_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using cadence::DeliveryState;
using engine::Begun;
using Todo = engine::LaneHead::Todo;

class LateArrival : public Settlements {
  protected:
    // Lost, never seen, sent again and applied.
    DeliveryId resend(unsigned day = 18) {
        const auto id = lose(owe(day));
        never_see(id);
        EXPECT_EQ(begin(id, lock_with(99'925)).begun, Begun::Started);
        EXPECT_TRUE(finish(id, AnswerKind::Applied, 2));
        return id;
    }
    // Lost, never seen, sent again, and the same once more: the third try is due.
    DeliveryId lose_twice() {
        const auto id = lose(owe(18));
        never_see(id);
        lose(id, 2);
        never_see(id);
        now += 5min;
        return id;
    }
    // Lost, and not deserved any more while nobody knows what became of it.
    DeliveryId lose_undeserved(unsigned day) {
        const auto id = lose(owe(day));
        const WindowId window{number("window", "delivery", id.value)};
        db.execute("UPDATE window SET verdict = 'met' WHERE id = ?1", window);
        EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", true, now));
        return id;
    }
    std::vector<DeliveryId> look(std::int64_t remaining) {
        now += 60s;
        return ledger::note_late(db, session, {now, {}, remaining, {}}, now);
    }
};

TEST_F(LateArrival, SeenTwice_IsMarkedAndTakenBackOnce) {
    const auto id = resend();
    EXPECT_EQ(look(107'065), std::vector{id});
    EXPECT_EQ(standing(id), "applied doubled");
    EXPECT_EQ(settled_as(id), "applied doubled");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo' AND undoes = 1"
                    " AND write = 'remove_time' AND seconds = 3600"),
              1);
    EXPECT_TRUE(look(107'005).empty());
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
}

TEST_F(LateArrival, LockIsReadForItAMinuteLaterAndAgain) {
    resend();
    EXPECT_EQ(head().next_due, now + 1min);
    now += 1min;
    EXPECT_EQ(head().todo, Todo::Verify);
    now -= 1min;
    look(103'465);
    EXPECT_EQ(head().next_due, now + 4min);
}

TEST_F(LateArrival, ThreeTimes_TwoAreTakenBack) {
    const auto id = lose_twice();
    EXPECT_EQ(begin(id, lock_with(99'700)).begun, Begun::Started);
    EXPECT_TRUE(finish(id, AnswerKind::Applied, 3));
    EXPECT_EQ(look(110'440), std::vector{id});
    EXPECT_EQ(count("SELECT seconds FROM delivery WHERE kind = 'undo'"), 7200);
}

TEST_F(LateArrival, FirstArrivesWhileTheSecondIsUnknown_IsAppliedThenTakenBack) {
    const auto id = lose(owe(18));
    never_see(id);
    lose(id, 2);
    const Instant lost = now;
    read(id, lost + 2s, 107'180);
    EXPECT_EQ(read(id, lost + 10s, 107'172), DeliveryState::Applied);
    EXPECT_EQ(look(107'112), std::vector{id});
}

TEST_F(LateArrival, SeenOnce_IsAsItShouldBe) {
    resend();
    EXPECT_TRUE(look(103'465).empty());
    EXPECT_TRUE(look(0).empty());
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 0);
}

TEST_F(LateArrival, AfterAQuarterOfAnHour_OnlyTheFirstLookCounts) {
    const auto id = resend();
    now += 20min;
    EXPECT_EQ(look(107'065 - 1200), std::vector{id}) << "no token lived meanwhile";
    const auto other = resend(19);
    look(103'465);
    now += 20min;
    EXPECT_TRUE(look(103'465 - 1260).empty());
    EXPECT_TRUE(look(107'065 - 1320).empty());
    EXPECT_EQ(standing(other), "applied");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE watch_until_ms IS NOT NULL"), 0);
}

TEST_F(LateArrival, SeenByTheThirdTry_IsTakenBackAtOnce) {
    const auto id = lose_twice();
    const auto begun = begin(id, lock_with(106'900));
    EXPECT_EQ(begun.begun, Begun::Settled);
    EXPECT_EQ(begun.recorded.doubled, std::vector{id});
    EXPECT_EQ(standing(id), "applied doubled");
    EXPECT_EQ(count("SELECT count(*) FROM attempt"), 2);
}

TEST_F(LateArrival, SecondArrivesAfterTheThirdTryHasShownTheFirst) {
    const auto id = lose_twice();
    EXPECT_EQ(begin(id, lock_with(103'300)).begun, Begun::Settled);
    EXPECT_EQ(standing(id), "applied seen_by_retry");
    EXPECT_EQ(look(106'840), std::vector{id});
}

TEST_F(LateArrival, TwoWaitForTheSameSeconds_OneIsTakenBack) {
    resend();
    now += 1s;
    const auto other = owe(19);
    EXPECT_EQ(begin(other, lock_with(103'524)).begun, Begun::Started);
    now += 15s;
    ASSERT_TRUE(finish(other, AnswerKind::Unknown));
    const Instant lost = now;
    for (const auto after : {2s, 10s, 60s}) read(other, lost + after, 103'509 - after.count());
    EXPECT_EQ(begin(other, lock_with(103'449)).begun, Begun::Started);
    ASSERT_TRUE(finish(other, AnswerKind::Applied, 2));
    EXPECT_EQ(look(110'589).size(), 1U);
    EXPECT_TRUE(look(110'529).empty()) << "the same hour too much is nobody else's";
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE watch_until_ms IS NOT NULL"), 0);
}

TEST_F(LateArrival, OurOwnOtherWrites_AreNoSecondOne) {
    resend();
    now += 1s;
    const auto other = owe(19);
    EXPECT_EQ(begin(other, lock_with(103'524)).begun, Begun::Started);
    ASSERT_TRUE(finish(other, AnswerKind::Applied));
    EXPECT_TRUE(look(107'064).empty());
    EXPECT_EQ(look(110'604).size(), 1U) << "three hours of two deliveries";
}

TEST_F(LateArrival, OtherOneOfUnknownOutcome_MayBeTheSecondHour) {
    resend();
    now += 1s;
    const auto other = owe(19);
    EXPECT_EQ(begin(other, lock_with(103'524)).begun, Begun::Started);
    ASSERT_TRUE(finish(other, AnswerKind::Unknown));
    EXPECT_TRUE(look(107'064).empty());
    ASSERT_TRUE(ledger::waive(db, other, "", now));
    EXPECT_TRUE(look(107'004).empty()) << "it may have happened all the same";
}

TEST_F(LateArrival, UndeservedToo_IsTakenBackTwice) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = resend();
    look(107'065);
    EXPECT_TRUE(ledger::owe_undo(db, id, now));
    EXPECT_FALSE(ledger::owe_undo(db, id, now));
    EXPECT_FALSE(ledger::owe_undo_of_doubled(db, id, 1, now));
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo' AND undoes = 1"), 2);
}

TEST_F(LateArrival, UndeservedOneThatArrivesLate_IsTakenBackUnderCompensate) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = lose_undeserved(18);
    never_see(id);
    EXPECT_EQ(standing(id), "waived unwanted");
    EXPECT_TRUE(look(103'465).empty()) << "it was applied once";
    EXPECT_EQ(standing(id), "applied arrived_late");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo' AND seconds = 3600"), 1);
    EXPECT_TRUE(look(103'405).empty());
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
}

TEST_F(LateArrival, UndeservedOneThatNeverArrives_StaysWaived) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = lose_undeserved(18);
    never_see(id);
    EXPECT_TRUE(look(99'865).empty());
    EXPECT_EQ(standing(id), "waived unwanted");
}

TEST_F(LateArrival, UndeservedOneThatAPersonSettlesOrWaives_IsTakenBackIfItArrives) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto settled = lose_undeserved(18);
    ASSERT_TRUE(ledger::settle(db, settled, engine::Settlement::NotApplied, "looked", now));
    EXPECT_EQ(standing(settled), "waived unwanted");
    look(103'525);
    EXPECT_EQ(standing(settled), "applied arrived_late");
    const auto waived = lose_undeserved(19);
    ASSERT_TRUE(ledger::waive(db, waived, "enough", now));
    EXPECT_EQ(standing(waived), "waived by_person: enough");
    look(103'525);
    EXPECT_EQ(standing(waived), "applied arrived_late");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 2);
}

TEST_F(LateArrival, FirstArrivesWhileNobodyKnowsOfTheSecond_IsTakenBack) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = lose(owe(18));
    never_see(id);
    lose(id, 2);
    const WindowId window{number("window", "delivery", id.value)};
    db.execute("UPDATE window SET verdict = 'met' WHERE id = ?1", window);
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", true, now));
    ASSERT_TRUE(ledger::waive(db, id, "enough", now));
    look(103'450);
    EXPECT_EQ(standing(id), "applied arrived_late");
    EXPECT_EQ(settled_as(id, 2), "undecided by_person");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
}

TEST_F(LateArrival, UnwantedWhileItWaitsForItsRetry_IsTakenBackIfItArrives) {
    db.execute("UPDATE generation SET late_proof = 'compensate'");
    const auto id = lose(owe(18));
    const WindowId window{number("window", "delivery", id.value)};
    never_see(id);
    EXPECT_EQ(standing(id), "queued never_seen");
    db.execute("UPDATE window SET verdict = 'met' WHERE id = ?1", window);
    EXPECT_FALSE(ledger::unwant_punishment(db, window, "unwanted", true, now));
    EXPECT_EQ(standing(id), "waived unwanted");
    EXPECT_TRUE(look(103'465).empty());
    EXPECT_EQ(standing(id), "applied arrived_late");
    EXPECT_EQ(count("SELECT count(*) FROM delivery WHERE kind = 'undo'"), 1);
}

}  // namespace
