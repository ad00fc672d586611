#include "ledger/record_sessions.hpp"

#include <vector>

#include "ledger/cursor.hpp"
#include "ledger/record_rows.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Policy;
using cadence::Result;
using cadence::SessionId;
using engine::Page;
using engine::RequirementRecord;
using engine::SessionRecord;

constexpr const char* kSessions = "sessions";

std::optional<SessionRecord> find_record(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT platform, state, state_reason,"
        " coalesce(timezone, learnt_timezone, default_timezone),"
        " CASE WHEN timezone IS NOT NULL THEN 'operator' WHEN learnt_timezone IS NOT NULL"
        "  THEN 'launch' ELSE 'default' END, context_seen_at_ms, created_at_ms"
        " FROM session WHERE id = ?1");
    row.bind(session);
    if (!row.step()) return std::nullopt;
    SessionRecord record;
    record.id = session;
    record.platform = row.text(0);
    record.state = row.text(1);
    record.reason = row.text(2);
    record.timezone = row.text(3);
    record.timezone_source = row.text(4);
    record.context_seen_at = row.maybe_instant(5);
    record.created_at = row.instant(6);
    return record;
}

void add_pause(Database& database, Instant now, SessionRecord& record) {
    auto row = database.query(
        "SELECT until_at_ms, reason FROM pause WHERE session = ?1 AND until_at_ms > ?2"
        " ORDER BY until_at_ms DESC LIMIT 1");
    row.bind(record.id, now);
    if (!row.step()) return;
    record.paused_until = row.instant(0);
    record.pause_reason = row.text(1);
}

void add_token(Database& database, Instant good_until, SessionRecord& record) {
    auto row = database.query(
        "SELECT expires_at_ms FROM token WHERE session = ?1 AND died_at_ms IS NULL"
        " AND set_aside_until_ms IS NULL AND expires_at_ms > ?2"
        " ORDER BY launched_at_ms DESC, hash LIMIT 1");
    row.bind(record.id, good_until);
    if (row.step()) record.token_expires_at = row.instant(0);
}

void add_waiting(Database& database, SessionRecord& record) {
    auto row = database.query(
        "SELECT w.since_ms, count(*), ifnull(sum(d.proofs), 0) FROM waiting_session w"
        " JOIN delivery d ON d.session = w.session AND d.state = 'waiting'"
        " WHERE w.session = ?1 GROUP BY w.session");
    row.bind(record.id);
    if (!row.step()) return;
    record.waiting = engine::WaitingRecord{row.instant(0), row.integer(1), row.integer(2)};
}

// The window that contains `now`, whatever its verdict.
std::optional<engine::WindowRecord> find_open(Database& database,
                                              cadence::RequirementId requirement, Instant now) {
    static const std::string sql =
        kSelectWindows +
        "WHERE w.requirement = ?1 AND w.start_at_ms <= ?2 AND w.end_at_ms > ?2"
        " ORDER BY w.start_at_ms DESC LIMIT 1";
    auto row = database.query(sql);
    row.bind(requirement, now);
    if (!row.step()) return std::nullopt;
    return window_record(row);
}

struct Numbered {
    cadence::RequirementId id;
    RequirementRecord record;
};

std::vector<Numbered> find_numbered(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT id, metric, enabled, active_from_ms, enrolled_at_ms, punish_past,"
        " (SELECT max(ordinal) FROM generation WHERE requirement = requirement.id)"
        " FROM requirement WHERE session = ?1 ORDER BY metric");
    row.bind(session);
    std::vector<Numbered> found;
    while (row.step()) {
        Numbered numbered;
        numbered.id = {row.integer(0)};
        numbered.record.metric = row.text(1);
        numbered.record.enabled = row.boolean(2);
        numbered.record.active_from = row.instant(3);
        numbered.record.enrolled_at = row.instant(4);
        numbered.record.punish_past = row.boolean(5);
        numbered.record.generation = static_cast<int>(row.integer(6));
        found.push_back(std::move(numbered));
    }
    return found;
}

void add_requirements(Database& database, Instant now, SessionRecord& record) {
    for (Numbered& numbered : find_numbered(database, record.id)) {
        numbered.record.rules = load_rules(database, numbered.id, numbered.record.generation);
        numbered.record.open = find_open(database, numbered.id, now);
        record.requirements.push_back(std::move(numbered.record));
    }
}

std::vector<SessionId> find_ids(Database& database, const std::string& after, int most) {
    auto row = database.query("SELECT id FROM session WHERE id > ?1 ORDER BY id LIMIT ?2");
    row.bind(after, most);
    std::vector<SessionId> found;
    while (row.step()) found.push_back({row.text(0)});
    return found;
}

}  // namespace

Result<Page<SessionRecord>> list_sessions(Database& database, int limit,
                                          const std::optional<std::string>& cursor,
                                          const Policy& policy, Instant now) {
    std::string after;
    if (cursor) {
        auto parts = parse_cursor(kSessions, *cursor, 1);
        if (!parts) return tl::unexpected(parts.error());
        after = parts->front();
    }
    auto ids = find_ids(database, after, limit + 1);
    Page<SessionRecord> page;
    if (ids.size() > static_cast<std::size_t>(limit) && limit > 0) {
        ids.pop_back();
        page.next_cursor = make_cursor(kSessions, {ids.back().value});
    }
    for (const SessionId& id : ids) {
        auto record = load_session(database, id, policy, now);
        if (!record) return tl::unexpected(record.error());
        page.items.push_back(std::move(*record));
    }
    return page;
}

Result<SessionRecord> load_session(Database& database, const SessionId& session,
                                   const Policy& policy, Instant now) {
    auto record = find_record(database, session);
    if (!record) {
        return cadence::fail(cadence::ErrorCode::NotFound,
                             "there is no lock session " + session.value);
    }
    add_pause(database, now, *record);
    add_token(database, now + policy.token_margin, *record);
    add_waiting(database, *record);
    add_requirements(database, now, *record);
    return std::move(*record);
}

}  // namespace ledger
