#include "ledger/sessions.hpp"

#include <algorithm>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/judgement.hpp"
#include "ledger/lane.hpp"
#include "ledger/requirements.hpp"
#include "ledger/rows.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Instant;
using cadence::Policy;
using cadence::Result;
using cadence::SessionId;
using cadence::SessionSpec;
using cadence::Zones;
using engine::Intake;

Result<void> check_platform(const std::optional<SessionRow>& stored, const SessionSpec& spec) {
    if (!stored || stored->platform == spec.platform) return {};
    return cadence::fail(ErrorCode::InvalidArgument,
                         "platform: this lock session is on '" + stored->platform +
                             "' and cannot move; enrol it there, or under another id",
                         "platform");
}

Result<void> check_zone(Zones& zones, const std::string& name) {
    const auto zone = zones.find_zone(name);
    if (zone) return {};
    return cadence::fail(ErrorCode::InvalidArgument, "timezone: " + zone.error().detail,
                         "timezone");
}

// A suspended one stays so: only a launch that verifies says that the extension is back.
void store_session(Database& database, const SessionSpec& spec, Instant now) {
    database.execute(
        "INSERT INTO session (id, platform, state, timezone, default_timezone, enrolled_by,"
        " created_at_ms) VALUES (?1, ?2, 'active', ?3, ?4, 'operator', ?5)"
        " ON CONFLICT (id) DO UPDATE SET timezone = excluded.timezone,"
        " default_timezone = excluded.default_timezone, enrolled_by = 'operator',"
        " state = CASE state WHEN 'ended' THEN 'active' ELSE state END,"
        " state_reason = CASE state WHEN 'ended' THEN '' ELSE state_reason END,"
        " ended_at_ms = NULL, revision = revision + 1",
        spec.id, spec.platform, spec.timezone, spec.default_timezone, now);
}

bool names(const SessionSpec& spec, const std::string& metric) {
    return std::any_of(spec.requirements.begin(), spec.requirements.end(),
                       [&metric](const auto& one) { return one.metric == metric; });
}

void withdraw_absent(Database& database, Zones& zones, const SessionSpec& spec,
                     const Policy& policy, Instant now) {
    for (const auto id : find_requirements(database, spec.id)) {
        if (names(spec, load_requirement(database, id).metric)) continue;
        withdraw_requirement(database, zones, id, policy, now);
    }
}

Result<void> put_requirements(Database& database, Zones& zones, const SessionSpec& spec,
                              const std::string& zone, const Policy& policy, Instant now) {
    for (const auto& requirement : spec.requirements) {
        auto put = put_requirement(database, zones, spec.id, requirement, zone, policy, now);
        if (!put) return put;
    }
    withdraw_absent(database, zones, spec, policy, now);
    return {};
}

std::vector<cadence::WindowId> find_undecided(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT w.id FROM requirement r JOIN window w ON w.requirement = r.id"
        " WHERE r.session = ?1 AND w.verdict IS NULL");
    row.bind(session);
    std::vector<cadence::WindowId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

}  // namespace

std::optional<SessionRow> find_session(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT platform, state, timezone, learnt_timezone, default_timezone, enrolled_by"
        " FROM session WHERE id = ?1");
    row.bind(session);
    if (!row.step()) return std::nullopt;
    return SessionRow{.platform = row.text(0),
                      .state = row.text(1),
                      .timezone = row.maybe_text(2),
                      .learnt_timezone = row.maybe_text(3),
                      .default_timezone = row.text(4),
                      .enrolled_by_launch = row.text(5) == "launch"};
}

Result<Intake::Put> put_session(Database& database, Zones& zones, const SessionSpec& spec,
                                const Policy& policy, Instant now) {
    const auto stored = find_session(database, spec.id);
    if (auto platform = check_platform(stored, spec); !platform) {
        return tl::unexpected(platform.error());
    }
    store_session(database, spec, now);
    const std::string zone = zone_in_force(database, spec.id);
    if (auto known = check_zone(zones, zone); !known) return tl::unexpected(known.error());
    if (auto put = put_requirements(database, zones, spec, zone, policy, now); !put) {
        return tl::unexpected(put.error());
    }
    const bool again = stored && stored->ended();
    record_event(database, now,
                 !stored ? "session.enrolled"
                 : again ? "session.reactivated"
                         : "session.changed",
                 spec.id, std::nullopt, std::nullopt);
    refresh_lane(database, spec.id, now);
    return stored ? Intake::Put::Updated : Intake::Put::Created;
}

void insert_launched_session(Database& database, const SessionId& session,
                             const std::string& platform, const std::string& default_timezone,
                             Instant now) {
    database.execute(
        "INSERT INTO session (id, platform, state, default_timezone, enrolled_by, created_at_ms)"
        " VALUES (?1, ?2, 'active', ?3, 'launch', ?4)",
        session, platform, default_timezone, now);
    record_event(database, now, "session.enrolled", session, std::nullopt, std::nullopt,
                 event_detail({{"by", "launch"}}));
}

void end_session_rows(Database& database, const SessionId& session, const std::string& reason,
                      Instant now) {
    const int ended = database.execute(
        "UPDATE session SET state = 'ended', state_reason = ?2, ended_at_ms = ?3,"
        " lane_due_at_ms = NULL, work_ends_at_ms = NULL, work_since_ms = NULL, revision = revision "
        "+ 1 WHERE id = ?1 AND state <> 'ended'",
        session, reason, now);
    if (ended == 0) return;
    for (const auto window : find_undecided(database, session)) {
        excuse(database, load_window(database, window), "lock_ended", now);
    }
    database.execute("UPDATE requirement SET next_window_at_ms = NULL WHERE session = ?1", session);
    waive_undelivered(database, session, "lock_ended", now);
    database.execute(
        "UPDATE token SET secret = NULL, verify_due_at_ms = NULL, set_aside_until_ms = NULL,"
        " died_at_ms = ?2, death = 'lock_ended' WHERE session = ?1 AND died_at_ms IS NULL",
        session, now);
    record_event(database, now, "session.ended", session, std::nullopt, std::nullopt,
                 event_detail({{"reason", reason}}));
}

}  // namespace ledger
