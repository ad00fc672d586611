// What the ledger says is to be warned of, from a real file; and a file of version 1 that becomes
// one of today's.
#include "ledger/trouble.hpp"

#include "ledger/store.hpp"
#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

class TroubleTest : public LedgerTest {
  protected:
    engine::LedgerTrouble trouble() {
        const auto found = run(docket->find_trouble(policy, now));
        EXPECT_TRUE(found) << found.error().detail;
        return found.value_or(engine::LedgerTrouble{});
    }
    void enrol(const std::string& id = "lock-1") { must_put(session({daily()}, id)); }
    void must_launch(const std::string& token, const std::string& id = "lock-1") {
        ASSERT_TRUE(launch(token, id));
        must_see_context(token, {}, id);
    }
    // The next write is sent and applied.
    void carry_next() {
        const auto head = run(outbox->load_lane({"lock-1"}, policy, now, 0s));
        ASSERT_TRUE(head && head->token);
        const engine::BeginAttempt begin{head->delivery, head->token->hash, std::nullopt};
        const auto begun = run(outbox->begin_attempt(begin, policy, now));
        ASSERT_TRUE(begun && begun->begun == engine::Begun::Started);
        cadence::Answer answer;
        answer.kind = cadence::AnswerKind::Applied;
        const auto done = run(
            outbox->finish_attempt(head->delivery, begun->number, answer, 0.5, {policy, 0s}, now));
        ASSERT_TRUE(done) << done.error().detail;
    }
    void in_state(const std::string& state) {
        tamper("UPDATE delivery SET state = '" + state +
               "', updated_at_ms = " + std::to_string(cadence::to_ms(now)));
    }
};

TEST_F(TroubleTest, FreshLedger_HasNone) {
    enrol();
    const auto found = trouble();
    EXPECT_FALSE(found.waiting || found.dying || found.held || found.braked_since);
}

TEST_F(TroubleTest, Waiting_CountsLockSessionsDeliveriesAndProofs) {
    enrol("lock-1");
    enrol("lock-2");
    const Instant first = now;
    proof("p1", {}, 1, "check_in", "lock-2");
    now += 1h;
    proof("p2", {}, 1, "check_in", "lock-2");
    proof("p3", {}, 1, "check_in", "lock-1");
    const auto found = trouble().waiting;
    ASSERT_TRUE(found);
    EXPECT_EQ(found->since, first);
    EXPECT_EQ(found->session.value, "lock-2");
    EXPECT_EQ(found->sessions, 2);
    EXPECT_EQ(found->deliveries, 2);
    EXPECT_EQ(found->proofs, 3);

    must_launch("token", "lock-2");
    const auto rest = trouble().waiting;
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->since, first + 1h);
    EXPECT_EQ(rest->session.value, "lock-1");
    EXPECT_EQ(rest->sessions, 1);
    EXPECT_EQ(rest->proofs, 1);
    must_launch("token-1", "lock-1");
    EXPECT_FALSE(trouble().waiting);
    EXPECT_EQ(number("SELECT sum(value) FROM counter WHERE name LIKE 'waiting.%'"), 0);
}

TEST_F(TroubleTest, TokenThatDies_BeginsTheWaitAnew) {
    enrol();
    must_launch("token");
    proof("p1");
    EXPECT_FALSE(trouble().waiting);
    live_until(now + 11h);
    must_work_off();
    ASSERT_TRUE(trouble().waiting);
    EXPECT_EQ(trouble().waiting->since, now);
}

TEST_F(TroubleTest, EndedLockSession_WaitsForNothing) {
    enrol();
    proof("p1");
    ASSERT_TRUE(trouble().waiting);
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "done", now)));
    EXPECT_FALSE(trouble().waiting);
}

TEST_F(TroubleTest, SessionRecord_SaysWhatWaits) {
    enrol();
    const Instant first = now;
    EXPECT_FALSE(run(records->load_session({"lock-1"}, policy, now))->waiting);
    proof("p1");
    now += 1min;
    proof("p2");
    const auto record = run(records->load_session({"lock-1"}, policy, now));
    ASSERT_TRUE(record && record->waiting);
    EXPECT_EQ(record->waiting->since, first);
    EXPECT_EQ(record->waiting->deliveries, 1);
    EXPECT_EQ(record->waiting->proofs, 2);
}

TEST_F(TroubleTest, DyingToken_IsOneWithWorkThatLies) {
    enrol("lock-1");
    enrol("lock-2");
    must_launch("token-1", "lock-1");
    must_launch("token-2", "lock-2");
    const Instant end = now + 10h - policy.token_margin;
    proof("p1", {}, 1, "check_in", "lock-1");
    now = end - 31min;
    EXPECT_FALSE(trouble().dying) << "there is time yet";
    now = end - 20min;
    const auto found = trouble().dying;
    ASSERT_TRUE(found);
    EXPECT_EQ(found->since, end - 30min);
    EXPECT_EQ(found->ends_at, end);
    EXPECT_EQ(found->session.value, "lock-1");
    EXPECT_EQ(found->sessions, 1);
    now = end;
    EXPECT_FALSE(trouble().dying) << "too late: it waits now";
}

TEST_F(TroubleTest, DyingToken_IsNotWarnedOfWhileItsWorkIsNew) {
    enrol();
    must_launch("token");
    now += 10h - policy.token_margin - 10min;
    proof("p1");
    EXPECT_FALSE(trouble().dying);
    now += 1min;
    ASSERT_TRUE(trouble().dying);
    EXPECT_EQ(trouble().dying->since, now);
}

TEST_F(TroubleTest, NewerToken_TakesTheOlderOnesPlace) {
    enrol();
    must_launch("token");
    proof("p1");
    now += 9h + 50min;
    ASSERT_TRUE(trouble().dying);
    must_launch("token-2");
    EXPECT_FALSE(trouble().dying);
}

TEST_F(TroubleTest, DyingToken_OfAnEndedLockSessionIsNoMatter) {
    enrol();
    must_launch("token");
    proof("p1");
    now += 9h + 50min;
    ASSERT_TRUE(trouble().dying);
    ASSERT_TRUE(run(intake->end_session({"lock-1"}, "done", now)));
    EXPECT_FALSE(trouble().dying);
    EXPECT_EQ(number("SELECT count(*) FROM session WHERE work_ends_at_ms IS NOT NULL"
                     " OR work_since_ms IS NOT NULL"),
              0);
}

TEST_F(TroubleTest, DyingToken_IsNotWarnedOfWhileItsWorkMoves) {
    must_put(session({daily(), daily("steps")}));
    must_launch("token");
    proof("p1");
    proof("p2", {}, 1, "steps");  // there is always a next one
    now += 9h + 50min;
    ASSERT_TRUE(trouble().dying);
    carry_next();
    EXPECT_FALSE(trouble().dying) << "it has just moved";
    EXPECT_EQ(number("SELECT count(*) FROM delivery WHERE state IN ('queued', 'inFlight')"), 1);
    now += 1min;
    ASSERT_TRUE(trouble().dying);
    EXPECT_EQ(trouble().dying->since, now);
}

TEST_F(TroubleTest, Held_NamesTheOneThatWaitsLongest) {
    enrol();
    proof("p1");
    in_state("held");
    const Instant first = now;
    const auto id = number("SELECT id FROM delivery");
    now += 1h;
    const auto found = trouble().held;
    ASSERT_TRUE(found);
    EXPECT_EQ(found->since, first);
    EXPECT_EQ(found->delivery.value, id);
    EXPECT_EQ(found->session.value, "lock-1");
    EXPECT_EQ(found->deliveries, 1);
    EXPECT_FALSE(trouble().waiting);
    in_state("waiting");
    EXPECT_TRUE(trouble().waiting);
    EXPECT_EQ(trouble().waiting->proofs, 1);
}

TEST_F(TroubleTest, Brake_HasItsSince) {
    ASSERT_TRUE(run(intake->pause_all("holiday", now)));
    EXPECT_EQ(trouble().braked_since, now);
}

TEST_F(TroubleTest, Plans_ReadOneEntryOfAnIndexEach) {
    for (const char* sql : {ledger::trouble_sql::kWaiting, ledger::trouble_sql::kDying,
                            ledger::trouble_sql::kHeld, ledger::trouble_sql::kBrake}) {
        auto row = look->query(std::string("EXPLAIN QUERY PLAN ") + sql);
        std::string plan;
        while (row.step()) plan += row.text(3) + "\n";
        EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << sql << "\n" << plan;
        EXPECT_TRUE(plan.find("INDEX") != std::string::npos ||
                    plan.find("PRIMARY KEY") != std::string::npos)
            << sql << "\n"
            << plan;
    }
}

// The cost of a question in SQLite's own steps: the same at 10 lock sessions as at 2,000.
std::int64_t steps_of(ledger::Database& database, const std::string& sql, std::int64_t at) {
    auto counted = database.query(sql);
    if (sql == ledger::trouble_sql::kDying) {
        counted.bind(at, at + 1'800'000, at, engine::LedgerTrouble::kMostCounted);
    }
    while (counted.step()) {
    }
    auto* statement = sqlite3_next_stmt(database.handle(), nullptr);
    while (statement != nullptr && sqlite3_sql(statement) != sql) {
        statement = sqlite3_next_stmt(database.handle(), statement);
    }
    return statement == nullptr ? -1 : sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
}

TEST_F(TroubleTest, Questions_CostTheSameWhateverIsStored) {
    const auto fill = [this](int from, int to) {
        tamper("WITH RECURSIVE n(i) AS (SELECT " + std::to_string(from) +
               " UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(to) +
               ") INSERT INTO session (id, platform, state, enrolled_by, created_at_ms,"
               " work_ends_at_ms, work_since_ms)"
               " SELECT 'x' || i, 'chastify', 'active', 'operator', 1, 1, 1 FROM n;"
               "WITH RECURSIVE n(i) AS (SELECT " +
               std::to_string(from) + " UNION ALL SELECT i + 1 FROM n WHERE i < " +
               std::to_string(to) +
               ") INSERT INTO waiting_session (session, since_ms) SELECT 'x' || i, i FROM n");
    };
    const auto cost = [this] {
        std::vector<std::int64_t> steps;
        for (const char* sql : {ledger::trouble_sql::kWaiting, ledger::trouble_sql::kDying,
                                ledger::trouble_sql::kHeld}) {
            steps.push_back(steps_of(*look, sql, cadence::to_ms(now)));
        }
        return steps;
    };
    fill(1, 10);
    const auto few = cost();
    fill(11, 2000);
    EXPECT_EQ(cost(), few);
    EXPECT_GT(few[0], 0);
    EXPECT_EQ(trouble().waiting->sessions, 2000);
}

TEST_F(TroubleTest, FileOfVersionOne_KnowsWhatWaitsInIt) {
    const auto path = directory.path("old.db");
    const std::vector<ledger::Migration> first{ledger::embedded_migrations().front()};
    {
        auto old = ledger::open_ledger(path, first);
        ASSERT_TRUE(old) << old.error().detail;
        ASSERT_EQ(ledger::user_version_of(old->database), 1);
        old->database.execute_script(R"(
INSERT INTO session (id, platform, state, enrolled_by, created_at_ms)
    VALUES ('w', 'chastify', 'active', 'operator', 1), ('q', 'chastify', 'active', 'operator', 1);
INSERT INTO token (session, hash, secret, launched_at_ms, expires_at_ms)
    VALUES ('q', hex(randomblob(32)), 's', 1000, 9000);
INSERT INTO token (session, hash, launched_at_ms, expires_at_ms, died_at_ms, death)
    VALUES ('w', hex(randomblob(32)), 10, 50, 50, 'expired');
INSERT INTO requirement (id, session, metric, enabled, active_from_ms, enrolled_at_ms, punish_past)
    VALUES (1, 'w', 'm', 1, 1, 1, 0), (2, 'q', 'm', 1, 1, 1, 0);
INSERT INTO generation VALUES (1, 1, 'UTC', 'day', 1, 1, '2026-01-01', 1, 'none', 0, '', 'auto',
    'grace', 'all', 'count', 0, 'm', 'hold', 'resend', 1), (2, 1, 'UTC', 'day', 1, 1, '2026-01-01',
    1, 'none', 0, '', 'auto', 'grace', 'all', 'count', 0, 'm', 'hold', 'resend', 1);
INSERT INTO window (id, requirement, generation, idx, start_at_ms, end_at_ms, local_start,
    local_end, zone, zone_version, first, past, judge_at_ms)
    VALUES (1, 1, 1, 0, 1, 2, 'a', 'b', 'UTC', 'v', 0, 0, 3),
           (2, 2, 1, 0, 1, 2, 'a', 'b', 'UTC', 'v', 0, 0, 3),
           (3, 1, 1, 1, 2, 3, 'a', 'b', 'UTC', 'v', 0, 0, 3);
INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal, state, write,
    amount, proofs, created_at_ms, updated_at_ms)
    VALUES ('w', 1, 1, 1, 'progress', 1, 'waiting', 'progress', 3, 3, 20, 99),
           ('w', 1, 3, 2, 'progress', 1, 'waiting', 'progress', 1, 1, 60, 60),
           ('q', 2, 2, 1, 'progress', 1, 'queued', 'progress', 1, 1, 1500, 1500);
)");
    }
    auto opened = ledger::open_ledger(path);
    ASSERT_TRUE(opened) << opened.error().detail;
    EXPECT_EQ(ledger::user_version_of(opened->database),
              static_cast<int>(ledger::embedded_migrations().size()));
    policy.token_margin = 0s;
    const auto found = ledger::find_trouble(opened->database, policy, cadence::from_ms(100'000));
    ASSERT_TRUE(found.waiting);
    EXPECT_EQ(cadence::to_ms(found.waiting->since), 50) << "since its token died";
    EXPECT_EQ(found.waiting->sessions, 1);
    EXPECT_EQ(found.waiting->deliveries, 2);
    EXPECT_EQ(found.waiting->proofs, 4);
    auto row =
        opened->database.query("SELECT work_ends_at_ms, work_since_ms FROM session WHERE id = 'q'");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 9000);
    EXPECT_EQ(row.integer(1), 1500);
}

}  // namespace
}  // namespace ledger_test
