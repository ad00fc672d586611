// A real ledger file with rows laid by hand, for what happens to deliveries: lock session "s1" in
// Berlin, active, its context seen, with one verified token; requirement "check_in". The functions
// under test run on the writer's connection as they would inside a unit of work.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "cadence/zones.hpp"
#include "ledger/attempts.hpp"
#include "ledger/database.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/lane.hpp"
#include "ledger/migrations.hpp"
#include "ledger/rows.hpp"
#include "tests/cadence/sample_zones.hpp"

namespace outbox_bench {

using namespace std::chrono_literals;
using cadence::DeliveryId;
using cadence::Instant;
using cadence::RequirementId;
using cadence::SessionId;
using cadence::WindowId;

class SampleZones final : public cadence::Zones {
  public:
    cadence::Result<std::shared_ptr<const cadence::ZoneRules>> find_zone(
        const std::string& name) override {
        if (name == "Europe/Berlin")
            return std::make_shared<const cadence::ZoneRules>(samples::berlin());
        if (name == "UTC") return std::make_shared<const cadence::ZoneRules>(samples::utc_zone());
        return cadence::fail(cadence::ErrorCode::NotFound, "no zone " + name);
    }
};

// A directory of its own that goes with the test.
class Directory {
  public:
    Directory() {
        std::string pattern = (std::filesystem::temp_directory_path() / "ledger-XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    [[nodiscard]] std::string file() const { return (path_ / "cadenced.db").string(); }

  private:
    std::filesystem::path path_;
};

inline ledger::Database make_database(const std::string& path) {
    sqlite3* made = nullptr;
    sqlite3_open(path.c_str(), &made);
    sqlite3_close(made);
    auto database = ledger::Database::open(path, ledger::Access::Writer);
    if (!database) throw std::runtime_error(database.error().detail);
    auto migrated = ledger::migrate(*database, ledger::embedded_migrations());
    if (!migrated) throw std::runtime_error(migrated.error().detail);
    return std::move(*database);
}

inline cadence::Rules make_rules() {
    cadence::Rules rules;
    rules.zone = "Europe/Berlin";
    rules.cadence.anchor = samples::day(2024, 6, 1);
    rules.punishment = {.type = cadence::PunishmentType::AddTime, .seconds = 3600s, .reason = {}};
    rules.key = "check_in";
    return rules;
}

inline const Instant kNow = samples::utc(2024, 6, 20, 9h);
inline const std::string kToken = std::string(64, 'a');

// Lays rows; each is what the ledger's other units of work would have stored.
class Rows {
  public:
    explicit Rows(ledger::Database& database) : db_(database) {}

    SessionId add_session(const std::string& id) {
        db_.execute(
            "INSERT INTO session (id, platform, state, timezone, enrolled_by, context_seen_at_ms,"
            " created_at_ms) VALUES (?1, 'chastify', 'active', 'Europe/Berlin', 'operator', ?2, "
            "?2)",
            id, kNow - 240h);
        see_context(SessionId{id}, kNow - 240h, "", false);
        return {id};
    }
    void see_context(const SessionId& session, Instant at, const std::string& metric,
                     bool punishes) {
        db_.execute("INSERT INTO context_seen VALUES (?1, ?2, ?3, ?4)", session, at, metric,
                    punishes);
    }
    void add_token(const SessionId& session, const std::string& hash, Instant launched,
                   bool verified = true) {
        const std::optional<Instant> at = verified ? std::optional(launched) : std::nullopt;
        const std::optional<Instant> due = verified ? std::nullopt : std::optional(launched);
        db_.execute(
            "INSERT INTO token (session, hash, secret, launched_at_ms, expires_at_ms,"
            " verified_at_ms, verify_due_at_ms) VALUES (?1, ?2, 'secret', ?3, ?4, ?5, ?6)",
            session, hash, launched, launched + 10h, at, due);
    }
    RequirementId add_requirement(const SessionId& session, const std::string& metric,
                                  const cadence::Rules& rules) {
        db_.execute(
            "INSERT INTO requirement (session, metric, enabled, active_from_ms, enrolled_at_ms,"
            " punish_past) VALUES (?1, ?2, 1, ?3, ?3, 0)",
            session, metric, kNow - 240h);
        const RequirementId id{db_.last_insert_id()};
        ledger::store_rules(db_, id, 1, rules, kNow - 240h);
        return id;
    }
    // Day `day` of June 2024 in UTC; `verdict` empty: open.
    WindowId add_window(RequirementId requirement, unsigned day,
                        std::optional<std::string> verdict = "missed") {
        const Instant start = samples::utc(2024, 6, day);
        const std::optional<Instant> judged =
            verdict ? std::optional(start + 24h + 5min) : std::nullopt;
        db_.execute(
            "INSERT INTO window (requirement, generation, idx, start_at_ms, end_at_ms, local_start,"
            " local_end, zone, zone_version, first, past, judge_at_ms, verdict, judged_at_ms)"
            " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, 'Europe/Berlin', 'sample:0', 0, 0, ?7, ?8, ?9)",
            requirement, static_cast<int>(day), start, start + 24h,
            ledger::to_text(samples::day(2024, 6, day)),
            ledger::to_text(samples::day(2024, 6, day + 1)), start + 24h + 5min, verdict, judged);
        return {db_.last_insert_id()};
    }
    void add_proof(const std::string& id, RequirementId requirement, WindowId window,
                   DeliveryId delivery, Instant happened, Instant received) {
        db_.execute(
            "INSERT INTO proof (id, requirement, window, delivery, amount, happened_at_ms,"
            " received_at_ms, counted) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, 1)",
            id, requirement, window, delivery, happened, received);
    }

  private:
    ledger::Database& db_;
};

class OutboxTest : public ::testing::Test {
  protected:
    OutboxTest() {
        // What is under test here does not depend on the disk.
        db.execute_script("PRAGMA synchronous = OFF");
        rows.add_session(session.value);
        rows.add_token(session, kToken, now - 1h);
        check_in = rows.add_requirement(session, "check_in", make_rules());
    }

    ledger::DeliveryHome home(WindowId window) {
        return {.session = session,
                .requirement = RequirementId{number("requirement", "window", window.value)},
                .window = window,
                .window_start = cadence::from_ms(number("start_at_ms", "window", window.value))};
    }
    // A missed window of June 2024 and its punishment.
    DeliveryId owe(unsigned day, std::optional<RequirementId> requirement = {}) {
        const WindowId window = rows.add_window(requirement.value_or(check_in), day);
        const auto rules = ledger::load_rules(db, requirement.value_or(check_in), 1);
        return ledger::owe_punishment(db, home(window), rules.punishment, {}, 336h, now).value();
    }
    DeliveryId carry(WindowId window, std::int64_t amount = 1) {
        const auto id = ledger::carry_proof(db, home(window), "check_in", amount, now);
        rows.add_proof("p" + std::to_string(++proofs_), check_in, window, id, now, now);
        return id;
    }

    // A context just read: the platform punishes nothing itself.
    [[nodiscard]] engine::ContextFound found(engine::LockReading read = {}) const {
        engine::ContextFound context;
        context.session = session;
        context.token_hash = kToken;
        context.context.lock = read;
        context.context.requirements.emplace();
        return context;
    }
    engine::Attempt begin(DeliveryId delivery, std::optional<engine::ContextFound> context = {}) {
        const auto begun = ledger::begin_attempt(
            db, zones, {.delivery = delivery, .token_hash = kToken, .found = std::move(context)},
            policy, now);
        EXPECT_TRUE(begun) << begun.error().detail;
        return begun.value_or(engine::Attempt{});
    }
    cadence::Result<engine::FinishedAttempt> finish(DeliveryId delivery, cadence::AnswerKind kind,
                                                    int attempt = 1) {
        cadence::Answer answer;
        answer.kind = kind;
        answer.http_status = 200;
        answer.detail = "as it came";
        answer.elapsed = 120ms;
        return ledger::finish_attempt(db, delivery, attempt, answer, 0.5, now);
    }
    engine::LaneHead head() {
        auto loaded = ledger::load_lane(db, session, policy, now, 0s);
        EXPECT_TRUE(loaded);
        return loaded.value_or(engine::LaneHead{});
    }
    std::string text(const std::string& column, const std::string& table, std::int64_t id) {
        auto row = db.query("SELECT " + column + " FROM " + table + " WHERE id = ?1");
        row.bind(id);
        return row.step() && !row.is_null(0) ? row.text(0) : "";
    }
    std::int64_t number(const std::string& column, const std::string& table, std::int64_t id) {
        auto row = db.query("SELECT " + column + " FROM " + table + " WHERE id = ?1");
        row.bind(id);
        return row.step() ? row.integer(0) : -1;
    }
    std::int64_t count(const std::string& sql) {
        auto row = db.query(sql);
        return row.step() ? row.integer(0) : -1;
    }
    // "state" or "state reason".
    std::string standing(DeliveryId id) {
        const std::string reason = text("reason", "delivery", id.value);
        return text("state", "delivery", id.value) + (reason.empty() ? "" : " " + reason);
    }
    void set_rules(const cadence::Rules& rules) {
        db.execute("DELETE FROM generation WHERE requirement = ?1", check_in);
        ledger::store_rules(db, check_in, 1, rules, now);
    }

    Directory directory;
    ledger::Database db = make_database(directory.file());
    Rows rows{db};
    SampleZones zones;
    cadence::Policy policy;
    Instant now = kNow;
    SessionId session{"s1"};
    RequirementId check_in;

  private:
    int proofs_{0};
};

}  // namespace outbox_bench
