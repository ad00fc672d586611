#include "ledger/proof_moves.hpp"

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/lane.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::Instant;

bool still_takes(Database& database, DeliveryId delivery) {
    auto row = database.query(
        "SELECT 1 FROM delivery WHERE id = ?1 AND state IN ('waiting', 'queued') AND unknowns = 0");
    row.bind(delivery);
    return row.step();
}

// What has not left yet leaves with the other window's; what has belongs to the delivery it left
// with.
void carry_elsewhere(Database& database, const StoredProof& proof, const WindowRow& to,
                     const cadence::Rules& rules, Instant now) {
    if (!proof.delivery || !still_takes(database, *proof.delivery)) return;
    auto row = database.query("SELECT proofs FROM delivery WHERE id = ?1");
    row.bind(*proof.delivery);
    const bool last = row.step() && row.integer(0) == 1;
    if (last) {
        database.execute("UPDATE delivery SET proofs = 0 WHERE id = ?1", *proof.delivery);
        move_delivery(database, *proof.delivery, cadence::DeliveryState::Waived, "merged", now);
    } else {
        carry_more(database, *proof.delivery, -proof.amount.amount, -1, now);
    }
    const auto carrier = carry_proof(database, home_of(to), rules.key, proof.amount.amount, now);
    database.execute("UPDATE proof SET delivery = ?2 WHERE id = ?1", proof.amount.id, carrier);
}

// One that has not begun and holds no proof any more: what it has sent goes along, so that nothing
// keeps it. What may still take proofs stays where the other window has one of its own.
void leave_unbegun(Database& database, const WindowRow& from, const WindowRow& to, Instant now) {
    if (from.start <= now) return;
    database.execute(
        "UPDATE delivery SET window = ?2, window_start_ms = ?3, revision = revision + 1,"
        " ordinal = ordinal + (SELECT ifnull(max(ordinal), 0) FROM delivery WHERE window = ?2"
        "  AND kind = 'progress')"
        " WHERE window = ?1 AND kind = 'progress'"
        " AND NOT EXISTS (SELECT 1 FROM proof WHERE window = ?1)"
        " AND NOT (state IN ('waiting', 'queued') AND unknowns = 0"
        "  AND EXISTS (SELECT 1 FROM delivery WHERE window = ?2 AND kind = 'progress'"
        "   AND state IN ('waiting', 'queued') AND unknowns = 0))",
        from.id, to.id, to.start);
}

// What is over stays met: its wearer was told so, and may have been forgiven for it.
void take_out_of(Database& database, const WindowRow& from, const StoredProof& proof, Instant now) {
    add_to_count(database, from.id, -proof.amount.amount);
    const auto rules = load_rules(database, from.requirement, from.generation);
    const bool met = from.verdict && from.verdict->kind == cadence::VerdictKind::Met;
    if (!met || from.count - proof.amount.amount >= rules.required_count) return;
    if (from.end <= now) {
        store_verdict(database, from, {cadence::VerdictKind::Met, kMetByWrongClock}, now);
        return;
    }
    database.execute(
        "UPDATE window SET verdict = NULL, reason = '', judged_at_ms = NULL WHERE id = ?1",
        from.id);
    record_event(database, now, "window.reopened", from.session, from.id, std::nullopt);
}

void put_into(Database& database, const WindowRow& to, const StoredProof& proof, Instant now) {
    const auto rules = load_rules(database, to.requirement, to.generation);
    add_to_count(database, to.id, proof.amount.amount);
    carry_elsewhere(database, proof, to, rules, now);
    judge_by_count(database, to.id, rules, now);
    database.execute(
        "UPDATE window SET reason = 'count_reached'"
        " WHERE id = ?1 AND verdict = 'met' AND count >= ?2",
        to.id, rules.required_count);
}

}  // namespace

void move_proof(Database& database, const StoredProof& proof, const WindowRow& from,
                const WindowRow& to, Instant now) {
    database.execute("UPDATE proof SET window = ?2 WHERE id = ?1", proof.amount.id, to.id);
    if (!proof.counted) return;
    take_out_of(database, from, proof, now);
    put_into(database, to, proof, now);
    leave_unbegun(database, from, to, now);
    record_event(database, now, "window.proofs_moved", to.session, to.id, std::nullopt,
                 event_detail({{"from", std::to_string(from.id.value)},
                               {"proof", proof.amount.id.value},
                               {"amount", std::to_string(proof.amount.amount)}}));
    refresh_lane(database, to.session, now);
}

void count_after_all(Database& database, const StoredProof& proof, const WindowRow& window,
                     Instant received, Instant now) {
    const auto rules = load_rules(database, window.requirement, window.generation);
    const bool ignored = rules.late_proof == cadence::LateProof::Ignore;
    if (ignored && received >= window.end + rules.grace) return;
    count_proof(database, window, rules, proof.amount, now);
    judge_by_count(database, window.id, rules, now);
    refresh_lane(database, window.session, now);
}

}  // namespace ledger
