#include "ledger/jumps.hpp"

#include <vector>

#include "ledger/counting.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/judgement.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Duration;
using cadence::Instant;
using cadence::Interval;
using cadence::Policy;
using cadence::RequirementId;
using cadence::WindowId;

// Two heartbeats lie between the steps and what is known of them.
constexpr std::chrono::minutes kInexact{2};
// No outage of ours lasts that long and ends in a clock that is set back into it.
constexpr std::chrono::hours kFarAhead{24 * 31};
// A window that begins this soon may keep the proofs it was given.
constexpr std::chrono::hours kSoon{24};
// The longest pause that can be asked for.
constexpr std::chrono::hours kLongestPause{24 * 366};

std::vector<RequirementId> find_ahead(Database& database, Instant now) {
    auto row = database.query(
        "SELECT DISTINCT requirement FROM window WHERE end_at_ms > ?1 AND start_at_ms > ?1");
    row.bind(now);
    std::vector<RequirementId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

struct Early {
    WindowId window;
    std::int64_t count{0};
    Instant start;
};

std::optional<WindowId> find_running(Database& database, RequirementId requirement, Instant now) {
    auto row = database.query(
        "SELECT id FROM window WHERE requirement = ?1 AND start_at_ms <= ?2 AND end_at_ms > ?2"
        " ORDER BY start_at_ms DESC LIMIT 1");
    row.bind(requirement, now);
    if (!row.step()) return std::nullopt;
    return WindowId{row.integer(0)};
}

std::vector<Early> find_counted_early(Database& database, RequirementId requirement, Instant now) {
    auto row = database.query(
        "SELECT id, count, start_at_ms FROM window WHERE requirement = ?1 AND start_at_ms > ?2"
        " AND count > 0 ORDER BY start_at_ms");
    row.bind(requirement, now);
    std::vector<Early> found;
    while (row.step()) found.push_back({{row.integer(0)}, row.integer(1), row.instant(2)});
    return found;
}

// What carries them goes along; of two that still take proofs one takes the other's.
void move_carriers(Database& database, WindowId from, const WindowRow& to, Instant now) {
    auto row = database.query(
        "SELECT a.id, b.id, b.amount, b.proofs FROM delivery a JOIN delivery b ON b.window = ?2"
        " WHERE a.window = ?1 AND a.kind = 'progress' AND a.state IN ('waiting', 'queued')"
        " AND a.unknowns = 0 AND b.kind = 'progress' AND b.state IN ('waiting', 'queued')"
        " AND b.unknowns = 0");
    row.bind(to.id, from);
    if (row.step()) {
        const cadence::DeliveryId into{row.integer(0)};
        const cadence::DeliveryId merged{row.integer(1)};
        const std::int64_t amount = row.integer(2);
        const std::int64_t proofs = row.integer(3);
        carry_more(database, into, amount, proofs, now);
        database.execute("UPDATE delivery SET proofs = 0 WHERE id = ?1", merged);
        database.execute("UPDATE proof SET delivery = ?1 WHERE delivery = ?2 AND window = ?3", into,
                         merged, to.id);
        move_delivery(database, merged, cadence::DeliveryState::Waived, "merged", now);
    }
    database.execute(
        "UPDATE delivery SET window = ?2, window_start_ms = ?3, revision = revision + 1"
        " WHERE window = ?1 AND kind = 'progress'",
        from, to.id, to.start);
}

void move_proofs(Database& database, const Early& early, const WindowRow& running, Instant now) {
    database.execute("UPDATE proof SET window = ?2 WHERE window = ?1 AND counted = 1", early.window,
                     running.id);
    move_carriers(database, early.window, running, now);
    add_to_count(database, early.window, -early.count);
    add_to_count(database, running.id, early.count);
    database.execute(
        "UPDATE window SET verdict = NULL, reason = '', judged_at_ms = NULL"
        " WHERE id = ?1 AND verdict = 'met'",
        early.window);
    record_event(database, now, "window.proofs_moved", running.session, running.id, std::nullopt,
                 event_detail({{"from", std::to_string(early.window.value)},
                               {"amount", std::to_string(early.count)}}));
    judge_by_count(database, running.id,
                   load_rules(database, running.requirement, running.generation), now);
}

// They were handed in before the clock was set right, so not in a window that begins later. Where
// the running one does not need them they may stay where the wearer was told they are.
void bring_back_proofs(Database& database, RequirementId requirement, Instant now) {
    const auto running = find_running(database, requirement, now);
    if (!running) return;
    for (const Early& early : find_counted_early(database, requirement, now)) {
        const WindowRow window = load_window(database, *running);
        const bool met = window.verdict && window.verdict->kind == cadence::VerdictKind::Met;
        if (met && early.start <= now + kSoon) continue;
        move_proofs(database, early, window, now);
        refresh_lane(database, window.session, now);
    }
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

void take_back_windows(Database& database, cadence::Zones& zones, RequirementId id,
                       const Policy& policy, Instant now) {
    remove_windows(database, id, now);
    const RequirementRow row = load_requirement(database, id);
    if (!row.next_window_at) return;
    if (const auto newest = find_newest_window(database, id)) {
        database.execute("UPDATE requirement SET next_window_at_ms = ?2 WHERE id = ?1", id,
                         newest->end);
        return;
    }
    // It was enrolled meanwhile.
    database.execute(
        "UPDATE requirement SET active_from_ms = min(active_from_ms, ?2),"
        " enrolled_at_ms = min(enrolled_at_ms, ?2) WHERE id = ?1",
        id, now);
    // A zone that cannot be read now is tried again by the next enrolment.
    static_cast<void>(start_windows(database, zones, id, policy, now));
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

std::optional<Interval> find_jump_taken_back(Database& database, Instant now) {
    auto row = database.query(
        "SELECT o.from_at_ms, o.until_at_ms, h.at_ms FROM outage o INDEXED BY outage_until"
        " JOIN heartbeat h WHERE o.until_at_ms > ?1 AND o.from_at_ms <= ?1"
        " ORDER BY o.until_at_ms LIMIT 1");
    row.bind(now);
    if (!row.step()) return std::nullopt;
    const Interval outage{row.instant(0), row.instant(1)};
    const Duration lived = row.instant(2) - outage.end;
    const bool as_long = std::chrono::abs((now - outage.start) - lived) <= kInexact;
    if (!as_long && outage.end - now <= kFarAhead) return std::nullopt;
    return outage;
}

void forget_jump(Database& database, const Interval& jump, const Policy& policy, Instant now) {
    database.execute("DELETE FROM outage WHERE from_at_ms > ?1", now);
    if (now - jump.start > policy.longest_silence) {
        database.execute("UPDATE outage SET until_at_ms = ?2 WHERE from_at_ms = ?1", jump.start,
                         now);
    } else {
        database.execute("DELETE FROM outage WHERE from_at_ms = ?1", jump.start);
    }
    database.execute("UPDATE heartbeat SET at_ms = ?1, highest_ms = ?1, set_back_to_ms = NULL",
                     now);
    database.execute(
        "UPDATE pause SET from_at_ms = ?1, until_at_ms = min(until_at_ms, ?2)"
        " WHERE until_at_ms > ?1 AND from_at_ms > ?1",
        now, now + kLongestPause);
    record_event(database, now, "outage.taken_back", std::nullopt, std::nullopt, std::nullopt);
}

std::vector<RequirementId> clear_ahead(Database& database, Instant now) {
    auto ahead = find_ahead(database, now);
    for (const RequirementId id : ahead) remove_windows(database, id, now);
    return ahead;
}

void bring_back(Database& database, cadence::Zones& zones, const std::vector<RequirementId>& ahead,
                const Interval& jump, const Policy& policy, Instant now) {
    for (const RequirementId id : ahead) {
        bring_back_proofs(database, id, now);
        take_back_windows(database, zones, id, policy, now);
    }
    judge_in_time(database, jump, policy);
}

}  // namespace ledger
