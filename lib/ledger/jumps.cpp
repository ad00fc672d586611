#include "ledger/jumps.hpp"

#include <set>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::Duration;
using cadence::Instant;
using cadence::Interval;
using cadence::Policy;
using cadence::RequirementId;
using cadence::WindowId;

// Whoever sets a clock by hand, wrong and then right, is not exact.
constexpr std::chrono::minutes kInexact{2};
// No outage of ours lasts that long and ends in a clock that is set back into it.
constexpr std::chrono::hours kFarAhead{24 * 31};
// So much of the trail is looked at for what happened on a clock that was ahead.
constexpr int kLongestTrail{100'000};

std::vector<RequirementId> find_ahead(Database& database, Instant now) {
    auto row = database.query(
        "SELECT DISTINCT requirement FROM window WHERE end_at_ms > ?1 AND start_at_ms > ?1");
    row.bind(now);
    std::vector<RequirementId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

// The newest ones, as far as nothing refers to them.
void remove_windows(Database& database, RequirementId requirement, Instant from) {
    database.execute(
        "INSERT INTO meta (key, value) SELECT 'highest_window', max(id) FROM window WHERE true"
        " ON CONFLICT (key) DO UPDATE SET"
        " value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))");
    database.execute(
        "DELETE FROM window WHERE requirement = ?1 AND start_at_ms > ifnull((SELECT"
        " max(w.start_at_ms) FROM window w WHERE w.requirement = ?1 AND (w.start_at_ms <= ?2"
        "  OR EXISTS (SELECT 1 FROM proof WHERE window = w.id)"
        "  OR EXISTS (SELECT 1 FROM delivery WHERE window = w.id))), ?3)",
        requirement, from, Instant{std::chrono::milliseconds{-1}});
}

bool has_begun(Database& database, RequirementId id, Instant now) {
    auto row = database.query("SELECT 1 FROM window WHERE requirement = ?1 AND start_at_ms <= ?2");
    row.bind(id, now);
    return row.step();
}

// It was enrolled meanwhile. What its wearer has handed in finds its window here.
void begin_now(Database& database, cadence::Zones& zones, RequirementId id, const Policy& policy,
               Instant now) {
    database.execute(
        "UPDATE requirement SET active_from_ms = min(active_from_ms, ?2),"
        " enrolled_at_ms = min(enrolled_at_ms, ?2) WHERE id = ?1",
        id, now);
    // A zone that cannot be read now is tried again by the next enrolment.
    static_cast<void>(apart(database, [&database, &zones, id, &policy, now] {
        return start_windows(database, zones, id, policy, now);
    }));
}

void take_back_windows(Database& database, RequirementId id, Instant now) {
    remove_windows(database, id, now);
    const auto newest = find_newest_window(database, id);
    if (!newest || !load_requirement(database, id).next_window_at) return;
    database.execute("UPDATE requirement SET next_window_at_ms = ?2 WHERE id = ?1", id,
                     newest->end);
}

// The newest first, each once, as the trail has them: back to where it says that there was an
// outage.
std::vector<DeliveryId> find_touched_since(Database& database, const Interval& outage) {
    auto row =
        database.query("SELECT at_ms, delivery, kind = 'outage' FROM event ORDER BY id DESC");
    std::set<std::int64_t> seen;
    std::vector<DeliveryId> found;
    for (int rows = 0; rows < kLongestTrail && row.step(); ++rows) {
        if (row.boolean(2) && row.instant(0) == outage.end) break;
        if (!row.is_null(1) && seen.insert(row.integer(1)).second)
            found.push_back({row.integer(1)});
    }
    return found;
}

// A punishment that was waived for its age: at once, or once its window is missed again.
void owe_again(Database& database, DeliveryId id, Instant now) {
    auto row = database.query(
        "SELECT d.session, w.verdict IS NULL, w.verdict IS 'missed' FROM delivery d"
        " JOIN window w ON w.id = d.window JOIN session e ON e.id = d.session"
        " WHERE d.id = ?1 AND d.kind = 'punishment' AND e.state <> 'ended'"
        " AND d.state = 'waived' AND d.reason = 'max_age' AND d.expires_at_ms > ?2");
    row.bind(id, now);
    if (!row.step()) return;
    const cadence::SessionId session{row.text(0)};
    if (row.boolean(1)) {
        database.execute("UPDATE delivery SET wanted = 0 WHERE id = ?1", id);
        move_delivery(database, id, cadence::DeliveryState::Waived, "reopened", now);
    } else if (row.boolean(2)) {
        move_delivery(database, id, unsent_state(database, session, now), "wanted_again", now, now);
        refresh_lane(database, session, now);
    }
}

void judge_in_time(Database& database, const Interval& jump, const Policy& policy) {
    struct Open {
        WindowId id;
        Instant end;
        Duration grace;
        Instant enrolled_at;
    };
    std::vector<Open> all;
    {
        auto row = database.query(
            "SELECT w.id, w.end_at_ms, g.grace_ms, r.enrolled_at_ms FROM window w"
            " JOIN requirement r ON r.id = w.requirement JOIN generation g"
            " ON g.requirement = w.requirement AND g.ordinal = w.generation"
            " WHERE w.end_at_ms >= ?1 AND w.verdict IS NULL");
        row.bind(jump.start);
        while (row.step()) {
            all.push_back(
                {{row.integer(0)}, row.instant(1), Duration{row.integer(2)}, row.instant(3)});
        }
    }
    for (const Open& one : all) {
        database.execute("UPDATE window SET judge_at_ms = ?2 WHERE id = ?1 AND judge_at_ms <> ?2",
                         one.id,
                         when_to_judge(database, one.end, one.grace, one.enrolled_at, policy));
    }
}

}  // namespace

std::optional<Interval> find_jump_taken_back(Database& database, const Policy& policy,
                                             Duration step, Instant now) {
    auto row = database.query(
        "SELECT from_at_ms, until_at_ms, step_ms FROM outage INDEXED BY outage_until"
        " WHERE until_at_ms > ?1 AND from_at_ms <= ?1 AND ifnull(step_ms > ?2, 1)"
        " ORDER BY until_at_ms LIMIT 1");
    row.bind(now, Duration{kInexact});
    if (!row.step()) return std::nullopt;
    const Interval outage{row.instant(0), row.instant(1)};
    if (outage.end - now > kFarAhead) return outage;
    const auto known = row.maybe_integer(2);
    const Duration ahead = known ? Duration{*known} : outage.end - outage.start;
    // Without the exact one, two heartbeats lie between the steps and what is known of them.
    const Duration inexact = known ? Duration{kInexact} : 2 * Duration{policy.longest_silence};
    if (std::chrono::abs(ahead + step) > inexact) return std::nullopt;
    return outage;
}

std::optional<Interval> find_outage_ahead(Database& database, Instant now) {
    auto row = database.query(
        "SELECT from_at_ms, until_at_ms FROM outage INDEXED BY outage_until"
        " WHERE until_at_ms > ?1 ORDER BY from_at_ms LIMIT 1");
    row.bind(now);
    if (!row.step()) return std::nullopt;
    return Interval{row.instant(0), row.instant(1)};
}

void forget_jump(Database& database, const Interval& jump, const Policy& policy, Instant now) {
    database.execute("DELETE FROM outage WHERE from_at_ms > ?1", now);
    if (now - jump.start > policy.longest_silence) {
        database.execute("UPDATE outage SET until_at_ms = ?2 WHERE from_at_ms = ?1", jump.start,
                         now);
    } else {
        database.execute("DELETE FROM outage WHERE from_at_ms = ?1", jump.start);
    }
    database.execute(
        "UPDATE heartbeat SET at_ms = ?1, highest_ms = ?1, set_back_to_ms = NULL, up_ms = NULL",
        now);
    record_event(database, now, "outage.taken_back", std::nullopt, std::nullopt, std::nullopt);
}

std::vector<RequirementId> clear_ahead(Database& database, cadence::Zones& zones,
                                       const Policy& policy, Instant now) {
    auto ahead = find_ahead(database, now);
    for (const RequirementId id : ahead) {
        remove_windows(database, id, now);
        const bool in_force = load_requirement(database, id).next_window_at.has_value();
        if (in_force && !has_begun(database, id, now)) begin_now(database, zones, id, policy, now);
    }
    return ahead;
}

void owe_aged_again(Database& database, const Interval& jump, Instant now) {
    for (const DeliveryId id : find_touched_since(database, jump)) {
        static_cast<void>(apart(database, [&database, id, now]() -> cadence::Result<void> {
            owe_again(database, id, now);
            return {};
        }));
    }
}

void bring_back(Database& database, const std::vector<RequirementId>& ahead, const Interval& jump,
                const Policy& policy, Instant now) {
    for (const RequirementId id : ahead) take_back_windows(database, id, now);
    judge_in_time(database, jump, policy);
}

}  // namespace ledger
