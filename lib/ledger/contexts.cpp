#include "ledger/contexts.hpp"

#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/judgement.hpp"
#include "ledger/lane.hpp"
#include "ledger/late_arrivals.hpp"
#include "ledger/requirements.hpp"
#include "ledger/rows.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/sessions.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Policy;
using cadence::Result;
using cadence::SessionId;
using engine::ContextFound;
using engine::PlatformRequirement;

void mark_verified(Database& database, const ContextFound& found, Instant now) {
    database.execute(
        "UPDATE token SET verified_at_ms = ?3, verify_due_at_ms = NULL"
        " WHERE session = ?1 AND hash = ?2 AND died_at_ms IS NULL",
        found.session, found.token_hash, now);
    const int taken_up = database.execute(
        "UPDATE session SET state = 'active', state_reason = '', revision = revision + 1"
        " WHERE id = ?1 AND state = 'suspended'",
        found.session);
    if (taken_up > 0) {
        record_event(database, now, "session.resumed", found.session, std::nullopt, std::nullopt,
                     event_detail({{"by", "context"}}));
    }
    database.execute("UPDATE session SET context_seen_at_ms = ?2 WHERE id = ?1", found.session,
                     now);
}

using Look = std::map<std::string, bool>;  // metric, and whether the platform punishes its miss

Look look_of(const std::vector<PlatformRequirement>& requirements) {
    Look look;
    for (const PlatformRequirement& own : requirements) {
        look[own.metric] |= own.enabled && own.punishment.type != cadence::PunishmentType::None;
    }
    if (look.empty()) look[""] = false;
    return look;
}

Look last_look(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT metric, punishes FROM context_seen WHERE session = ?1"
        " AND at_ms = (SELECT max(at_ms) FROM context_seen WHERE session = ?1)");
    row.bind(session);
    Look look;
    while (row.step()) look[row.text(0)] = row.boolean(1);
    return look;
}

// Looks of a time that has not come were made before the clock was set back, that is before now. Of
// several it is the strictest that counts: whoever may have been the platform's to punish is.
void bring_back_looks(Database& database, const SessionId& session, Instant now) {
    {
        auto row =
            database.query("SELECT 1 FROM context_seen WHERE session = ?1 AND at_ms > ?2 LIMIT 1");
        row.bind(session, now);
        if (!row.step()) return;
    }
    database.execute(
        "INSERT INTO context_seen (session, at_ms, metric, punishes)"
        " SELECT session, ?2, metric, max(punishes) FROM context_seen"
        " WHERE session = ?1 AND at_ms > ?2 GROUP BY metric"
        " ON CONFLICT DO UPDATE SET punishes = max(punishes, excluded.punishes)",
        session, now);
    database.execute("DELETE FROM context_seen WHERE session = ?1 AND at_ms > ?2", session, now);
}

// Whether it says something else than the look before; rows only then.
bool note_what_it_says(Database& database, const ContextFound& found, Instant now) {
    if (!found.context.requirements) return false;
    const Look look = look_of(*found.context.requirements);
    bring_back_looks(database, found.session, now);
    if (look == last_look(database, found.session)) return false;
    for (const auto& [metric, punishes] : look) {
        database.execute(
            "INSERT INTO context_seen (session, at_ms, metric, punishes) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT DO UPDATE SET punishes = max(punishes, excluded.punishes)",
            found.session, now, metric, punishes);
        record_event(database, now, "context.changed", found.session, std::nullopt, std::nullopt,
                     event_detail({{"metric", metric}, {"punishes", punishes ? "true" : "false"}}));
    }
    return true;
}

// What the platform punishes itself is not ours to punish: never both.
void waive_owned(Database& database, const SessionId& session, Instant now) {
    std::vector<std::pair<cadence::DeliveryId, cadence::WindowId>> unsent;
    {
        auto row = database.query(
            "SELECT id, window FROM delivery WHERE session = ?1 AND kind = 'punishment'"
            " AND state IN ('waiting', 'queued')");
        row.bind(session);
        while (row.step()) {
            unsent.emplace_back(cadence::DeliveryId{row.integer(0)},
                                cadence::WindowId{row.integer(1)});
        }
    }
    for (const auto& [delivery, window] : unsent) {
        if (find_punisher(database, window) != cadence::PunishedBy::Platform) continue;
        waive_punishment(database, delivery, "platform_owned", now);
    }
}

cadence::SessionSpec spec_of(const ContextFound& found, const PlatformRequirement& own) {
    cadence::RequirementSpec requirement;
    requirement.metric = own.metric;
    requirement.enabled = own.enabled;
    requirement.rules = found.defaults;
    requirement.rules.cadence.unit = own.unit;
    requirement.rules.cadence.every = own.every;
    requirement.rules.required_count = own.required_count;
    requirement.rules.punishment = own.punishment;
    if (requirement.rules.key.empty()) requirement.rules.key = own.metric;
    cadence::SessionSpec spec;
    spec.id = found.session;
    spec.requirements.push_back(std::move(requirement));
    return spec;
}

Result<void> put_own(Database& database, cadence::Zones& zones, const cadence::SessionSpec& spec,
                     const Policy& policy, Instant now) {
    cadence::Caps no_caps = policy.caps;
    // What exceeds our caps is not sent (the check is made then); it may still be the platform's.
    no_caps.punishment_seconds = std::chrono::seconds{std::numeric_limits<std::int32_t>::max()};
    no_caps.punishment_seconds_per_day = no_caps.punishment_seconds;
    auto valid = cadence::validate(spec, no_caps, now);
    if (!valid) return valid;
    const std::string zone = zone_in_force(database, spec.id);
    return put_requirement(database, zones, spec.id, spec.requirements.front(), zone, policy, now);
}

// A requirement of the platform's, as it says itself. One that cannot be judged is left out,
// visibly: the context still proves the token.
std::optional<std::string> follow_requirement(Database& database, cadence::Zones& zones,
                                              const ContextFound& found,
                                              const PlatformRequirement& own, const Policy& policy,
                                              Instant now) {
    std::string refusal = own.unreadable;
    if (refusal.empty()) {
        Savepoint part(database);
        const auto put = put_own(database, zones, spec_of(found, own), policy, now);
        if (put) {
            part.keep();
            return std::nullopt;
        }
        part.undo();
        refusal = put.error().detail;
    }
    record_event(database, now, "context.refused", found.session, std::nullopt, std::nullopt,
                 event_detail({{"reason", refusal}}));
    return refusal;
}

// What the platform requires no longer, nobody owes.
void withdraw_unnamed(Database& database, cadence::Zones& zones, const SessionId& session,
                      const std::set<std::string>& named, const Policy& policy, Instant now) {
    for (const auto id : find_requirements(database, session)) {
        if (named.contains(load_requirement(database, id).metric)) continue;
        withdraw_requirement(database, zones, id, policy, now);
    }
}

std::vector<std::string> follow_requirements(Database& database, cadence::Zones& zones,
                                             const ContextFound& found, const Policy& policy,
                                             Instant now) {
    const auto session = find_session(database, found.session);
    if (!session || session->ended() || !session->enrolled_by_launch) return {};
    if (!found.context.requirements) return {};
    std::vector<std::string> refusals;
    std::set<std::string> named;
    for (const PlatformRequirement& own : *found.context.requirements) {
        auto refusal = follow_requirement(database, zones, found, own, policy, now);
        if (refusal) refusals.push_back(*std::move(refusal));
        named.insert(own.metric);
    }
    // One whose metric could not be read may be any of them.
    if (!named.contains("")) withdraw_unnamed(database, zones, found.session, named, policy, now);
    return refusals;
}

}  // namespace

Result<engine::ContextRecorded> store_context(Database& database, cadence::Zones& zones,
                                              const ContextFound& found, const Policy& policy,
                                              Instant now) {
    const auto session = find_session(database, found.session);
    if (!session) {
        return cadence::fail(cadence::ErrorCode::NotFound, "there is no such lock session");
    }
    if (session->ended()) return engine::ContextRecorded{};
    mark_verified(database, found, now);
    // What it said before was looked at when each punishment became due, and is before it is sent.
    const bool news = note_what_it_says(database, found, now);
    if (news) waive_owned(database, found.session, now);
    engine::ContextRecorded recorded;
    recorded.requirements_refused = follow_requirements(database, zones, found, policy, now);
    recorded.doubled = note_late(database, found.session, found.context.lock, now);
    queue_waiting(database, found.session, now);
    return recorded;
}

Result<engine::ContextRecorded> record_context(Database& database, cadence::Zones& zones,
                                               const ContextFound& found, const Policy& policy,
                                               Instant now) {
    auto recorded = store_context(database, zones, found, policy, now);
    if (recorded) refresh_lane(database, found.session, now);
    return recorded;
}

}  // namespace ledger
