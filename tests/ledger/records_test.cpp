// Questions: asked through the port of a reader of its own, answered from the last commit.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include "ledger/record_lists.hpp"
#include "ledger/record_status.hpp"
#include "ledger/sqlite_records.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::AnswerKind;

class Records : public OutboxTest {
  protected:
    Records()
        : reader_(ledger::Database::open(directory.file(), ledger::Access::Reader).value(),
                  thread_.get_executor(), [](const cadence::Error&) {}),
          records_(reader_) {}
    ~Records() override { thread_.join(); }

    template <class T>
    cadence::Result<T> ask(boost::asio::awaitable<cadence::Result<T>> question) {
        boost::asio::io_context loop;
        auto answer = boost::asio::co_spawn(loop, std::move(question), boost::asio::use_future);
        loop.run();
        return answer.get();
    }
    engine::LedgerStatus status() { return ask(records_.load_status(policy, now)).value(); }
    // The metric and the day of every window of the list, page by page.
    std::vector<std::string> walk(engine::WindowQuery query) {
        std::vector<std::string> found;
        for (int pages = 0; pages < 100; ++pages) {
            const auto page = ask(records_.list_windows(query)).value();
            for (const auto& window : page.items) {
                found.push_back(window.metric + " " + ledger::to_text(window.local_start));
            }
            if (!page.next_cursor) return found;
            EXPECT_EQ(page.items.size(), static_cast<std::size_t>(query.limit));
            query.cursor = page.next_cursor;
        }
        ADD_FAILURE() << "the pages never end";
        return found;
    }
    engine::WindowQuery all_windows() {
        engine::WindowQuery query;
        query.session = session;
        return query;
    }
    std::string plan(const std::string& sql) {
        auto row = db.query("EXPLAIN QUERY PLAN " + sql);
        std::string text;
        while (row.step()) text += row.text(3) + "\n";
        return text;
    }

  private:
    boost::asio::thread_pool thread_{1};
    ledger::Reader reader_;

  protected:
    ledger::SqliteRecords records_;
};

TEST_F(Records, Status_CountsWhatIsStored) {
    const auto applied = owe(17);
    ASSERT_EQ(begin(applied).begun, engine::Begun::Started);
    ASSERT_TRUE(finish(applied, AnswerKind::Applied));
    carry(rows.add_window(check_in, 20, std::nullopt));
    const auto found = status();
    EXPECT_EQ(found.sessions.at("active"), 1);
    EXPECT_EQ(found.windows.at("missed"), 1);
    EXPECT_EQ(found.windows.at("open"), 1);
    EXPECT_EQ(found.deliveries.at("applied"), 1);
    EXPECT_EQ(found.deliveries.at("queued"), 1);
    EXPECT_EQ(found.proofs.at("pending"), 1);
    EXPECT_EQ(found.tokens_valid, 1);
    EXPECT_EQ(found.next_token_expiry, now + 9h);
    EXPECT_EQ(found.next_window_close, samples::utc(2024, 6, 21));
    EXPECT_FALSE(found.oldest_waiting_at);
    EXPECT_FALSE(found.paused);
    EXPECT_EQ(found.schema_version, static_cast<int>(ledger::embedded_migrations().size()));
    EXPECT_EQ(found.database_path, directory.file());
    EXPECT_GT(found.database_bytes, 4096);
}

TEST_F(Records, StatusOfPausesAndTokens_CountsLockSessionsNotRows) {
    rows.add_token(session, std::string(64, 'b'), now - 2h);
    db.execute("INSERT INTO pause VALUES (1, 's1', ?1, ?2, '')", now - 1h, now + 1h);
    db.execute("INSERT INTO pause VALUES (2, 's1', ?1, ?2, '')", now - 1min, now + 2h);
    db.execute("INSERT INTO brake VALUES (1, 1, 'holiday')");
    db.execute(
        "INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal,"
        " state, write, created_at_ms, updated_at_ms) VALUES ('s1', ?1, ?2, 0, 'punishment',"
        " 1, 'waiting', 'add_time', 42, 42)",
        check_in, rows.add_window(check_in, 18));
    const auto found = status();
    EXPECT_EQ(found.sessions_paused, 1);
    EXPECT_EQ(found.tokens_valid, 1);
    EXPECT_EQ(found.next_token_expiry, now + 8h);
    EXPECT_TRUE(found.paused);
    EXPECT_EQ(found.pause_reason, "holiday");
    EXPECT_EQ(found.oldest_waiting_at, cadence::from_ms(42));
    now += 10h;
    EXPECT_EQ(status().tokens_valid, 0);
    EXPECT_FALSE(status().next_token_expiry);
}

TEST_F(Records, StatusOfTokensAndPauses_FollowsWhatBecomesOfThem) {
    const std::string second(64, 'b');
    rows.add_token(session, second, now - 2h);
    const auto set_aside = [this](const std::string& hash, std::optional<Instant> until) {
        db.execute("UPDATE token SET set_aside_until_ms = ?2 WHERE hash = ?1", hash, until);
    };
    set_aside(second, now + 1min);
    EXPECT_EQ(status().tokens_valid, 1) << "there is another";
    set_aside(kToken, now + 1min);
    EXPECT_EQ(status().tokens_valid, 0);
    EXPECT_FALSE(status().next_token_expiry);
    set_aside(second, std::nullopt);
    EXPECT_EQ(status().tokens_valid, 1);
    db.execute("UPDATE token SET died_at_ms = 1, death = 'refused', secret = NULL");
    EXPECT_EQ(status().tokens_valid, 0);

    db.execute("INSERT INTO pause VALUES (1, 's1', ?1, ?2, '')", now - 1h, now + 100h);
    EXPECT_EQ(status().sessions_paused, 1);
    now += 99h;
    EXPECT_EQ(status().sessions_paused, 1) << "it ends today";
    now += 1h;
    EXPECT_EQ(status().sessions_paused, 0);
    now -= 50h;
    db.execute("UPDATE session SET state = 'ended', ended_at_ms = 1");
    EXPECT_EQ(status().sessions_paused, 0);
    db.execute("UPDATE session SET state = 'active', ended_at_ms = NULL");
    EXPECT_EQ(status().sessions_paused, 1);
    db.execute("UPDATE pause SET until_at_ms = ?1", now);
    EXPECT_EQ(status().sessions_paused, 0);
}

TEST_F(Records, StatusPlans_NeverScanWhatGrows) {
    for (const char* sql : {ledger::status_sql::kPaused, ledger::status_sql::kTokensEnding,
                            ledger::status_sql::kNextExpiry, ledger::status_sql::kOldestWaiting,
                            ledger::status_sql::kNextClose}) {
        const std::string steps = plan(sql);
        EXPECT_NE(steps.find("INDEX"), std::string::npos) << sql << "\n" << steps;
        const bool min_of_an_index = sql == ledger::status_sql::kOldestWaiting;
        const std::size_t scan = steps.find("SCAN");
        const bool of_nothing = scan == steps.find("SCAN CONSTANT ROW");
        EXPECT_TRUE(min_of_an_index || of_nothing || scan == std::string::npos) << sql << "\n"
                                                                                << steps;
    }
    EXPECT_NE(plan(ledger::status_sql::kOldestWaiting).find("delivery_oldest_waiting"),
              std::string::npos);
}

TEST_F(Records, DueWorkPlans_UseTheirIndexes) {
    EXPECT_NE(plan("SELECT id FROM session WHERE lane_due_at_ms <= 1 ORDER BY lane_due_at_ms"
                   " LIMIT 10")
                  .find("session_lane_due"),
              std::string::npos);
    EXPECT_NE(plan("SELECT sum(seconds) FROM delivery WHERE session = 's' AND sent_local_date ="
                   " 'd' AND kind = 'punishment'")
                  .find("delivery_sent_on"),
              std::string::npos);
    EXPECT_NE(plan("SELECT id FROM delivery WHERE requirement = 1 AND kind = 'punishment' AND state"
                   " IN ('waiting', 'queued') AND window_start_ms >= 1")
                  .find("delivery_requirement_unsent"),
              std::string::npos);
}

TEST_F(Records, Windows_AreWalkedOldestFirstWhateverThePage) {
    const auto photo = rows.add_requirement(session, "photo", make_rules());
    std::vector<std::string> expected;
    for (unsigned day = 11; day <= 20; ++day) {
        rows.add_window(photo, day);
        rows.add_window(check_in, day);
        const std::string date = ledger::to_text(samples::day(2024, 6, day));
        expected.push_back("check_in " + date);
        expected.push_back("photo " + date);
    }
    for (const int limit : {1, 2, 3, 7, 19, 20, 100}) {
        auto query = all_windows();
        query.limit = limit;
        EXPECT_EQ(walk(query), expected) << "limit " << limit;
    }
}

TEST_F(Records, WindowRange_HasWhatIntersectsIt) {
    for (unsigned day = 11; day <= 20; ++day) rows.add_window(check_in, day);
    auto query = all_windows();
    query.from = samples::utc(2024, 6, 12);
    query.to = samples::utc(2024, 6, 14);
    EXPECT_EQ(walk(query),
              (std::vector<std::string>{"check_in 2024-06-12", "check_in 2024-06-13"}));
    query.from = samples::utc(2024, 6, 12, -1ms);
    query.to = samples::utc(2024, 6, 14, 1ms);
    EXPECT_EQ(walk(query).size(), 4U);
    query.metric = "unheard_of";
    EXPECT_TRUE(walk(query).empty());
}

TEST_F(Records, ListOfAnUnknownSession_IsNotFound) {
    auto query = all_windows();
    query.session = SessionId{"nobody"};
    EXPECT_EQ(ask(records_.list_windows(query)).error().code, cadence::ErrorCode::NotFound);
}

TEST_F(Records, CursorThatIsNotOurs_IsRefusedByName) {
    auto query = all_windows();
    for (const char* cursor : {"", "x", "zz", "00", "77696e646f7773", "64656c697665726965730a31"}) {
        query.cursor = cursor;
        const auto page = ask(records_.list_windows(query));
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().field, "cursor");
    }
    EXPECT_EQ(ask(records_.list_sessions(10, "??", policy, now)).error().field, "cursor");
}

TEST_F(Records, Deliveries_AreFilteredAndPaged) {
    for (unsigned day = 11; day <= 15; ++day) owe(day);
    ASSERT_EQ(begin({1}).begun, engine::Begun::Started);
    engine::DeliveryQuery query;
    query.limit = 2;
    query.state = cadence::DeliveryState::Queued;
    std::vector<std::int64_t> found;
    do {
        const auto page = ask(records_.list_deliveries(query)).value();
        for (const auto& delivery : page.items) found.push_back(delivery.id.value);
        query.cursor = page.next_cursor;
    } while (query.cursor);
    EXPECT_EQ(found, (std::vector<std::int64_t>{2, 3, 4, 5}));
    query.session = session;
    query.limit = 100;
    EXPECT_EQ(ask(records_.list_deliveries(query)).value().items.size(), 4U);
    query.session = SessionId{"nobody"};
    EXPECT_TRUE(ask(records_.list_deliveries(query)).value().items.empty());
    const auto in_flight = ask(records_.load_delivery({1})).value();
    ASSERT_EQ(in_flight.attempts.size(), 1U);
    EXPECT_EQ(in_flight.attempts.front().outcome, "inFlight");
    EXPECT_FALSE(ask(records_.load_delivery({99})));
}

TEST_F(Records, WindowExplained_SaysWhyEachProofCounted) {
    const auto window = rows.add_window(check_in, 19);
    const auto id = ledger::carry_proof(db, home(window), "check_in", 1, now);
    const Instant end = samples::utc(2024, 6, 20);
    rows.add_proof("a", check_in, window, id, end - 3h, end - 1ms);
    rows.add_proof("b", check_in, window, id, end - 2h, end + 1min);
    rows.add_proof("c", check_in, window, id, end - 1h, end + 1h);
    const auto explained = ask(records_.explain_window(window)).value();
    ASSERT_EQ(explained.proofs.size(), 3U);
    EXPECT_EQ(explained.proofs[0].reason, "in_time");
    EXPECT_EQ(explained.proofs[1].reason, "in_grace");
    EXPECT_EQ(explained.proofs[2].reason, "late");
    EXPECT_EQ(explained.proofs[2].delivery, id);
    EXPECT_EQ(explained.rules, make_rules());
    EXPECT_EQ(explained.window.verdict.value().kind, cadence::VerdictKind::Missed);
    EXPECT_EQ(explained.deliveries.size(), 1U);
    EXPECT_EQ(ask(records_.explain_window({99})).error().code, cadence::ErrorCode::NotFound);
}

TEST_F(Records, Session_ShowsZoneTokenPauseAndItsOpenWindow) {
    rows.add_window(check_in, 19);
    const auto open = rows.add_window(check_in, 20, std::nullopt);
    db.execute("INSERT INTO pause VALUES (1, 's1', ?1, ?2, 'away')", now, now + 1h);
    const auto found = ask(records_.load_session(session, policy, now)).value();
    EXPECT_EQ(found.timezone, "Europe/Berlin");
    EXPECT_EQ(found.timezone_source, "operator");
    EXPECT_EQ(found.paused_until, now + 1h);
    EXPECT_EQ(found.pause_reason, "away");
    EXPECT_EQ(found.token_expires_at, now + 9h);
    ASSERT_EQ(found.requirements.size(), 1U);
    EXPECT_EQ(found.requirements.front().rules, make_rules());
    EXPECT_EQ(found.requirements.front().open.value().id, open);
    EXPECT_FALSE(ask(records_.load_session(SessionId{"nobody"}, policy, now)));
}

TEST_F(Records, Sessions_ArePagedById) {
    for (const char* id : {"s4", "s2", "s3"}) rows.add_session(id);
    const auto first = ask(records_.list_sessions(3, {}, policy, now)).value();
    ASSERT_EQ(first.items.size(), 3U);
    EXPECT_EQ(first.items.back().id.value, "s3");
    const auto last = ask(records_.list_sessions(3, first.next_cursor, policy, now)).value();
    ASSERT_EQ(last.items.size(), 1U);
    EXPECT_EQ(last.items.front().id.value, "s4");
    EXPECT_FALSE(last.next_cursor);
}

TEST_F(Records, UncommittedWork_IsNotSeen) {
    db.execute("BEGIN IMMEDIATE");
    owe(18);
    EXPECT_EQ(status().deliveries.at("queued"), 0);
    db.execute("COMMIT");
    EXPECT_EQ(status().deliveries.at("queued"), 1);
}

}  // namespace
