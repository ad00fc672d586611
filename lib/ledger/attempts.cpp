#include "ledger/attempts.hpp"

#include "ledger/attempt_checks.hpp"
#include "ledger/contexts.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/lane.hpp"
#include "ledger/outcomes.hpp"
#include "ledger/readings.hpp"
#include "ledger/refusals.hpp"
#include "ledger/rows.hpp"
#include "ledger/sessions.hpp"
#include "ledger/settlements.hpp"

namespace ledger {
namespace {

using cadence::AnswerKind;
using cadence::DeliveryId;
using cadence::DeliveryKind;
using cadence::DeliveryState;
using cadence::ErrorCode;
using cadence::Instant;
using cadence::Result;
using engine::Begun;
using engine::FinishedAttempt;

constexpr const char* kEndedByPlatform = "lock_ended";

tl::unexpected<cadence::Error> no_delivery(DeliveryId id) {
    return cadence::fail(ErrorCode::NotFound, "there is no delivery " + std::to_string(id.value));
}

tl::unexpected<cadence::Error> not_in_flight(DeliveryId id, int attempt) {
    return cadence::fail(ErrorCode::Conflict, "attempt " + std::to_string(attempt) +
                                                  " at delivery " + std::to_string(id.value) +
                                                  " is not in flight");
}

// The wearer's date, by which punishments are capped; no matter for the rest.
Result<std::string> local_date_of(Database& database, cadence::Zones& zones,
                                  const Candidate& candidate, Instant now) {
    if (candidate.kind != DeliveryKind::Punishment) return std::string{};
    auto zone = zones.find_zone(zone_in_force(database, candidate.session));
    if (!zone) return tl::unexpected(zone.error());
    return to_text((*zone)->day_of(now));
}

engine::Attempt obey(Database& database, const Candidate& candidate, const Refusal& refusal,
                     Instant now) {
    if (refusal.begun == Begun::Waived) {
        waive_punishment(database, candidate.id, refusal.reason, now);
        for (const DeliveryId other : refusal.also) {
            waive_punishment(database, other, refusal.reason, now);
        }
    }
    if (refusal.begun == Begun::Later) {
        move_delivery(database, candidate.id, candidate.state, refusal.reason, now, refusal.until);
    }
    engine::Attempt refused;
    refused.begun = refusal.begun;
    refused.reason = refusal.reason;
    return refused;
}

// One row or none: whoever finds it queued sends it. The unique indexes stand behind it.
bool compare_and_set(Database& database, const Candidate& candidate, const std::string& local_date,
                     Instant now) {
    const std::optional<std::string> sent_on =
        local_date.empty() ? std::nullopt : std::optional(local_date);
    return database.execute(
               "UPDATE delivery SET state = 'inFlight', reason = '', attempts = attempts + 1,"
               " sent_local_date = ?3, updated_at_ms = ?2, revision = revision + 1"
               " WHERE id = ?1 AND state = 'queued' AND wanted = 1"
               " AND ifnull(due_at_ms, 0) <= ?2 AND (kind <> 'punishment'"
               "  OR (SELECT verdict FROM window WHERE id = delivery.window) = 'missed')"
               " AND (SELECT state FROM session WHERE id = delivery.session) = 'active'",
               candidate.id, now, sent_on) == 1;
}

void store_attempt(Database& database, const engine::BeginAttempt& begin, int number, Instant now) {
    database.execute(
        "INSERT INTO attempt (delivery, n, token_hash, started_at_ms) VALUES (?1, ?2, ?3, ?4)",
        begin.delivery, number, begin.token_hash, now);
    if (begin.found) {
        store_baseline(database, begin.delivery, number, begin.found->context.lock);
    }
}

engine::Attempt start(Database& database, const Candidate& candidate,
                      const engine::BeginAttempt& begin, const std::string& local_date,
                      Instant now) {
    if (!compare_and_set(database, candidate, local_date, now)) return {};
    const int number = candidate.attempts + 1;
    store_attempt(database, begin, number, now);
    record_event(database, now, "delivery.inFlight", candidate.session, candidate.window,
                 candidate.id, event_detail({{"attempt", std::to_string(number)}}));
    engine::Attempt started;
    started.begun = Begun::Started;
    started.number = number;
    started.write = candidate.write;
    return started;
}

// An earlier attempt of unknown outcome may be seen by this one's baseline: then nothing is sent.
std::optional<engine::Attempt> settle_before(Database& database, cadence::Zones& zones,
                                             const Candidate& candidate,
                                             const engine::BeginAttempt& begin, Instant now) {
    const bool asks = candidate.unknowns > 0 && begin.found &&
                      candidate.kind != DeliveryKind::Progress &&
                      candidate.state == DeliveryState::Queued;
    if (!asks) return std::nullopt;
    const auto proven = weigh_earlier_attempts(database, candidate, begin.found->context.lock, now);
    if (!proven) return std::nullopt;
    // It was sent on that day, and counts for that day's cap.
    const auto sent_on = local_date_of(database, zones, candidate, proven->sent_at);
    if (sent_on && !sent_on->empty()) {
        database.execute("UPDATE delivery SET sent_local_date = ?2 WHERE id = ?1", candidate.id,
                         *sent_on);
    }
    const auto sent = find_sent(database, candidate.id);
    const cadence::Transition transition =
        proven->applied ? cadence::Transition{DeliveryState::Applied, "seen_by_retry", {}}
                        : cadence::settle_unread(facts_of(*sent, 0));
    auto stored = settle_as(database, *sent, transition, now);
    engine::Attempt settled;
    settled.begun = Begun::Settled;
    settled.reason = std::move(stored.reason);
    settled.state = stored.state;
    return settled;
}

bool store_outcome(Database& database, DeliveryId delivery, int attempt,
                   const cadence::Answer& answer) {
    return database.execute(
               "UPDATE attempt SET outcome = ?3, http_status = ?4, code = ?5, detail = ?6,"
               " duration_ms = ?7 WHERE delivery = ?1 AND n = ?2 AND outcome IS NULL",
               delivery, attempt, cadence::to_string(answer.kind), answer.http_status, answer.code,
               answer.detail, std::int64_t{answer.elapsed.count()}) == 1;
}

std::string token_of(Database& database, DeliveryId delivery, int attempt) {
    auto row = database.query("SELECT token_hash FROM attempt WHERE delivery = ?1 AND n = ?2");
    row.bind(delivery, attempt);
    return row.step() ? row.text(0) : std::string{};
}

void note_knowledge(Database& database, DeliveryId delivery, AnswerKind kind) {
    if (kind == AnswerKind::Unknown) {
        database.execute("UPDATE delivery SET unknowns = unknowns + 1 WHERE id = ?1", delivery);
    } else if (kind != AnswerKind::Applied) {
        forget_send(database, delivery);
    }
}

FinishedAttempt finished(const cadence::Transition& stored, bool session_ended) {
    return {.state = stored.state,
            .reason = stored.reason,
            .session_ended = session_ended,
            .recorded = {},
            .next = {},
            .begun = {}};
}

struct Outcome {
    cadence::SessionId session;
    FinishedAttempt finished;
};

// Leaves the lane's due time as it was.
Result<Outcome> store_answer(Database& database, DeliveryId delivery, int attempt,
                             const cadence::Answer& answer, double uniform, Instant now) {
    const auto sent = find_sent(database, delivery);
    if (!sent) return no_delivery(delivery);
    const bool in_flight = sent->state == DeliveryState::InFlight && sent->attempts == attempt;
    if (!in_flight || !store_outcome(database, delivery, attempt, answer)) {
        return not_in_flight(delivery, attempt);
    }
    note_knowledge(database, delivery, answer.kind);
    if (answer.kind == AnswerKind::Applied) {
        note_work_done(database, sent->session, now);
    } else {
        note_refusal(database, sent->session, token_of(database, delivery, attempt), answer.kind,
                     now);
    }
    auto next = cadence::after_answer(facts_of(*sent, sent->unknowns), answer, uniform);
    if (next.state == DeliveryState::Unknown && sent->kind != DeliveryKind::Progress) {
        next = begin_settling(database, *sent, std::move(next), now);
    }
    const auto stored = settle_as(database, *sent, std::move(next), now);
    // The platform speaks of all calls of this lock session, not of this one alone.
    if (answer.kind == AnswerKind::Throttled)
        defer_lane(database, sent->session, now + stored.wait);
    const bool ended = answer.kind == AnswerKind::SessionEnded;
    if (ended && !sent->session_ended) {
        end_session_rows(database, sent->session, kEndedByPlatform, now);
    }
    return Outcome{sent->session, finished(stored, ended || sent->session_ended)};
}

}  // namespace

Result<engine::Attempt> begin_attempt(Database& database, cadence::Zones& zones,
                                      const engine::BeginAttempt& begin,
                                      const cadence::Policy& policy, Instant now) {
    auto candidate = find_candidate(database, begin.delivery);
    if (!candidate) return no_delivery(begin.delivery);
    // What an earlier attempt did counts before anything that would waive it.
    auto settled = settle_before(database, zones, *candidate, begin, now);
    engine::ContextRecorded recorded;
    if (begin.found) {
        auto stored = store_context(database, zones, *begin.found, policy, now);
        if (!stored) return tl::unexpected(stored.error());
        recorded = *std::move(stored);
        candidate = find_candidate(database, begin.delivery);
    }
    if (settled) {
        refresh_lane(database, candidate->session, now, policy.token_margin);
        settled->recorded = std::move(recorded);
        return *std::move(settled);
    }
    const auto local_date = local_date_of(database, zones, *candidate, now);
    if (!local_date) return tl::unexpected(local_date.error());
    const auto refusal = find_refusal(database, *candidate, begin, policy, *local_date, now);
    auto attempt = refusal ? obey(database, *candidate, *refusal, now)
                           : start(database, *candidate, begin, *local_date, now);
    attempt.recorded = std::move(recorded);
    if (attempt.begun == Begun::Started) {
        close_lane(database, candidate->session);
    } else {
        refresh_lane(database, candidate->session, now, policy.token_margin);
    }
    return attempt;
}

Result<FinishedAttempt> finish_attempt(Database& database, DeliveryId delivery, int attempt,
                                       const cadence::Answer& answer, double uniform, Instant now) {
    auto outcome = store_answer(database, delivery, attempt, answer, uniform, now);
    if (!outcome) return tl::unexpected(outcome.error());
    refresh_lane(database, outcome->session, now);
    return std::move(outcome->finished);
}

Result<FinishedAttempt> finish_and_go_on(Database& database, cadence::Zones& zones,
                                         DeliveryId delivery, int attempt,
                                         const cadence::Answer& answer, double uniform,
                                         const engine::Onward& onward, Instant now) {
    auto outcome = store_answer(database, delivery, attempt, answer, uniform, now);
    if (!outcome) return tl::unexpected(outcome.error());
    FinishedAttempt finished = std::move(outcome->finished);
    const auto load = onward.may_send ? &load_next : &load_lane;
    auto head = load(database, outcome->session, onward.policy, now, onward.round_trip);
    if (!head) return tl::unexpected(head.error());
    finished.next = *std::move(head);
    const bool goes_on = onward.may_send && finished.next->todo == engine::LaneHead::Todo::Send &&
                         finished.next->kind == DeliveryKind::Progress;
    if (!goes_on) return finished;
    const engine::BeginAttempt begin{finished.next->delivery, finished.next->token->hash,
                                     std::nullopt};
    auto begun = begin_attempt(database, zones, begin, onward.policy, now);
    if (!begun) return tl::unexpected(begun.error());
    if (begun->begun == Begun::Started) finished.begun = *std::move(begun);
    return finished;
}

Result<FinishedAttempt> hold_unrecorded(Database& database, DeliveryId delivery, int attempt,
                                        Instant now) {
    const auto sent = find_sent(database, delivery);
    if (!sent) return no_delivery(delivery);
    const int closed = database.execute(
        "UPDATE attempt SET outcome = 'unknown', settled = 'undecided',"
        " settled_because = 'answer_not_recorded'"
        " WHERE delivery = ?1 AND n = ?2 AND outcome IS NULL",
        delivery, attempt);
    if (closed == 0 || sent->state != DeliveryState::InFlight || sent->attempts != attempt) {
        return not_in_flight(delivery, attempt);
    }
    note_knowledge(database, delivery, AnswerKind::Unknown);
    const bool wanted = sent->wanted || sent->kind == DeliveryKind::Progress;
    const auto state = wanted ? DeliveryState::Held : DeliveryState::Waived;
    const auto stored = settle_as(database, *sent, {state, "answer_not_recorded", {}}, now);
    refresh_lane(database, sent->session, now);
    return finished(stored, sent->session_ended);
}

Result<FinishedAttempt> settle_unread(Database& database, DeliveryId delivery, Instant now) {
    const auto sent = find_sent(database, delivery);
    if (!sent) return no_delivery(delivery);
    if (sent->state != DeliveryState::Unknown) {
        return cadence::fail(ErrorCode::Conflict, "delivery " + std::to_string(delivery.value) +
                                                      " is " + cadence::to_string(sent->state) +
                                                      ", not unknown");
    }
    // The row counts the attempt that is being settled; the domain, those before it.
    const auto facts = facts_of(*sent, sent->unknowns - 1);
    const auto stored = settle_as(database, *sent, cadence::settle_unread(facts), now);
    refresh_lane(database, sent->session, now);
    return finished(stored, sent->session_ended);
}

}  // namespace ledger
