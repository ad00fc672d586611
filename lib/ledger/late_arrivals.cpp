// A write that broke off, was never seen, and arrived after it had been sent again or waived.
#include "ledger/late_arrivals.hpp"

#include <algorithm>
#include <optional>

#include "ledger/deliveries.hpp"
#include "ledger/readings.hpp"
#include "ledger/undo.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::Instant;
using cadence::LockReading;
using cadence::SessionId;

// Longer than that, and what others do to a lock looks too much like it.
constexpr std::chrono::minutes kLongestWatch{15};
constexpr std::chrono::minutes kFirstLook{1};
constexpr std::chrono::minutes kBetweenLooks{4};

struct Watched {
    DeliveryId delivery;
    Instant until;
    int due{1};  // how often it is meant to have been applied
};

std::vector<Watched> find_watched(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT id, watch_until_ms, state = 'applied' FROM delivery INDEXED BY delivery_watched"
        " WHERE session = ?1 AND watch_until_ms IS NOT NULL ORDER BY id");
    row.bind(session);
    std::vector<Watched> found;
    while (row.step()) found.push_back({{row.integer(0)}, row.instant(1), row.boolean(2) ? 1 : 0});
    return found;
}

void stop_watching(Database& database, DeliveryId delivery) {
    database.execute("UPDATE delivery SET watch_until_ms = NULL, watch_at_ms = NULL WHERE id = ?1",
                     delivery);
}

void watch_on(Database& database, const Watched& watched, Instant now) {
    const Instant next = now + kBetweenLooks;
    if (next >= watched.until) return stop_watching(database, watched.delivery);
    database.execute("UPDATE delivery SET watch_at_ms = ?2 WHERE id = ?1 AND watch_at_ms <= ?3",
                     watched.delivery, next, now);
}

// What a reading shows of attempts at one delivery: how often they were applied, in all.
struct TooOften {
    int attempt{0};  // the first of them
    int times{0};
    LockReading read;
};

int count_attempts_since(Database& database, DeliveryId delivery, int first) {
    auto row = database.query(
        "SELECT count(*) FROM attempt WHERE delivery = ?1 AND n >= ?2"
        " AND outcome IN ('applied', 'unknown')");
    row.bind(delivery, first);
    return row.step() ? static_cast<int>(row.integer(0)) : 0;
}

std::optional<int> times_shown(const UnknownAttempt& attempt, const LockReading& read, int attempts,
                               int due) {
    if (due > 0) return applied_too_often(attempt.write, *attempt.baseline, read, attempts);
    const auto finding = weigh(attempt.write, *attempt.baseline, read, attempts - 1);
    return finding == cadence::Finding::For ? std::optional{1} : std::nullopt;
}

std::optional<TooOften> find_too_often(Database& database, const SessionId& session,
                                       const Watched& watched, const LockReading& read) {
    for (const int number : find_unknown_attempts(database, watched.delivery)) {
        const auto attempt = load_unknown_attempt(database, watched.delivery, number);
        if (!attempt.baseline) continue;
        const auto own = apart_from_others(database, session, watched.delivery, attempt.write,
                                           attempt.baseline->at, read);
        if (!own) continue;
        const int attempts = count_attempts_since(database, watched.delivery, number);
        const auto times = times_shown(attempt, *own, attempts, watched.due);
        if (times) return TooOften{number, *times, *own};
    }
    return std::nullopt;
}

void note_what_was_seen(Database& database, const Watched& watched, const TooOften& seen,
                        Instant now) {
    const char* const reason = watched.due > 0 ? "doubled" : "arrived_late";
    store_evidence(database, watched.delivery, seen.attempt, seen.read,
                   watched.due > 0 ? "doubled" : cadence::to_string(cadence::Finding::For));
    close_attempt(database, watched.delivery, seen.attempt, "applied", reason, now);
    move_delivery(database, watched.delivery, cadence::DeliveryState::Applied, reason, now);
    if (watched.due == 0) {
        owe_undo(database, watched.delivery, now);
        return;
    }
    database.execute("UPDATE delivery SET doubled = 1 WHERE id = ?1", watched.delivery);
    owe_undo_of_doubled(database, watched.delivery, seen.times - 1, now);
}

// What is too much now is one's: whoever else waits for it would take it for its own.
void stop_watching_all(Database& database, const SessionId& session) {
    for (const Watched& watched : find_watched(database, session)) {
        stop_watching(database, watched.delivery);
    }
}

}  // namespace

void watch_for_late(Database& database, const Sent& sent, Instant now) {
    std::optional<Instant> until;
    for (const int number : find_unknown_attempts(database, sent.id)) {
        const auto attempt = load_unknown_attempt(database, sent.id, number);
        // Readings that nothing explains say no more later; a person's word has ended none.
        const bool waived = attempt.settled == "undecided" && attempt.because == "by_person";
        const bool unseen = attempt.settled == "not_applied" || waived;
        if (!attempt.baseline || !unseen) continue;
        const auto ends = evidence_ends(attempt.write, *attempt.baseline);
        if (ends) until = std::max(until.value_or(*ends), *ends);
    }
    if (!until) return;
    database.execute("UPDATE delivery SET watch_until_ms = ?2, watch_at_ms = ?3 WHERE id = ?1",
                     sent.id, std::min(*until, now + kLongestWatch), now + kFirstLook);
}

// One at most: two that wait for the same seconds cannot be told apart, now or at the next look.
std::vector<DeliveryId> note_late(Database& database, const SessionId& session,
                                  const LockReading& read, Instant now) {
    for (const Watched& watched : find_watched(database, session)) {
        const auto seen = find_too_often(database, session, watched, read);
        if (!seen) {
            watch_on(database, watched, now);
            continue;
        }
        stop_watching_all(database, session);
        note_what_was_seen(database, watched, *seen, now);
        if (watched.due == 0) return {};
        return {watched.delivery};
    }
    return {};
}

}  // namespace ledger
