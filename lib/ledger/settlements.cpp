#include "ledger/settlements.hpp"

#include <algorithm>
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
using cadence::Duration;
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

// A platform that loses one write after the other is not written to for ever; and each further one
// might be applied beside an earlier one that only comes late.
constexpr int kMostUnknowns = 4;
constexpr std::chrono::minutes kBeforeTheThird{5};
constexpr std::chrono::seconds kBeforeALook{15};  // others of the lock session may come first

// Whether a look just before a write at `then` would still show each of the earlier ones.
bool shows_earlier(Database& database, DeliveryId delivery, Instant then) {
    const auto numbers = find_unknown_attempts(database, delivery);
    return std::all_of(numbers.begin(), numbers.end(), [&database, delivery, then](int number) {
        const auto attempt = load_unknown_attempt(database, delivery, number);
        return attempt.baseline &&
               evidence_ends(attempt.write, *attempt.baseline) > then + kBeforeALook;
    });
}

Transition send_again(Database& database, const SettlingStep& step, const Sent& sent, Instant now) {
    if (!sent.wanted) return {DeliveryState::Waived, "unwanted", {}};
    const Duration wait = sent.unknowns > 1 ? Duration{kBeforeTheThird} : Duration::zero();
    const bool last = sent.unknowns == kMostUnknowns - 1;
    if (sent.unknowns >= kMostUnknowns || (last && !shows_earlier(database, sent.id, now + wait))) {
        return {DeliveryState::Held, "sent_in_vain", {}};
    }
    return {DeliveryState::Queued, step.reason, wait};
}

// A punishment's facts don't count its unknown attempts: only progress is sent again unread.
Transition transition_of(Database& database, const SettlingStep& step, const Sent& sent,
                         Instant now) {
    switch (step.kind) {
        case Kind::Applied:
            return {DeliveryState::Applied, step.reason, {}};
        case Kind::NotApplied:
            return send_again(database, step, sent, now);
        case Kind::Read:
        case Kind::Undecided:
            break;
    }
    return cadence::settle_unread(facts_of(sent, 0));
}

Transition close_as(Database& database, const Sent& sent, const SettlingStep& step, Instant now) {
    close_attempt(database, sent.id, sent.attempts, word_of(step.kind), step.reason, now);
    if (step.kind == Kind::NotApplied) forget_send(database, sent.id);
    return settle_as(database, sent, transition_of(database, step, sent, now), now);
}

void look_again(Database& database, const Sent& sent, Instant read_at) {
    database.execute("UPDATE delivery SET due_at_ms = ?2 WHERE id = ?1", sent.id, read_at);
}

void record_reading(Database& database, const Sent& sent, const UnknownAttempt& attempt,
                    const LockReading& read, Instant now) {
    const auto finding = attempt.baseline
                             ? weigh(attempt.write, *attempt.baseline, read, attempt.earlier)
                             : Finding::Silent;
    store_evidence(database, sent.id, sent.attempts, read, cadence::to_string(finding));
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
    const auto step = next_settling_step(attempt.write, attempt.baseline, attempt.given_up_at,
                                         attempt.reads, attempt.earlier);
    if (step.kind == Kind::Read) {
        look_again(database, sent, step.read_at);
        return {};
    }
    auto stored = close_as(database, sent, step, now);
    return {stored.state, std::move(stored.reason)};
}

}  // namespace

Transition begin_settling(Database& database, const Sent& sent, Transition unknown, Instant now) {
    database.execute("UPDATE attempt SET given_up_at_ms = ?3 WHERE delivery = ?1 AND n = ?2",
                     sent.id, sent.attempts, now);
    const auto attempt = load_unknown_attempt(database, sent.id, sent.attempts);
    const auto step = attempt.comparable
                          ? next_settling_step(attempt.write, attempt.baseline, now, {})
                          : SettlingStep{Kind::Undecided, {}, "clock_set_back"};
    if (step.kind == Kind::Read) {
        unknown.wait = step.read_at - now;
        database.execute("UPDATE delivery SET settle_by_ms = ?2 WHERE id = ?1", sent.id,
                         evidence_ends(attempt.write, *attempt.baseline));
        return unknown;
    }
    close_attempt(database, sent.id, sent.attempts, word_of(step.kind), step.reason, now);
    return transition_of(database, step, sent, now);
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
    const int others = candidate.unknowns - 1;
    for (const int number : find_unknown_attempts(database, candidate.id)) {
        const auto attempt = load_unknown_attempt(database, candidate.id, number);
        if (!attempt.baseline || attempt.settled != "not_applied") continue;
        const auto own = apart_from_others(database, candidate.session, candidate.id, attempt.write,
                                           attempt.baseline->at, baseline);
        if (!own) continue;
        const auto finding = weigh(attempt.write, *attempt.baseline, *own, others);
        // Who looked at the lock and said so is not contradicted by what others have done to it.
        const bool doubtful = finding == Finding::Neither && attempt.because != "by_person";
        if (finding != Finding::For && !doubtful) continue;
        store_evidence(database, candidate.id, number, *own, cadence::to_string(finding));
        const bool applied = finding == Finding::For;
        close_attempt(database, candidate.id, number,
                      word_of(applied ? Kind::Applied : Kind::Undecided),
                      applied ? "seen_by_retry" : "readings_disagree", now);
        return Proven{applied, attempt.started_at};
    }
    return std::nullopt;
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
    // Nor can those be compared with what comes that are not unknown any more, or not yet.
    database.execute(
        "UPDATE attempt SET comparable = 0 WHERE delivery IN"
        " (SELECT id FROM delivery INDEXED BY delivery_lost WHERE unknowns > 0"
        "  AND kind <> 'progress' AND state IN ('waiting', 'queued', 'held'))"
        " OR delivery IN (SELECT id FROM delivery WHERE state = 'inFlight')");
    database.execute(
        "UPDATE delivery SET watch_until_ms = NULL, watch_at_ms = NULL"
        " WHERE watch_until_ms IS NOT NULL");
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
