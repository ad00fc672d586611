#include "ledger/deliveries.hpp"

#include <vector>

#include "ledger/event_json.hpp"
#include "ledger/late_arrivals.hpp"
#include "ledger/outcomes.hpp"
#include "ledger/rows.hpp"
#include "ledger/undo.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::DeliveryState;
using cadence::Instant;
using cadence::SessionId;

// Reasons for which a punishment was waived that may be owed after all, when its window is missed
// again, as after a clock that stepped back.
bool may_be_wanted_again(const std::string& reason) {
    return reason == "unwanted" || reason == "reopened";
}

struct Found {
    DeliveryId id;
    DeliveryState state{DeliveryState::Waiting};
    std::string reason;
    bool wanted{true};
    bool may_have_happened{false};  // an attempt at it had no known outcome
};

std::optional<Found> find_punishment(Database& database, cadence::WindowId window) {
    auto row = database.query(
        "SELECT id, state, reason, wanted, unknowns > 0 FROM delivery"
        " WHERE window = ?1 AND kind = 'punishment' AND ordinal = 1");
    row.bind(window);
    if (!row.step()) return std::nullopt;
    return Found{.id = {row.integer(0)},
                 .state = cadence::parse_delivery_state(row.text(1)).value(),
                 .reason = row.text(2),
                 .wanted = row.boolean(3),
                 .may_have_happened = row.boolean(4)};
}

// The window is missed again: what still can be taken up again is. Never what may have happened: it
// would be the same punishment twice.
std::optional<DeliveryId> want_again(Database& database, const Found& found,
                                     const DeliveryHome& home,
                                     const std::optional<std::string>& waived, Instant expires,
                                     Instant now) {
    if (found.may_have_happened) return std::nullopt;
    const bool waived_before =
        found.state == DeliveryState::Waived && may_be_wanted_again(found.reason);
    if (!waived_before && found.wanted) return std::nullopt;
    if (waived_before && waived) return std::nullopt;
    // It may have come into being on a clock that was ahead.
    database.execute(
        "UPDATE delivery SET wanted = 1, expires_at_ms = min(expires_at_ms, ?2) WHERE id = ?1",
        found.id, expires);
    if (waived_before) {
        const DeliveryState state = unsent_state(database, home.session, now);
        move_delivery(database, found.id, state, "wanted_again", now, now);
    }
    return found.id;
}

// Nothing when the window has its punishment: the database alone decides that.
std::optional<DeliveryId> insert_punishment(Database& database, const DeliveryHome& home,
                                            const cadence::Punishment& punishment,
                                            DeliveryState state, const std::string& reason,
                                            Instant expires, Instant now) {
    const cadence::Write write = cadence::write_of(punishment);
    const int inserted = database.execute(
        "INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal, state,"
        " reason, write, seconds, note, due_at_ms, expires_at_ms, created_at_ms, updated_at_ms)"
        " VALUES (?1, ?2, ?3, ?4, 'punishment', 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?10, ?10)"
        " ON CONFLICT DO NOTHING",
        home.session, home.requirement, home.window, home.window_start, cadence::to_string(state),
        reason, cadence::to_string(write.kind), std::int64_t{write.seconds.count()}, write.reason,
        now, expires);
    if (inserted == 0) return std::nullopt;
    return DeliveryId{database.last_insert_id()};
}

std::optional<DeliveryId> find_open_progress(Database& database, cadence::WindowId window) {
    auto row = database.query(
        "SELECT id FROM delivery WHERE window = ?1 AND kind = 'progress'"
        " AND state IN ('waiting', 'queued') AND unknowns = 0");
    row.bind(window);
    if (!row.step()) return std::nullopt;
    return DeliveryId{row.integer(0)};
}

// What its unknown writes did, nobody will ask any more.
void leave_unsettled(Database& database, const SessionId& session, const std::string& reason) {
    database.execute(
        "UPDATE attempt SET settled = 'undecided', settled_because = ?2"
        " WHERE outcome = 'unknown' AND settled IS NULL AND delivery IN"
        " (SELECT id FROM delivery WHERE session = ?1 AND state = 'unknown' AND kind <> "
        "'progress')",
        session, reason);
}

std::vector<DeliveryId> find_unfinished(Database& database, const SessionId& session) {
    auto row = database.query(
        "SELECT id FROM delivery WHERE session = ?1"
        " AND state IN ('waiting', 'queued', 'unknown', 'held')");
    row.bind(session);
    std::vector<DeliveryId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

}  // namespace

DeliveryState unsent_state(Database& database, const SessionId& session, Instant now) {
    return has_usable_token(database, session, now) ? DeliveryState::Queued
                                                    : DeliveryState::Waiting;
}

DeliveryId carry_proof(Database& database, const DeliveryHome& home, const std::string& key,
                       std::int64_t amount, Instant now) {
    const auto open = find_open_progress(database, home.window);
    if (!open) return begin_progress(database, home, key, amount, now);
    carry_more(database, *open, amount, 1, now);
    return *open;
}

DeliveryId begin_progress(Database& database, const DeliveryHome& home, const std::string& key,
                          std::int64_t amount, Instant now) {
    database.execute(
        "INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal, state,"
        " write, platform_key, amount, proofs, due_at_ms, created_at_ms, updated_at_ms)"
        " VALUES (?1, ?2, ?3, ?4, 'progress',"
        " (SELECT ifnull(max(ordinal), 0) + 1 FROM delivery WHERE window = ?3 AND kind = "
        "'progress'),"
        " ?5, 'progress', ?6, ?7, 1, ?8, ?8, ?8)",
        home.session, home.requirement, home.window, home.window_start,
        cadence::to_string(unsent_state(database, home.session, now)), key, amount, now);
    return {database.last_insert_id()};
}

void carry_more(Database& database, DeliveryId delivery, std::int64_t amount, std::int64_t proofs,
                Instant now) {
    database.execute(
        "UPDATE delivery SET amount = amount + ?2, proofs = proofs + ?3, updated_at_ms = ?4,"
        " revision = revision + 1 WHERE id = ?1",
        delivery, amount, proofs, now);
}

std::optional<DeliveryId> owe_punishment(Database& database, const DeliveryHome& home,
                                         const cadence::Punishment& punishment,
                                         std::optional<std::string> waived,
                                         cadence::Duration max_age, Instant now) {
    const DeliveryState state =
        waived ? DeliveryState::Waived : unsent_state(database, home.session, now);
    const auto made = insert_punishment(database, home, punishment, state, waived.value_or(""),
                                        now + max_age, now);
    if (!made) {
        return want_again(database, *find_punishment(database, home.window), home, waived,
                          now + max_age, now);
    }
    record_event(
        database, now, "punishment.owed", home.session, home.window, made,
        event_detail({{"state", cadence::to_string(state)}, {"reason", waived.value_or("")}}));
    return made;
}

std::optional<DeliveryId> unwant_punishment(Database& database, cadence::WindowId window,
                                            const std::string& reason, bool compensate,
                                            Instant now) {
    const auto found = find_punishment(database, window);
    if (!found) return std::nullopt;
    switch (found->state) {
        case DeliveryState::Waiting:
        case DeliveryState::Queued:
        case DeliveryState::Held:
            database.execute("UPDATE delivery SET wanted = 0 WHERE id = ?1", found->id);
            move_delivery(
                database, found->id, DeliveryState::Waived,
                found->state == DeliveryState::Held ? reason + "_outcome_unknown" : reason, now);
            if (compensate && found->may_have_happened) {
                watch_for_late(database, *find_sent(database, found->id), now);
            }
            return std::nullopt;
        case DeliveryState::InFlight:
        case DeliveryState::Unknown:
        case DeliveryState::Rejected:
            database.execute(
                "UPDATE delivery SET wanted = 0, updated_at_ms = ?2, revision = revision + 1"
                " WHERE id = ?1",
                found->id, now);
            return std::nullopt;
        case DeliveryState::Applied:
            if (!compensate) return std::nullopt;
            return owe_undo(database, found->id, now);
        case DeliveryState::Waived:
            return std::nullopt;
    }
    return std::nullopt;
}

int waive_undelivered(Database& database, const SessionId& session, const std::string& reason,
                      Instant now) {
    const auto unfinished = find_unfinished(database, session);
    leave_unsettled(database, session, reason);
    for (const DeliveryId id : unfinished) {
        move_delivery(database, id, DeliveryState::Waived, reason, now);
    }
    return static_cast<int>(unfinished.size());
}

void waive_punishment(Database& database, DeliveryId delivery, const std::string& reason,
                      Instant now) {
    move_delivery(database, delivery, DeliveryState::Waived, reason, now);
}

void queue_waiting(Database& database, const SessionId& session, Instant now) {
    if (!has_usable_token(database, session, now)) return;
    database.execute(
        // A wait that ends later than any is ever set to was counted on a clock that has been set
        // back.
        "UPDATE delivery SET state = 'queued', updated_at_ms = ?2, revision = revision + 1,"
        " due_at_ms = CASE WHEN due_at_ms > ?3 THEN ?2 ELSE due_at_ms END"
        " WHERE session = ?1 AND state = 'waiting'",
        session, now, now + kLongestWait);
}

void park_queued(Database& database, const SessionId& session, Instant now) {
    database.execute(
        "UPDATE delivery SET state = 'waiting', updated_at_ms = ?2, revision = revision + 1"
        " WHERE session = ?1 AND state = 'queued'",
        session, now);
}

void move_delivery(Database& database, DeliveryId delivery, DeliveryState state,
                   const std::string& reason, Instant now, std::optional<Instant> due,
                   const std::string& by_person) {
    database.execute(
        "UPDATE delivery SET state = ?2, reason = ?3, due_at_ms = ifnull(?4, due_at_ms),"
        " updated_at_ms = ?5, revision = revision + 1 WHERE id = ?1",
        delivery, cadence::to_string(state), reason, due, now);
    auto row = database.query("SELECT session, window FROM delivery WHERE id = ?1");
    row.bind(delivery);
    if (!row.step()) return;
    record_event(database, now, std::string("delivery.") + cadence::to_string(state),
                 SessionId{row.text(0)}, cadence::WindowId{row.integer(1)}, delivery,
                 event_detail({{"reason", reason}, {"byPerson", by_person}}));
}

void fold_open_progress(Database& database, DeliveryId returning, Instant now) {
    auto row = database.query(
        "SELECT window FROM delivery WHERE id = ?1 AND kind = 'progress' AND unknowns = 0"
        " AND state NOT IN ('waiting', 'queued')");
    row.bind(returning);
    if (!row.step()) return;
    const auto open = find_open_progress(database, {row.integer(0)});
    if (!open) return;
    database.execute(
        "UPDATE delivery SET amount = amount + (SELECT amount FROM delivery WHERE id = ?2),"
        " proofs = proofs + (SELECT proofs FROM delivery WHERE id = ?2) WHERE id = ?1",
        returning, *open);
    database.execute("UPDATE delivery SET proofs = 0 WHERE id = ?1", *open);
    database.execute("UPDATE proof SET delivery = ?1 WHERE delivery = ?2 AND window = ?3",
                     returning, *open, row.integer(0));
    move_delivery(database, *open, DeliveryState::Waived, "merged", now);
}

void record_event(Database& database, Instant now, const std::string& kind,
                  std::optional<SessionId> session, std::optional<cadence::WindowId> window,
                  std::optional<DeliveryId> delivery, const std::string& detail) {
    database.execute(
        "INSERT INTO event (at_ms, kind, session, window, delivery, detail)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        now, kind, session, window, delivery, detail.empty() ? std::string{"{}"} : detail);
}

}  // namespace ledger
