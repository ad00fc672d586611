#include "ledger/lane.hpp"

#include <algorithm>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::DeliveryKind;
using cadence::Duration;
using cadence::Instant;
using cadence::Result;
using cadence::SessionId;
using engine::LaneHead;
using engine::UsableToken;
using Todo = engine::LaneHead::Todo;

struct Lane {
    std::string platform;
    bool active{false};
    bool ended{false};
    bool context_seen{false};
    Instant deferred_until;
};

struct Token {
    UsableToken usable;
    std::optional<Instant> verify_due;
};

// One thing there is to do, and from when on.
struct Errand {
    Todo todo{Todo::Nothing};
    Instant due;
    cadence::DeliveryId delivery{};
    DeliveryKind kind{DeliveryKind::Progress};
    bool by_newest{false};  // with a token that is not verified yet
};

// Everything there is to do, in the order in which it is to be done once due.
struct Plan {
    std::string platform;
    bool in_flight{false};
    std::optional<Instant> work_ends;  // of a token with something to carry: its life's end
    std::optional<Token> newest;       // verified before anything is sent with it
    std::optional<Token> sender;  // the newest that is verified: an older one while `newest` waits
    std::vector<Errand> errands;

    [[nodiscard]] std::optional<Instant> due() const {
        if (errands.empty()) return std::nullopt;
        return std::min_element(errands.begin(), errands.end(),
                                [](const Errand& a, const Errand& b) { return a.due < b.due; })
            ->due;
    }
};

std::optional<Lane> find_lane(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT platform, state, context_seen_at_ms IS NOT NULL, deferred_until_ms FROM session"
        " WHERE id = ?1");
    row.bind(session);
    if (!row.step()) return std::nullopt;
    const std::string state = row.text(1);
    return Lane{.platform = row.text(0),
                .active = state == "active",
                .ended = state == "ended",
                .context_seen = row.boolean(2),
                .deferred_until = row.instant(3)};
}

// The newest launch's.
std::optional<Token> find_token(Database& database, const SessionId& session, Instant good_until,
                                bool verified) {
    auto row = database.query(
        "SELECT hash, secret, expires_at_ms, verified_at_ms IS NOT NULL, verify_due_at_ms"
        " FROM token WHERE session = ?1 AND died_at_ms IS NULL AND set_aside_until_ms IS NULL"
        " AND expires_at_ms > ?2"
        " AND (?3 = 0 OR (verified_at_ms IS NOT NULL AND verify_due_at_ms IS NULL))"
        " ORDER BY launched_at_ms DESC, hash LIMIT 1");
    row.bind(session, good_until, verified);
    if (!row.step()) return std::nullopt;
    const auto verify_due = row.maybe_instant(4);
    return Token{.usable = {.hash = row.text(0),
                            .secret = cadence::Secret(row.text(1)),
                            .expires_at = row.instant(2),
                            .verified = row.boolean(3) && !verify_due},
                 .verify_due = verify_due};
}

bool has_one_in_flight(Database& database, const SessionId& session) {
    auto row = database.query("SELECT 1 FROM delivery WHERE session = ?1 AND state = 'inFlight'");
    row.bind(session);
    return row.step();
}

bool has_unknown_punishment(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT 1 FROM delivery WHERE session = ?1 AND state = 'unknown' AND kind <> 'progress'");
    row.bind(session);
    return row.step();
}

bool has_queued(Database& database, const SessionId& session) {
    auto row = database.query("SELECT 1 FROM delivery WHERE session = ?1 AND state = 'queued'");
    row.bind(session);
    return row.step();
}

bool has_unknown(Database& database, const SessionId& session) {
    auto row = database.query("SELECT 1 FROM delivery WHERE session = ?1 AND state = 'unknown'");
    row.bind(session);
    return row.step();
}

// Progress is settled without a look at the lock; the rest with one, which takes a token.
void add_unknown(Database& database, const SessionId& session, bool may_read, Plan& plan) {
    // Seldom there is one, and to be ready to sort costs more than to look.
    if (!has_unknown(database, session)) return;
    auto row = database.query(
        "SELECT id, kind, ifnull(due_at_ms, 0) FROM delivery"
        " WHERE session = ?1 AND state = 'unknown' AND (kind = 'progress' OR ?2)"
        " ORDER BY ifnull(due_at_ms, 0), id LIMIT 1");
    row.bind(session, may_read);
    if (!row.step()) return;
    plan.errands.push_back({.todo = Todo::Settle,
                            .due = row.instant(2),
                            .delivery = {row.integer(0)},
                            .kind = cadence::parse_delivery_kind(row.text(1)).value()});
}

// A lock that is watched for a write that was applied twice.
void add_look(Database& database, const SessionId& session, Plan& plan) {
    auto row = database.query(
        "SELECT min(watch_at_ms) FROM delivery INDEXED BY delivery_watched"
        " WHERE session = ?1 AND watch_until_ms IS NOT NULL");
    row.bind(session);
    if (!row.step()) return;
    const auto due = row.maybe_instant(0);
    if (due) plan.errands.push_back({.todo = Todo::Verify, .due = *due});
}

struct Queued {
    cadence::DeliveryId id;
    Instant due;
};

std::optional<Queued> find_queued(Query row) {
    if (!row.step()) return std::nullopt;
    return Queued{{row.integer(0)}, row.instant(1)};
}

// The oldest window's that is due; found by the index's order, whatever else is queued.
std::optional<Queued> find_due(Database& database, const SessionId& session, const char* kind,
                               Instant now) {
    auto row = database.query(
        "SELECT id, ifnull(due_at_ms, 0) FROM delivery"
        " WHERE session = ?1 AND state = 'queued' AND kind = ?2 AND wanted = 1"
        " AND ifnull(due_at_ms, 0) <= ?3 ORDER BY window_start_ms, id LIMIT 1");
    row.bind(session, kind, now);
    return find_queued(std::move(row));
}

// The one that will be first.
std::optional<Queued> find_later(Database& database, const SessionId& session, const char* kind) {
    auto row = database.query(
        "SELECT id, ifnull(due_at_ms, 0) FROM delivery"
        " WHERE session = ?1 AND state = 'queued' AND kind = ?2 AND wanted = 1"
        " ORDER BY ifnull(due_at_ms, 0), window_start_ms, id LIMIT 1");
    row.bind(session, kind);
    return find_queued(std::move(row));
}

void add_queued(Database& database, const SessionId& session, const char* kind, Instant not_before,
                Instant now, Plan& plan) {
    auto queued = find_due(database, session, kind, now);
    if (!queued) queued = find_later(database, session, kind);
    if (!queued) return;
    plan.errands.push_back({.todo = Todo::Send,
                            .due = std::max(queued->due, not_before),
                            .delivery = queued->id,
                            .kind = cadence::parse_delivery_kind(kind).value()});
}

void add_punishments(Database& database, const SessionId& session, const Lane& lane, Instant now,
                     Plan& plan) {
    const bool may_punish =
        lane.context_seen && !is_braked(database) && !has_unknown_punishment(database, session);
    if (!may_punish) return;
    const Instant paused = paused_until(database, session, now);
    const Instant not_before = paused > now ? paused : Instant{};
    add_queued(database, session, "undo", not_before, now, plan);
    add_queued(database, session, "punishment", not_before, now, plan);
}

// When the last of the tokens ends that has something to carry. Not for what a pause keeps back
// until then. What is queued while the launch is not verified yet is no errand, but work.
std::optional<Instant> find_work_end(Database& database, const SessionId& session,
                                     const Plan& plan) {
    if (!plan.newest) return std::nullopt;
    Instant end = plan.newest->usable.expires_at;
    if (plan.sender) end = std::max(end, plan.sender->usable.expires_at);
    const bool carries = std::any_of(
        plan.errands.begin(), plan.errands.end(),
        [end](const Errand& errand) { return errand.todo != Todo::Verify && errand.due < end; });
    const bool stuck = !carries && !plan.sender && has_queued(database, session);
    return carries || stuck ? std::optional(end) : std::nullopt;
}

// Until progress, in the order of a launch, with tokens that are good for more than `margin` from
// now.
Plan plan_progress(Database& database, const SessionId& session, const Lane& lane, Instant now,
                   Duration margin) {
    Plan plan;
    plan.platform = lane.platform;
    if (lane.ended) return plan;
    plan.in_flight = has_one_in_flight(database, session);
    if (plan.in_flight) return plan;
    plan.newest = find_token(database, session, now + margin, false);
    plan.sender = plan.newest;
    if (plan.newest && !plan.newest->usable.verified) {
        plan.sender = find_token(database, session, now + margin, true);
    }
    if (plan.newest && plan.newest->verify_due) {
        plan.errands.push_back({.todo = Todo::Verify,
                                .due = *plan.newest->verify_due,
                                .delivery = {},
                                .kind = DeliveryKind::Progress,
                                .by_newest = true});
    }
    add_unknown(database, session, lane.active && plan.sender, plan);
    if (lane.active && plan.sender) {
        add_look(database, session, plan);
        add_queued(database, session, "progress", Instant{}, now, plan);
    }
    return plan;
}

void put_off(const Lane& lane, Instant now, Plan& plan) {
    // One that lies further ahead was set on a clock that has been set back.
    const Instant deferred = std::min(lane.deferred_until, now + kLongestWait);
    for (Errand& errand : plan.errands) errand.due = std::max(errand.due, deferred);
}

// All there is to do, begun with plan_progress.
void plan_rest(Database& database, const SessionId& session, const Lane& lane, Instant now,
               Plan& plan) {
    if (lane.active && plan.sender) add_punishments(database, session, lane, now, plan);
    plan.work_ends = find_work_end(database, session, plan);
    put_off(lane, now, plan);
}

Plan plan_lane(Database& database, const SessionId& session, Instant now, Duration margin) {
    const auto lane = find_lane(database, session);
    if (!lane) return {};
    Plan plan = plan_progress(database, session, *lane, now, margin);
    plan_rest(database, session, *lane, now, plan);
    return plan;
}

// While a write is in flight there is nothing to do but to wait for it, and the work goes on.
void store_plan(Database& database, const SessionId& session, const Plan& plan, Instant now) {
    if (plan.in_flight) {
        close_lane(database, session);
        return;
    }
    database.execute(
        "UPDATE session SET lane_due_at_ms = ?2, work_ends_at_ms = ?3,"
        " work_since_ms = iif(?3 IS NULL, NULL, min(ifnull(work_since_ms, ?4), ?4))"
        " WHERE id = ?1 AND (lane_due_at_ms IS NOT ?2 OR work_ends_at_ms IS NOT ?3)",
        session, plan.due(), plan.work_ends, now);
}

tl::unexpected<cadence::Error> no_session(const SessionId& session) {
    return cadence::fail(cadence::ErrorCode::NotFound, "there is no lock session " + session.value);
}

LaneHead head_of(const Plan& plan, Instant now) {
    LaneHead head;
    head.platform = plan.platform;
    for (const Errand& errand : plan.errands) {
        if (errand.due > now) continue;
        head.todo = errand.todo;
        head.delivery = errand.delivery;
        head.kind = errand.kind;
        const auto& token = errand.by_newest ? plan.newest : plan.sender;
        if (token) head.token = token->usable;
        return head;
    }
    head.next_due = plan.due();
    return head;
}

}  // namespace

void refresh_lane(Database& database, const SessionId& session, Instant now, Duration margin) {
    store_plan(database, session, plan_lane(database, session, now, margin), now);
}

void close_lane(Database& database, const SessionId& session) {
    database.execute(
        "UPDATE session SET lane_due_at_ms = NULL WHERE id = ?1 AND lane_due_at_ms IS NOT NULL",
        session);
}

void note_work_done(Database& database, const SessionId& session, Instant now) {
    // Within a second it is as good as now, and the index of such times is left alone.
    database.execute(
        "UPDATE session SET work_since_ms = ?2"
        " WHERE id = ?1 AND work_since_ms NOT BETWEEN ?2 - 999 AND ?2",
        session, now);
}

engine::DueLanes find_due_lanes(Database& database, Instant now, int limit) {
    engine::DueLanes due;
    auto row = database.query(
        "SELECT id FROM session WHERE lane_due_at_ms <= ?1 ORDER BY lane_due_at_ms LIMIT ?2");
    row.bind(now, limit);
    while (row.step()) due.sessions.push_back({row.text(0)});
    auto later = database.query(
        "SELECT lane_due_at_ms FROM session WHERE lane_due_at_ms > ?1"
        " ORDER BY lane_due_at_ms LIMIT 1");
    later.bind(now);
    if (later.step()) due.next_due = later.instant(0);
    return due;
}

Result<LaneHead> load_lane(Database& database, const SessionId& session,
                           const cadence::Policy& policy, Instant now, Duration round_trip) {
    const Plan plan = plan_lane(database, session, now, policy.token_margin + round_trip);
    if (plan.platform.empty()) return no_session(session);
    store_plan(database, session, plan, now);
    return head_of(plan, now);
}

Result<LaneHead> load_next(Database& database, const SessionId& session,
                           const cadence::Policy& policy, Instant now, Duration round_trip) {
    const auto lane = find_lane(database, session);
    if (!lane) return no_session(session);
    Plan plan = plan_progress(database, session, *lane, now, policy.token_margin + round_trip);
    if (lane->deferred_until <= now) {
        LaneHead head = head_of(plan, now);
        if (head.todo == Todo::Send) return head;
    }
    plan_rest(database, session, *lane, now, plan);
    store_plan(database, session, plan, now);
    return head_of(plan, now);
}

void postpone_punishments(Database& database, const SessionId& session, Instant until,
                          const std::string& reason, Instant now) {
    database.execute(
        "UPDATE delivery SET due_at_ms = max(ifnull(due_at_ms, 0), ?2), reason = ?3,"
        " updated_at_ms = ?4, revision = revision + 1"
        " WHERE session = ?1 AND state IN ('queued', 'unknown') AND kind <> 'progress'",
        session, until, reason, now);
    refresh_lane(database, session, now);
}

int end_waits(Database& database, const std::string& platform, Instant now, int limit) {
    std::vector<SessionId> waiting;
    {
        auto row = database.query(
            "SELECT id FROM session WHERE lane_due_at_ms > ?1 AND platform = ?2"
            " AND deferred_until_ms > ?1 LIMIT ?3");
        row.bind(now, platform, limit);
        while (row.step()) waiting.push_back({row.text(0)});
    }
    for (const SessionId& session : waiting) {
        database.execute("UPDATE session SET deferred_until_ms = 0 WHERE id = ?1", session);
        refresh_lane(database, session, now);
    }
    return static_cast<int>(waiting.size());
}

void defer_lane(Database& database, const SessionId& session, Instant until) {
    database.execute(
        "UPDATE session SET deferred_until_ms = ?2,"
        " lane_due_at_ms = CASE WHEN lane_due_at_ms IS NULL THEN NULL"
        " ELSE max(lane_due_at_ms, ?2) END WHERE id = ?1",
        session, until);
}

}  // namespace ledger
