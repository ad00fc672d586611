#include "ledger/due_work.hpp"

#include <algorithm>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/judgement.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/settlements.hpp"
#include "ledger/timeline.hpp"
#include "ledger/token_lives.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Policy;
using cadence::RequirementId;
using cadence::WindowId;
using engine::DocketPass;

// A zone that cannot be read, or whose rules end, is asked again after this.
constexpr std::chrono::hours kNextTry{1};

std::vector<std::int64_t> ids_of(Query row) {
    std::vector<std::int64_t> ids;
    while (row.step()) ids.push_back(row.integer(0));
    return ids;
}

std::vector<std::int64_t> find_due(Database& database, const char* sql, Instant now, int limit) {
    auto row = database.query(sql);
    row.bind(now, limit);
    return ids_of(std::move(row));
}

void postpone(Database& database, RequirementId id, const cadence::Error& error, Instant now) {
    database.execute("UPDATE requirement SET next_window_at_ms = ?2 WHERE id = ?1", id,
                     now + kNextTry);
    record_event(database, now, "window.not_opened", load_requirement(database, id).session,
                 std::nullopt, std::nullopt, event_detail({{"reason", error.detail}}));
}

void judge_later(Database& database, WindowId id, const cadence::Error& error, Instant now) {
    database.execute("UPDATE window SET judge_at_ms = ?2 WHERE id = ?1", id, now + kNextTry);
    record_event(database, now, "window.not_judged", load_window(database, id).session, id,
                 std::nullopt, event_detail({{"reason", error.detail}}));
}

void open_due(Database& database, cadence::Zones& zones, const Policy& policy, Instant now,
              int limit, DocketPass& pass) {
    const auto due = find_due(database,
                              "SELECT id FROM requirement WHERE next_window_at_ms <= ?1"
                              " ORDER BY next_window_at_ms LIMIT ?2",
                              now, limit);
    for (const auto id : due) {
        const int room = limit - pass.opened;
        if (room <= 0) break;
        const auto opened = apart(database, [&database, &zones, &policy, id, now, room] {
            return open_windows(database, zones, {id}, policy, now, room);
        });
        if (opened) {
            pass.opened += *opened;
        } else {
            postpone(database, {id}, opened.error(), now);
        }
    }
}

engine::Judged judge_due_window(Database& database, WindowId id, const Policy& policy,
                                Instant now) {
    const WindowRow window = load_window(database, id);
    const auto rules = load_rules(database, window.requirement, window.generation);
    const auto verdict = judge_stored(database, window, rules);
    store_verdict(database, window, verdict, now);
    const bool missed = verdict.kind == cadence::VerdictKind::Missed;
    // It may have been missed, and punished, before a clock that was set back opened it again.
    const auto undo = missed ? std::nullopt : forgive(database, window, rules, now);
    const auto punishment = punish(database, window, rules, verdict, policy, now);
    if (punishment || undo) refresh_lane(database, window.session, now);
    return {id, window.session, window.metric, verdict, punishment};
}

void judge_due(Database& database, const Policy& policy, Instant now, int limit, DocketPass& pass) {
    const auto due = find_due(database,
                              "SELECT id FROM window WHERE verdict IS NULL AND judge_at_ms <= ?1"
                              " ORDER BY judge_at_ms, id LIMIT ?2",
                              now, limit);
    for (const auto id : due) {
        const auto judged =
            apart(database, [&database, &policy, id, now]() -> cadence::Result<engine::Judged> {
                return judge_due_window(database, {id}, policy, now);
            });
        if (judged) {
            pass.judged.push_back(*judged);
        } else {
            judge_later(database, {id}, judged.error(), now);
        }
    }
}

struct OverAged {
    cadence::DeliveryId delivery;
    cadence::SessionId session;
};

std::vector<OverAged> find_over_aged(Database& database, Instant now, int limit) {
    auto row = database.query(
        "SELECT id, session FROM delivery INDEXED BY delivery_expiry WHERE expires_at_ms <= ?1"
        " AND state IN ('waiting', 'queued') AND expires_at_ms IS NOT NULL"
        " ORDER BY expires_at_ms LIMIT ?2");
    row.bind(now, limit);
    std::vector<OverAged> found;
    while (row.step()) found.push_back({{row.integer(0)}, {row.text(1)}});
    return found;
}

void waive_over_aged(Database& database, Instant now, int limit, DocketPass& pass) {
    for (const OverAged& one : find_over_aged(database, now, limit)) {
        waive_punishment(database, one.delivery, "max_age", now);
        refresh_lane(database, one.session, now);
        ++pass.waived;
    }
}

std::optional<Instant> first_of(Database& database, const char* sql) {
    auto row = database.query(sql);
    if (!row.step()) return std::nullopt;
    return row.maybe_instant(0);
}

std::optional<Instant> earliest(std::initializer_list<std::optional<Instant>> instants) {
    std::optional<Instant> found;
    for (const auto& instant : instants) {
        if (instant && (!found || *instant < *found)) found = instant;
    }
    return found;
}

std::optional<Instant> next_due(Database& database, const Policy& policy, Instant now) {
    return earliest(
        {first_of(database,
                  "SELECT min(next_window_at_ms) FROM requirement"
                  " WHERE next_window_at_ms IS NOT NULL"),
         first_of(database, "SELECT min(judge_at_ms) FROM window WHERE verdict IS NULL"),
         first_of(database,
                  "SELECT min(expires_at_ms) FROM delivery INDEXED BY delivery_expiry"
                  " WHERE expires_at_ms IS NOT NULL"
                  " AND state IN ('waiting', 'queued')"),
         first_of(database,
                  "SELECT min(settle_by_ms) FROM delivery INDEXED BY delivery_settle_by"
                  " WHERE settle_by_ms IS NOT NULL AND state = 'unknown'"),
         next_token_change(database, policy, now)});
}

}  // namespace

DocketPass work_off(Database& database, cadence::Zones& zones, const Policy& policy, Instant now,
                    int limit) {
    DocketPass pass;
    open_due(database, zones, policy, now, limit, pass);
    judge_due(database, policy, now, limit, pass);
    waive_over_aged(database, now, limit, pass);
    pass.unsettled = end_settling(database, now, limit);
    pass.tokens_died = bury_tokens(database, policy, now, limit);
    pass.next_due = next_due(database, policy, now);
    pass.more = pass.next_due && *pass.next_due <= now;
    return pass;
}

}  // namespace ledger
