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

// A punishment's facts don't count its unknown attempts: only progress is sent again unread.
Transition transition_of(const SettlingStep& step, const Sent& sent) {
    switch (step.kind) {
        case Kind::Applied:
            return {DeliveryState::Applied, step.reason, {}};
        case Kind::NotApplied:
            if (!sent.wanted) return {DeliveryState::Waived, "unwanted", {}};
            return {DeliveryState::Queued, step.reason, {}};
        case Kind::Read:
        case Kind::Undecided:
            break;
    }
    return cadence::settle_unread(facts_of(sent, 0));
}

Transition close_as(Database& database, const Sent& sent, const SettlingStep& step, Instant now) {
    close_attempt(database, sent.id, sent.attempts, step, now);
    if (step.kind == Kind::NotApplied) forget_send(database, sent.id);
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

std::vector<DeliveryId> find_resent(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT id FROM delivery INDEXED BY delivery_resent WHERE session = ?1"
        " AND state = 'applied' AND kind <> 'progress' AND unknowns > 0 AND doubled = 0");
    row.bind(session);
    std::vector<DeliveryId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

bool is_doubled(Database& database, const SessionId& session, DeliveryId delivery,
                const LockReading& read) {
    for (const int number : find_unknown_attempts(database, delivery, "not_applied")) {
        const auto attempt = load_unknown_attempt(database, delivery, number);
        if (!attempt.baseline) continue;
        const auto own = without_others(database, session, delivery, attempt.baseline->at, read);
        if (shows_twice(attempt.write, *attempt.baseline, own)) return true;
    }
    return false;
}

}  // namespace

Transition begin_settling(Database& database, const Sent& sent, Transition unknown, Instant now) {
    database.execute("UPDATE attempt SET given_up_at_ms = ?3 WHERE delivery = ?1 AND n = ?2",
                     sent.id, sent.attempts, now);
    const auto attempt = load_unknown_attempt(database, sent.id, sent.attempts);
    const auto step = next_settling_step(attempt.write, attempt.baseline, now, {});
    if (step.kind == Kind::Read) {
        unknown.wait = step.read_at - now;
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

bool settle_by_baseline(Database& database, const Candidate& candidate, const LockReading& baseline,
                        const std::string& local_date, Instant now) {
    for (const int number : find_unknown_attempts(database, candidate.id, "not_applied")) {
        const auto attempt = load_unknown_attempt(database, candidate.id, number);
        if (!attempt.baseline) continue;
        const auto own = without_others(database, candidate.session, candidate.id,
                                        attempt.baseline->at, baseline);
        if (weigh(candidate.write, *attempt.baseline, own) != Finding::For) continue;
        close_attempt(database, candidate.id, number, {Kind::Applied, {}, "seen_by_retry"}, now);
        database.execute("UPDATE delivery SET sent_local_date = ?2 WHERE id = ?1", candidate.id,
                         local_date.empty() ? std::nullopt : std::optional(local_date));
        move_delivery(database, candidate.id, DeliveryState::Applied, "seen_by_retry", now);
        return true;
    }
    return false;
}

std::vector<DeliveryId> note_doubled(Database& database, const SessionId& session,
                                     const LockReading& read, Instant now) {
    std::vector<DeliveryId> doubled;
    for (const DeliveryId delivery : find_resent(database, session)) {
        if (!is_doubled(database, session, delivery, read)) continue;
        database.execute("UPDATE delivery SET doubled = 1 WHERE id = ?1", delivery);
        move_delivery(database, delivery, DeliveryState::Applied, "doubled", now);
        owe_undo(database, delivery, now, UndoneAs::Doubled);
        doubled.push_back(delivery);
    }
    return doubled;
}

void give_up_settling(Database& database, Instant now) {
    std::vector<DeliveryId> unknown;
    {
        auto row = database.query(
            "SELECT id FROM delivery WHERE state = 'unknown' AND kind <> 'progress' ORDER BY id");
        while (row.step()) unknown.push_back({row.integer(0)});
    }
    for (const DeliveryId delivery : unknown) {
        const auto sent = find_sent(database, delivery);
        close_as(database, *sent, {Kind::Undecided, {}, "clock_set_back"}, now);
        refresh_lane(database, sent->session, now);
    }
}

}  // namespace ledger
