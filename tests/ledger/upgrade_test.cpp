// A file of version 4, which settled nothing by reading: what it left of writes whose outcome
// nobody knows, and what becomes of them from then on.
#include "ledger/decisions.hpp"
#include "ledger/due_work.hpp"
#include "ledger/settlements.hpp"
#include "tests/ledger/outbox_bench.hpp"

namespace {

using namespace outbox_bench;
using cadence::DeliveryState;
using engine::Begun;
using engine::Settlement;

constexpr std::size_t kOld = 4;

ledger::Database make_old(const std::string& path) {
    sqlite3* made = nullptr;
    sqlite3_open(path.c_str(), &made);
    sqlite3_close(made);
    auto database = ledger::Database::open(path, ledger::Access::Writer).value();
    auto steps = ledger::embedded_migrations();
    steps.resize(kOld);
    EXPECT_TRUE(ledger::migrate(database, steps));
    database.execute_script("PRAGMA synchronous = OFF");
    return database;
}

class Upgrade : public testing::Test {
  protected:
    Upgrade() {
        rows.add_session(session.value);
        rows.add_token(session, kToken, now - 1h);
        auto rules = make_rules();
        rules.late_proof = cadence::LateProof::Compensate;
        check_in = rows.add_requirement(session, "check_in", rules);
    }

    // A punishment whose one attempt broke off at `lost`, fifteen seconds after it began.
    DeliveryId leave(unsigned day, const char* state, const char* reason, Instant lost) {
        const WindowId window = rows.add_window(check_in, day);
        db.execute(
            "INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal,"
            " state, reason, write, seconds, attempts, unknowns, due_at_ms, expires_at_ms,"
            " created_at_ms, updated_at_ms) VALUES (?1, ?2, ?3,"
            " (SELECT start_at_ms FROM window WHERE id = ?3), 'punishment', 1, ?4, ?5, 'add_time',"
            " 3600, 1, 1, ?6, ?7, ?6, ?6)",
            session, check_in, window, state, reason, lost, lost + 336h);
        const DeliveryId id{db.last_insert_id()};
        db.execute(
            "INSERT INTO attempt (delivery, n, token_hash, started_at_ms, outcome, duration_ms)"
            " VALUES (?1, 1, ?2, ?3, 'unknown', 15000)",
            id, kToken, lost - 15s);
        db.execute(
            "INSERT INTO reading (delivery, attempt, role, at_ms, time_remaining_seconds)"
            " VALUES (?1, 1, 'baseline', ?2, 100000)",
            id, lost - 15s);
        return id;
    }
    void upgrade() {
        ASSERT_EQ(ledger::user_version_of(db), static_cast<int>(kOld));
        const auto done = ledger::migrate(db, ledger::embedded_migrations());
        ASSERT_TRUE(done) << done.error().detail;
    }
    [[nodiscard]] engine::ContextFound lock_with(std::int64_t remaining) const {
        engine::ContextFound found;
        found.session = session;
        found.token_hash = kToken;
        found.context.lock = {now, std::nullopt, remaining, std::nullopt};
        found.context.requirements.emplace();
        return found;
    }
    DeliveryState read(DeliveryId id, std::int64_t remaining) {
        const auto settled =
            ledger::settle_by_reading(db, zones, id, lock_with(remaining), policy, now);
        EXPECT_TRUE(settled);
        return settled ? settled->state : DeliveryState::InFlight;
    }
    engine::Attempt begin(DeliveryId id, std::int64_t remaining) {
        const auto begun =
            ledger::begin_attempt(db, zones, {id, kToken, lock_with(remaining)}, policy, now);
        EXPECT_TRUE(begun) << begun.error().detail;
        return begun.value_or(engine::Attempt{});
    }
    std::string text(const std::string& sql, DeliveryId id) {
        auto row = db.query(sql);
        row.bind(id);
        return row.step() ? row.text(0) : "none";
    }
    std::string standing(DeliveryId id) {
        return text("SELECT state || ' ' || reason FROM delivery WHERE id = ?1", id);
    }
    std::string settled_as(DeliveryId id) {
        return text(
            "SELECT ifnull(settled, 'open') || ' ' || settled_because FROM attempt"
            " WHERE delivery = ?1 AND n = 1",
            id);
    }
    // A late proof shows that it was not deserved.
    bool take_back(DeliveryId id) {
        const WindowId window{std::stoll(text("SELECT window FROM delivery WHERE id = ?1", id))};
        db.execute("UPDATE window SET verdict = 'met' WHERE id = ?1", window);
        return ledger::unwant_punishment(db, window, "unwanted", true, now).has_value();
    }

    Directory directory;
    ledger::Database db = make_old(directory.file());
    Rows rows{db};
    SampleZones zones;
    cadence::Policy policy;
    Instant now = kNow;
    SessionId session{"s1"};
    RequirementId check_in;
};

TEST_F(Upgrade, UnknownOne_IsSettledByReadingTheLock) {
    const auto id = leave(18, "unknown", "no_answer", now - 20s);
    upgrade();
    EXPECT_EQ(settled_as(id), "open ");
    const auto head = ledger::load_lane(db, session, policy, now, 0s);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->todo, engine::LaneHead::Todo::Settle);
    EXPECT_EQ(read(id, 100'000 - 35 + 3600), DeliveryState::Unknown);
    now += 10s;
    EXPECT_EQ(read(id, 100'000 - 45 + 3600), DeliveryState::Applied);
    EXPECT_EQ(settled_as(id), "applied agreeing_reads");
}

TEST_F(Upgrade, UnknownOneThatNobodyCanReadAnyMore_IsHeldAndThenAPersons) {
    const auto id = leave(18, "unknown", "no_answer", now - 2h);
    upgrade();
    EXPECT_EQ(ledger::work_off(db, zones, policy, now, 10).unsettled, 1);
    EXPECT_EQ(standing(id), "held outcome_unknown");
    ASSERT_TRUE(ledger::settle(db, id, Settlement::NotApplied, "looked", now));
    EXPECT_EQ(begin(id, 92'785).begun, Begun::Started) << "as the lock would be without it";
}

TEST_F(Upgrade, HeldOnes_AreSettledAsAPersonSays) {
    const auto seen = leave(18, "held", "outcome_unknown", now - 48h);
    const auto absent = leave(19, "held", "outcome_unknown", now - 24h);
    upgrade();
    EXPECT_EQ(settled_as(seen), "undecided not_read_in_time");
    ASSERT_TRUE(ledger::settle(db, seen, Settlement::Applied, "looked", now));
    EXPECT_EQ(settled_as(seen), "applied by_person");
    EXPECT_TRUE(take_back(seen));
    ASSERT_TRUE(ledger::settle(db, absent, Settlement::NotApplied, "looked", now));
    EXPECT_EQ(begin(absent, 250'000).begun, Begun::Started) << "whatever others did since";
}

TEST_F(Upgrade, HeldOneThatWasNotDeserved_IsWaived) {
    const auto id = leave(18, "held", "outcome_unknown", now - 24h);
    upgrade();
    EXPECT_FALSE(take_back(id));
    EXPECT_EQ(standing(id), "waived unwanted_outcome_unknown");
}

TEST_F(Upgrade, AppliedOnes_AreTakenBackIfSomebodyKnewThatTheyWere) {
    const auto known = leave(17, "applied", "settled_by_person: seen in the log", now - 48h);
    const auto assumed = leave(18, "applied", "assumed_applied", now - 24h);
    upgrade();
    EXPECT_EQ(settled_as(known), "applied by_person");
    EXPECT_EQ(settled_as(assumed), "undecided not_read_in_time");
    EXPECT_TRUE(take_back(known));
    EXPECT_FALSE(take_back(assumed)) << "nobody knows whether there is anything to take back";
}

}  // namespace
