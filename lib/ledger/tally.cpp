#include "ledger/tally.hpp"

#include "ledger/counting.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/rows.hpp"
#include "ledger/stamps.hpp"

namespace ledger {

using cadence::Instant;
using engine::Proof;

// The first has to be in a new delivery's row at once: there is none without an amount.
void Tally::carry(Database& database, const Proof& proof, Instant now) {
    if (!window_.carrier) {
        const DeliveryHome home{proof.session, requirement_, window_.id, window_.start};
        window_.carrier = begin_progress(database, home, window_.key, proof.amount, now);
        begun_ = true;
        return;
    }
    uncarried_amount_ += proof.amount;
    ++uncarried_;
}

// Without a carrier it counts for nothing.
void Tally::insert(Database& database, const Proof& proof,
                   std::optional<cadence::DeliveryId> carrier, Instant happened_at,
                   Instant now) const {
    database.execute(
        "INSERT INTO proof (id, requirement, window, delivery, amount, given_happened_at_ms,"
        " happened_at_ms, received_at_ms, counted, reason)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        proof.id, requirement_, window_.id, carrier, proof.amount, proof.happened_at, happened_at,
        now, carrier.has_value(), carrier ? "" : "late_ignored");
    if (proof.uptime) note_stamp(database, proof, now);
}

void Tally::take(Database& database, const Proof& proof, Instant happened_at, Instant now) {
    if (window_.ignores) {
        insert(database, proof, std::nullopt, happened_at, now);
        record_event(database, now, "proof.ignored", proof.session, window_.id, std::nullopt);
        return;
    }
    carry(database, proof, now);
    insert(database, proof, window_.carrier, happened_at, now);
    amount_ += proof.amount;
}

bool Tally::finish(Database& database, Instant now) {
    if (amount_ == 0) return false;
    add_to_count(database, window_.id, amount_);
    if (uncarried_ > 0) {
        carry_more(database, *window_.carrier, uncarried_amount_, uncarried_, now);
    }
    const bool judged = !window_.met && window_.count + amount_ >= window_.required_count;
    if (judged) {
        const auto rules = load_rules(database, requirement_, window_.generation);
        judge_by_count(database, window_.id, rules, now);
    }
    return begun_ || judged;
}

}  // namespace ledger
