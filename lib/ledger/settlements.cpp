#include "ledger/settlements.hpp"

#include <optional>
#include <utility>

#include "ledger/contexts.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/lane.hpp"
#include "ledger/readings.hpp"
#include "ledger/undo.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::DeliveryKind;
using cadence::DeliveryState;
using cadence::Finding;
using cadence::Instant;
using cadence::LockReading;
using cadence::Result;
using cadence::SessionId;
using cadence::SettlingStep;
using cadence::Transition;
using Kind = cadence::SettlingStep::Kind;

const char* word_of(Kind kind) {
    switch (kind) {
        case Kind::Applied:
            return "applied";
        case Kind::NotApplied:
            return "not_applied";
        case Kind::Read:
        case Kind::Undecided:
            break;
    }
    return "undecided";
}

// The attempt is settled, for all time: what it was known by stays with it.
void close_attempt(Database& database, DeliveryId delivery, int attempt, const SettlingStep& step,
                   Instant now) {
    database.execute(
        "UPDATE attempt SET settled = ?3, settled_because = ?4 WHERE delivery = ?1 AND n = ?2",
        delivery, attempt, word_of(step.kind), step.reason);
    auto row = database.query("SELECT session, window FROM delivery WHERE id = ?1");
    row.bind(delivery);
    if (!row.step()) return;
    record_event(database, now, "delivery.settled", SessionId{row.text(0)},
                 cadence::WindowId{row.integer(1)}, delivery,
                 event_detail({{"attempt", std::to_string(attempt)},
                               {"outcome", word_of(step.kind)},
                               {"because", step.reason}}));
}

// A platform that loses one write after the other is not written to for ever; and each further one
// might be applied beside an earlier one that only comes late.
constexpr int kMostUnknowns = 3;
constexpr std::chrono::minutes kBeforeTheThird{5};

Transition send_again(const SettlingStep& step, const Sent& sent) {
    if (!sent.wanted) return {DeliveryState::Waived, "unwanted", {}};
    if (sent.unknowns >= kMostUnknowns) return {DeliveryState::Held, "sent_in_vain", {}};
    const bool again = sent.unknowns > 1;
    return {DeliveryState::Queued, step.reason, again ? kBeforeTheThird : cadence::Duration{}};
}

// A punishment's facts don't count its unknown attempts: only progress is sent again unread.
Transition transition_of(const SettlingStep& step, const Sent& sent) {
    switch (step.kind) {
        case Kind::Applied:
            return {DeliveryState::Applied, step.reason, {}};
        case Kind::NotApplied:
            return send_again(step, sent);
        case Kind::Read:
        case Kind::Undecided:
            break;
    }
    return cadence::settle_unread(facts_of(sent, 0));
}

Transition close_as(Database& database, const Sent& sent, const SettlingStep& step, Instant now) {
    close_attempt(database, sent.id, sent.attempts, step, now);
    if (step.kind == Kind::NotApplied) forget_send(database, sent.id);
    if (step.kind == Kind::Applied) watch_for_double(database, sent);
    return settle_as(database, sent, transition_of(step, sent), now);
}

void look_again(Database& database, const Sent& sent, Instant read_at) {
    database.execute("UPDATE delivery SET due_at_ms = ?2 WHERE id = ?1", sent.id, read_at);
}

void record_reading(Database& database, const Sent& sent, const UnknownAttempt& attempt,
                    const LockReading& read, Instant now) {
    store_reading(database, sent.id, sent.attempts, "settle", read);
    const auto finding =
        attempt.baseline ? weigh(attempt.write, *attempt.baseline, read) : Finding::Silent;
    record_event(database, now, "delivery.read", sent.session, attempt.window, sent.id,
                 event_detail({{"attempt", std::to_string(sent.attempts)},
                               {"says", cadence::to_string(finding)}}));
}

struct Settled {
    DeliveryState state{DeliveryState::Unknown};
    std::string reason;
};

Settled weigh_evidence(Database& database, const Sent& sent, const LockReading& read, Instant now) {
    auto attempt = load_unknown_attempt(database, sent.id, sent.attempts);
    record_reading(database, sent, attempt, read, now);
    attempt.reads.push_back(read);
    const auto step =
        next_settling_step(attempt.write, attempt.baseline, attempt.given_up_at, attempt.reads);
    if (step.kind == Kind::Read) {
        look_again(database, sent, step.read_at);
        return {};
    }
    auto stored = close_as(database, sent, step, now);
    return {stored.state, std::move(stored.reason)};
}

// Longer than that, and what others do to a lock looks too much like it.
constexpr std::chrono::minutes kLongestWatch{15};

struct Watched {
    DeliveryId delivery;
    bool over{false};
};

std::vector<Watched> find_watched(Database& database, const SessionId& session, Instant now) {
    auto row = database.query(
        "SELECT id, watch_until_ms <= ?2 FROM delivery INDEXED BY delivery_watched"
        " WHERE session = ?1 AND watch_until_ms IS NOT NULL ORDER BY id");
    row.bind(session, now);
    std::vector<Watched> found;
    while (row.step()) found.push_back({{row.integer(0)}, row.boolean(1)});
    return found;
}

void stop_watching(Database& database, DeliveryId delivery) {
    database.execute("UPDATE delivery SET watch_until_ms = NULL WHERE id = ?1", delivery);
}

// The attempt that the reading shows beside the one that was sent again, if it shows that.
std::optional<int> find_double(Database& database, const SessionId& session, DeliveryId delivery,
                               const LockReading& read) {
    for (const int number : find_unknown_attempts(database, delivery, "not_applied")) {
        const auto attempt = load_unknown_attempt(database, delivery, number);
        if (!attempt.baseline) continue;
        const auto own = without_others(database, session, delivery, attempt.baseline->at, read);
        if (own && shows_twice(attempt.write, *attempt.baseline, *own)) return number;
    }
    return std::nullopt;
}

}  // namespace

Transition begin_settling(Database& database, const Sent& sent, Transition unknown, Instant now) {
    database.execute("UPDATE attempt SET given_up_at_ms = ?3 WHERE delivery = ?1 AND n = ?2",
                     sent.id, sent.attempts, now);
    const auto attempt = load_unknown_attempt(database, sent.id, sent.attempts);
    const auto step = next_settling_step(attempt.write, attempt.baseline, now, {});
    if (step.kind == Kind::Read) {
        unknown.wait = step.read_at - now;
        database.execute("UPDATE delivery SET settle_by_ms = ?2 WHERE id = ?1", sent.id,
                         evidence_ends(attempt.write, *attempt.baseline));
        return unknown;
    }
    close_attempt(database, sent.id, sent.attempts, step, now);
    return transition_of(step, sent);
}

Result<engine::FinishedAttempt> settle_by_reading(Database& database, cadence::Zones& zones,
                                                  DeliveryId delivery,
                                                  const engine::ContextFound& found,
                                                  const cadence::Policy& policy, Instant now) {
    auto recorded = store_context(database, zones, found, policy, now);
    if (!recorded) return tl::unexpected(recorded.error());
    // What the context set in motion may have ended it.
    const auto sent = find_sent(database, delivery);
    if (!sent) {
        return cadence::fail(cadence::ErrorCode::NotFound,
                             "there is no delivery " + std::to_string(delivery.value));
    }
    engine::FinishedAttempt finished;
    finished.state = sent->state;
    finished.session_ended = sent->session_ended;
    finished.recorded = *std::move(recorded);
    if (sent->state == DeliveryState::Unknown && sent->kind != DeliveryKind::Progress) {
        auto settled = weigh_evidence(database, *sent, found.context.lock, now);
        finished.state = settled.state;
        finished.reason = std::move(settled.reason);
    }
    refresh_lane(database, sent->session, now);
    return finished;
}

std::optional<Proven> weigh_earlier_attempts(Database& database, const Candidate& candidate,
                                             const LockReading& baseline, Instant now) {
    for (const int number : find_unknown_attempts(database, candidate.id, "not_applied")) {
        const auto attempt = load_unknown_attempt(database, candidate.id, number);
        if (!attempt.baseline) continue;
        const auto own = without_others(database, candidate.session, candidate.id,
                                        attempt.baseline->at, baseline);
        const auto finding = own ? weigh(attempt.write, *attempt.baseline, *own) : Finding::Silent;
        if (finding != Finding::For && finding != Finding::Neither) continue;
        store_reading(database, candidate.id, number, "settle", baseline);
        const bool applied = finding == Finding::For;
        close_attempt(database, candidate.id, number,
                      applied ? SettlingStep{Kind::Applied, {}, "seen_by_retry"}
                              : SettlingStep{Kind::Undecided, {}, "readings_disagree"},
                      now);
        return Proven{applied, attempt.started_at};
    }
    return std::nullopt;
}

void watch_for_double(Database& database, const Sent& sent) {
    std::optional<Instant> until;
    for (const int number : find_unknown_attempts(database, sent.id, "not_applied")) {
        const auto attempt = load_unknown_attempt(database, sent.id, number);
        if (!attempt.baseline) continue;
        const auto length = std::min<cadence::Duration>(attempt.write.seconds, kLongestWatch);
        until = std::max(until.value_or(Instant::min()), attempt.baseline->at + length);
    }
    if (!until) return;
    database.execute("UPDATE delivery SET watch_until_ms = ?2 WHERE id = ?1", sent.id, until);
}

// One at most: two that wait for the same seconds cannot be told apart.
std::vector<DeliveryId> note_doubled(Database& database, const SessionId& session,
                                     const LockReading& read, Instant now) {
    for (const Watched& watched : find_watched(database, session, now)) {
        if (watched.over) stop_watching(database, watched.delivery);
        if (watched.over) continue;
        const auto attempt = find_double(database, session, watched.delivery, read);
        if (!attempt) continue;
        stop_watching(database, watched.delivery);
        store_reading(database, watched.delivery, *attempt, "settle", read);
        close_attempt(database, watched.delivery, *attempt, {Kind::Applied, {}, "doubled"}, now);
        database.execute("UPDATE delivery SET doubled = 1 WHERE id = ?1", watched.delivery);
        move_delivery(database, watched.delivery, DeliveryState::Applied, "doubled", now);
        owe_undo(database, watched.delivery, now, UndoneAs::Doubled);
        return {watched.delivery};
    }
    return {};
}

namespace {

std::vector<DeliveryId> find_unknown(Database& database) {
    auto row = database.query(
        "SELECT id FROM delivery WHERE state = 'unknown' AND kind <> 'progress' ORDER BY id");
    std::vector<DeliveryId> unknown;
    while (row.step()) unknown.push_back({row.integer(0)});
    return unknown;
}

}  // namespace

void give_up_settling(Database& database, Instant now) {
    for (const DeliveryId delivery : find_unknown(database)) {
        const auto sent = find_sent(database, delivery);
        close_as(database, *sent, {Kind::Undecided, {}, "clock_set_back"}, now);
        refresh_lane(database, sent->session, now);
    }
    database.execute("UPDATE delivery SET watch_until_ms = NULL WHERE watch_until_ms IS NOT NULL");
}

std::vector<DeliveryId> find_settled_by_nobody(Database& database, Instant now, int limit) {
    auto row = database.query(
        "SELECT id FROM delivery INDEXED BY delivery_settle_by"
        " WHERE settle_by_ms <= ?1 AND settle_by_ms IS NOT NULL AND state = 'unknown'"
        " ORDER BY settle_by_ms LIMIT ?2");
    row.bind(now, limit);
    std::vector<DeliveryId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

int end_settling(Database& database, Instant now, int limit) {
    const auto over = find_settled_by_nobody(database, now, limit);
    for (const DeliveryId delivery : over) {
        const auto sent = find_sent(database, delivery);
        close_as(database, *sent, {Kind::Undecided, {}, "not_read_in_time"}, now);
        refresh_lane(database, sent->session, now);
    }
    return static_cast<int>(over.size());
}

void begin_settling_anew(Database& database, Instant now) {
    for (const DeliveryId delivery : find_unknown(database)) {
        const auto sent = find_sent(database, delivery);
        database.execute("UPDATE attempt SET given_up_at_ms = ?3 WHERE delivery = ?1 AND n = ?2",
                         delivery, sent->attempts, now);
        look_again(database, *sent, now);
        refresh_lane(database, sent->session, now);
    }
}

}  // namespace ledger
