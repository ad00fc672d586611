#include "ledger/outcomes.hpp"

#include "ledger/deliveries.hpp"
#include "ledger/late_arrivals.hpp"
#include "ledger/rows.hpp"
#include "ledger/undo.hpp"

namespace ledger {
namespace {

using cadence::DeliveryKind;
using cadence::DeliveryState;
using cadence::Instant;
using cadence::Transition;

bool goes_on(DeliveryState state) {
    return state == DeliveryState::Queued || state == DeliveryState::Waiting ||
           state == DeliveryState::Unknown || state == DeliveryState::Held;
}

bool is_unsent(DeliveryState state) {
    return state == DeliveryState::Queued || state == DeliveryState::Waiting;
}

}  // namespace

cadence::AttemptFacts facts_of(const Sent& sent, int unknowns_before) {
    return {.kind = sent.kind,
            .attempt = sent.attempts,
            .unknowns = unknowns_before,
            .wanted = sent.wanted,
            .on_unknown = sent.on_unknown};
}

std::optional<Sent> find_sent(Database& database, cadence::DeliveryId delivery) {
    auto row = database.query(
        "SELECT d.session, d.kind, d.state, d.attempts, d.unknowns, d.wanted, s.state = 'ended',"
        " CASE d.kind WHEN 'progress' THEN g.on_unknown_progress ELSE g.on_unknown_punishment END,"
        " w.verdict IS 'met' AND g.late_proof = 'compensate'"
        " FROM delivery d JOIN session s ON s.id = d.session JOIN window w ON w.id = d.window"
        " JOIN generation g ON g.requirement = d.requirement AND g.ordinal = w.generation"
        " WHERE d.id = ?1");
    row.bind(delivery);
    if (!row.step()) return std::nullopt;
    Sent sent;
    sent.id = delivery;
    sent.session = {row.text(0)};
    sent.kind = cadence::parse_delivery_kind(row.text(1)).value();
    sent.state = cadence::parse_delivery_state(row.text(2)).value();
    sent.attempts = static_cast<int>(row.integer(3));
    sent.unknowns = static_cast<int>(row.integer(4));
    sent.wanted = row.boolean(5);
    sent.session_ended = row.boolean(6);
    sent.on_unknown = parse_on_unknown(row.text(7));
    sent.compensates = row.boolean(8);
    return sent;
}

Transition settle_as(Database& database, const Sent& sent, Transition transition, Instant now,
                     const std::string& by_person) {
    if (sent.session_ended && goes_on(transition.state)) {
        transition = {DeliveryState::Waived, "lock_ended", cadence::Duration{0}};
    }
    std::optional<Instant> due;
    if (is_unsent(transition.state)) {
        transition.state = unsent_state(database, sent.session, now);
        fold_open_progress(database, sent.id, now);
    }
    if (goes_on(transition.state)) due = now + transition.wait;
    move_delivery(database, sent.id, transition.state, transition.reason, now, due, by_person);
    const bool applied = transition.state == DeliveryState::Applied;
    const bool undone_if_late = transition.state == DeliveryState::Waived && sent.compensates;
    if (sent.unknowns > 0 && (applied || undone_if_late)) watch_for_late(database, sent, now);
    const bool undeserved = sent.kind == DeliveryKind::Punishment && !sent.wanted &&
                            transition.state == DeliveryState::Applied;
    if (undeserved && sent.compensates) owe_undo(database, sent.id, now);
    return transition;
}

void forget_send(Database& database, cadence::DeliveryId delivery) {
    database.execute("UPDATE delivery SET sent_local_date = NULL WHERE id = ?1", delivery);
}

}  // namespace ledger
