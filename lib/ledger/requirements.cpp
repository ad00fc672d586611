#include "ledger/requirements.hpp"

#include <limits>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/judgement.hpp"
#include "ledger/rows.hpp"
#include "ledger/stamps.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Policy;
using cadence::RequirementId;
using cadence::RequirementSpec;
using cadence::Result;
using cadence::Rules;
using cadence::SessionId;
using cadence::Zones;

constexpr int kAll = std::numeric_limits<int>::max();

// Windows that have begun belong to the rules that held until now. A zone that cannot be read any
// more must not keep its owner from naming another: then the new rules make the missing ones.
void catch_up(Database& database, Zones& zones, RequirementId requirement, const Policy& policy,
              Instant now) {
    static_cast<void>(open_windows(database, zones, requirement, policy, now, kAll));
}

Result<Rules> complete_rules(Zones& zones, const RequirementSpec& spec,
                             const std::string& session_zone, Instant activation) {
    Rules rules = spec.rules;
    if (rules.zone.empty()) rules.zone = session_zone;
    if (rules.key.empty()) rules.key = spec.metric;
    const auto zone = zones.find_zone(rules.zone);
    if (!zone)
        return cadence::fail(cadence::ErrorCode::InvalidArgument, zone.error().detail, "timezone");
    if (!spec.anchor_given) rules.cadence.anchor = (*zone)->day_of(activation);
    return rules;
}

RequirementId insert_requirement(Database& database, const SessionId& session,
                                 const RequirementSpec& spec, Instant activation, Instant now) {
    database.execute(
        "INSERT INTO requirement (session, metric, enabled, active_from_ms, enrolled_at_ms,"
        " punish_past) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        session, spec.metric, spec.enabled, activation, now, spec.punish_past);
    return {database.last_insert_id()};
}

// The rules that hold from the next window on, where they differ from what holds already. Those of
// a generation that never made a window stay as a trace.
void supersede_rules(Database& database, const RequirementRow& row, const Rules& rules,
                     Instant now) {
    if (load_rules(database, row.id, row.newest_generation) == rules) return;
    const int ordinal = row.newest_generation + 1;
    store_rules(database, row.id, ordinal, rules, now);
    record_event(database, now, "requirement.changed", row.session, std::nullopt, std::nullopt,
                 event_detail({{"metric", row.metric}, {"generation", std::to_string(ordinal)}}));
}

Result<void> enrol(Database& database, Zones& zones, const SessionId& session,
                   const RequirementSpec& spec, const std::string& session_zone,
                   const Policy& policy, Instant now) {
    const Instant activation = spec.active_from.value_or(now);
    const auto rules = complete_rules(zones, spec, session_zone, activation);
    if (!rules) return tl::unexpected(rules.error());
    const auto id = insert_requirement(database, session, spec, activation, now);
    store_rules(database, id, 1, *rules, now);
    record_event(database, now, "requirement.enrolled", session, std::nullopt, std::nullopt,
                 event_detail({{"metric", spec.metric}}));
    if (!spec.enabled) return {};
    return start_windows(database, zones, id, policy, now);
}

Result<void> start_late(Database& database, Zones& zones, const RequirementRow& row,
                        const RequirementSpec& spec, const std::string& session_zone,
                        const Policy& policy, Instant now) {
    const Instant activation = spec.active_from.value_or(now);
    const auto rules = complete_rules(zones, spec, session_zone, activation);
    if (!rules) return tl::unexpected(rules.error());
    database.execute(
        "UPDATE requirement SET enabled = 1, active_from_ms = ?2, enrolled_at_ms = ?3,"
        " punish_past = ?4 WHERE id = ?1",
        row.id, activation, now, spec.punish_past);
    supersede_rules(database, row, *rules, now);
    return start_windows(database, zones, row.id, policy, now);
}

Result<void> change(Database& database, Zones& zones, const RequirementRow& row,
                    const RequirementSpec& spec, const std::string& session_zone,
                    const Policy& policy, Instant now) {
    catch_up(database, zones, row.id, policy, now);
    auto rules = complete_rules(zones, spec, session_zone, row.active_from);
    if (!rules) return tl::unexpected(rules.error());
    if (!spec.anchor_given) {
        rules->cadence.anchor = load_rules(database, row.id, row.newest_generation).cadence.anchor;
    }
    supersede_rules(database, row, *rules, now);
    database.execute("UPDATE requirement SET punish_past = ?2 WHERE id = ?1", row.id,
                     spec.punish_past);
    if (!spec.enabled) {
        withdraw_requirement(database, zones, row.id, policy, now);
        return {};
    }
    database.execute("UPDATE requirement SET enabled = 1 WHERE id = ?1", row.id);
    if (row.next_window_at) return {};
    // It was enabled while its lock session had ended, else the operator had taken it away.
    const char* const reason = row.enabled ? "lock_ended" : "requirement_removed";
    auto resumed = resume_windows(database, zones, row.id, reason, policy, now);
    if (resumed) stamp_resumed(database, zones, row.id, policy, now);
    return resumed;
}

}  // namespace

Result<void> put_requirement(Database& database, Zones& zones, const SessionId& session,
                             const RequirementSpec& spec, const std::string& session_zone,
                             const Policy& policy, Instant now) {
    const auto row = find_requirement(database, session, spec.metric);
    if (!row) return enrol(database, zones, session, spec, session_zone, policy, now);
    if (spec.enabled && !find_newest_window(database, row->id)) {
        return start_late(database, zones, *row, spec, session_zone, policy, now);
    }
    return change(database, zones, *row, spec, session_zone, policy, now);
}

void withdraw_requirement(Database& database, Zones& zones, RequirementId requirement,
                          const Policy& policy, Instant now) {
    catch_up(database, zones, requirement, policy, now);
    const RequirementRow row = load_requirement(database, requirement);
    database.execute("UPDATE requirement SET enabled = 0, next_window_at_ms = NULL WHERE id = ?1",
                     requirement);
    if (!row.next_window_at) return;
    record_event(database, now, "requirement.removed", row.session, std::nullopt, std::nullopt,
                 event_detail({{"metric", row.metric}}));
    const auto newest = find_newest_window(database, requirement);
    if (!newest || newest->end <= now) return;
    excuse(database, load_window(database, newest->id), "requirement_removed", now);
}

Result<void> move_to_zone(Database& database, Zones& zones, const SessionId& session,
                          const std::string& before, const std::string& after, const Policy& policy,
                          Instant now) {
    if (before == after) return {};
    for (const RequirementId id : find_requirements(database, session)) {
        catch_up(database, zones, id, policy, now);
        const RequirementRow row = load_requirement(database, id);
        Rules rules = load_rules(database, id, row.newest_generation);
        if (rules.zone != before) continue;
        rules.zone = after;
        supersede_rules(database, row, rules, now);
    }
    return {};
}

std::vector<engine::AboveCap> find_above_cap(Database& database, std::chrono::seconds cap) {
    auto row = database.query(
        "SELECT g.punishment_type, count(*) FROM requirement r"
        " JOIN session s ON s.id = r.session AND s.state <> 'ended'"
        " JOIN generation g ON g.requirement = r.id AND g.ordinal ="
        "  (SELECT max(ordinal) FROM generation WHERE requirement = r.id)"
        " WHERE r.enabled = 1 AND g.punishment_type <> 'none' AND g.punishment_seconds > ?1"
        " GROUP BY g.punishment_type");
    row.bind(std::int64_t{cap.count()});
    std::vector<engine::AboveCap> above;
    while (row.step()) above.push_back({row.text(0), row.integer(1)});
    return above;
}

std::vector<RequirementId> find_requirements(Database& database, const SessionId& session) {
    auto row = database.query("SELECT id FROM requirement WHERE session = ?1 ORDER BY metric");
    row.bind(session);
    std::vector<RequirementId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

}  // namespace ledger
