// What a person may decide about a delivery, and what it leaves behind.
#include "ledger/decisions.hpp"

#include "tests/ledger/ledger_fixture.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;
using engine::Settlement;

class Decisions : public OutboxTest {
  protected:
    DeliveryId make(AnswerKind kind) {
        const auto id = owe(next_day_++);
        EXPECT_EQ(begin(id).begun, engine::Begun::Started);
        EXPECT_TRUE(finish(id, kind));
        return id;
    }
    // Without a baseline nothing settles it.
    DeliveryId make_held() { return make(AnswerKind::Unknown); }
    void expect_conflict(const cadence::Result<void>& result) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, cadence::ErrorCode::Conflict);
    }

    int waive_all(const engine::BulkFilter& filter) {
        const auto found = ledger::find_to_waive(db, filter);
        return ledger::waive_each(db, found.value(), "enough", now).value();
    }
    int settle_all(const engine::BulkFilter& filter) {
        const auto found = ledger::find_to_settle(db, filter);
        return ledger::settle_each(db, found.value(), Settlement::Applied, "", now).value();
    }

  private:
    unsigned next_day_{11};
};

TEST_F(Decisions, RetryOfARejected_QueuesItNow) {
    const auto id = make(AnswerKind::Rejected);
    ASSERT_TRUE(ledger::retry(db, id, "fixed on the platform", now));
    EXPECT_EQ(standing(id), "queued retried_by_person: fixed on the platform");
    EXPECT_EQ(head().delivery, id);
}

TEST_F(Decisions, RetryOfOneThatBacksOff_IsDueNow) {
    const auto id = make(AnswerKind::HostFault);
    ASSERT_TRUE(ledger::retry(db, id, "", now));
    EXPECT_EQ(head().delivery, id);
}

TEST_F(Decisions, RetryOfAppliedHeldOrUnknown_IsAConflict) {
    expect_conflict(ledger::retry(db, make(AnswerKind::Applied), "", now));
    expect_conflict(ledger::retry(db, make_held(), "", now));
    expect_conflict(ledger::retry(db, make(AnswerKind::Unknown), "", now));
}

TEST_F(Decisions, RetryOfRejectedProgress_TakesInWhatCameMeanwhile) {
    const auto window = rows.add_window(check_in, 20, std::nullopt);
    const auto first = carry(window, 2);
    ASSERT_EQ(begin(first).begun, engine::Begun::Started);
    ASSERT_TRUE(finish(first, AnswerKind::Rejected));
    const auto second = carry(window, 3);
    ASSERT_TRUE(ledger::retry(db, first, "", now));
    EXPECT_EQ(number("amount", "delivery", first.value), 5);
    EXPECT_EQ(standing(second), "waived merged");
}

TEST_F(Decisions, UnknownDelivery_IsNotFound) {
    EXPECT_EQ(ledger::waive(db, {99}, "", now).error().code, cadence::ErrorCode::NotFound);
}

TEST_F(Decisions, Waive_KeepsThePersonsReason) {
    const auto id = owe(20);
    ASSERT_TRUE(ledger::waive(db, id, R"(said "no", twice)", now));
    EXPECT_EQ(standing(id), R"(waived by_person: said "no", twice)");
    EXPECT_EQ(count("SELECT count(*) FROM event WHERE kind = 'delivery.waived'"
                    " AND json_extract(detail, '$.byPerson') = 'said \"no\", twice'"),
              1);
    expect_conflict(ledger::waive(db, id, "", now));
}

TEST_F(Decisions, LongReason_IsShortInTheRowAndWholeInTheTrail) {
    std::string reason;
    for (int i = 0; i < 100; ++i) reason += "ü";
    const auto id = owe(20);
    ASSERT_TRUE(ledger::waive(db, id, reason, now));
    EXPECT_EQ(text("length(reason)", "delivery", id.value), "71");
    EXPECT_EQ(count("SELECT length(json_extract(detail, '$.byPerson')) FROM event"
                    " WHERE kind = 'delivery.waived'"),
              100);
}

TEST_F(Decisions, SettleApplied_IsApplied) {
    const auto id = make_held();
    ASSERT_TRUE(ledger::settle(db, id, Settlement::Applied, "seen in the log", now));
    EXPECT_EQ(standing(id), "applied settled_by_person: seen in the log");
}

TEST_F(Decisions, SettleNotApplied_QueuesItAgainAndFreesTheDaysCap) {
    const auto id = make(AnswerKind::Unknown);
    ASSERT_TRUE(ledger::settle(db, id, Settlement::NotApplied, "", now));
    EXPECT_EQ(standing(id), "queued settled_by_person");
    EXPECT_EQ(text("sent_local_date", "delivery", id.value), "");
    EXPECT_EQ(begin(id).begun, engine::Begun::Started);
}

TEST_F(Decisions, SettleNotAppliedOfAnUnwanted_WaivesIt) {
    const auto id = make(AnswerKind::Unknown);
    db.execute("UPDATE delivery SET wanted = 0");
    ASSERT_TRUE(ledger::settle(db, id, Settlement::NotApplied, "", now));
    EXPECT_EQ(standing(id), "waived unwanted");
}

TEST_F(Decisions, SettleOfAnythingElse_IsAConflict) {
    expect_conflict(ledger::settle(db, owe(20), Settlement::Applied, "", now));
}

TEST_F(Decisions, BulkWaive_SkipsWhatIsFinal) {
    make(AnswerKind::Applied);
    make(AnswerKind::Rejected);
    owe(19);
    engine::BulkFilter filter;
    filter.session = session;
    EXPECT_EQ(waive_all(filter), 2);
    EXPECT_EQ(waive_all(filter), 0);
}

TEST_F(Decisions, BulkSettle_ChangesTheFilteredOnly) {
    make_held();
    carry(rows.add_window(check_in, 20, std::nullopt));
    engine::BulkFilter filter;
    filter.kind = cadence::DeliveryKind::Progress;
    EXPECT_EQ(settle_all(filter), 0);
    filter = {};
    filter.state = cadence::DeliveryState::Held;
    EXPECT_EQ(settle_all(filter), 1);
}

class BulkDecisions : public ledger_test::LedgerTest {
  protected:
    // Four weeks of misses each.
    void enrol(const std::string& id) {
        auto requirement = daily();
        requirement.active_from = now - 28 * 24h;
        requirement.punish_past = true;
        requirement.rules.first_window = cadence::FirstWindow::Strict;
        must_put(LedgerTest::session({requirement}, id));
    }
    template <class T>
    void begin(boost::asio::awaitable<cadence::Result<T>> task, const std::string& name) {
        boost::asio::co_spawn(loop, std::move(task),
                              [this, name](const std::exception_ptr&, cadence::Result<T> done) {
                                  ended.push_back(name + (done ? "" : " in vain"));
                              });
    }
    std::vector<std::string> ended;
};

TEST_F(BulkDecisions, OfHundreds_LetAPauseComeBetween) {
    for (int i = 0; i < 9; ++i) enrol("lock-" + std::to_string(i));
    now += 1h;
    must_work_off();
    const auto waiting = number("SELECT count(*) FROM delivery WHERE state = 'waiting'");
    ASSERT_GT(waiting, 200);
    engine::BulkFilter filter;
    filter.kind = cadence::DeliveryKind::Punishment;
    begin(outbox->waive_all(filter, "enough", now), "waived");
    begin(intake->pause_all("stop", now), "paused");
    loop.restart();
    loop.run();
    EXPECT_EQ(ended, (std::vector<std::string>{"paused", "waived"}));
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE state = 'waived'"), waiting);
}

TEST_F(Decisions, EmptyFilter_IsRefused) {
    const auto changed = ledger::find_to_waive(db, {});
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, cadence::ErrorCode::InvalidArgument);
    EXPECT_EQ(changed.error().field, "filter");
}

}  // namespace
