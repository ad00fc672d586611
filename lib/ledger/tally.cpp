#include "ledger/tally.hpp"

#include "ledger/counting.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using engine::Proof;

// `delivery`: what carries it; without one it counts for nothing.
void insert_proof(Database& database, const Proof& proof, const WindowRow& window,
                  std::optional<cadence::DeliveryId> delivery, Instant happened_at, Instant now) {
    database.execute(
        "INSERT INTO proof (id, requirement, window, delivery, amount, given_happened_at_ms,"
        " happened_at_ms, received_at_ms, counted, reason)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        proof.id, window.requirement, window.id, delivery, proof.amount, proof.happened_at,
        happened_at, now, delivery.has_value(), delivery ? "" : "late_ignored");
}

}  // namespace

Tally::Tally(Database& database, cadence::WindowId window)
    : window_(load_window(database, window)),
      rules_(load_rules(database, window_.requirement, window_.generation)) {}

bool Tally::ignores() const {
    const bool late = window_.verdict && window_.verdict->kind != cadence::VerdictKind::Met;
    return late && rules_.late_proof == cadence::LateProof::Ignore;
}

void Tally::take(Database& database, const Proof& proof, Instant happened_at, Instant now) {
    if (ignores()) {
        insert_proof(database, proof, window_, std::nullopt, happened_at, now);
        record_event(database, now, "proof.ignored", proof.session, window_.id, std::nullopt);
        return;
    }
    carry(database, proof.amount, now);
    insert_proof(database, proof, window_, delivery_, happened_at, now);
    amount_ += proof.amount;
}

// The first has to be in the delivery's row at once: there is none without an amount.
void Tally::carry(Database& database, std::int64_t amount, Instant now) {
    if (!delivery_) {
        const auto carried = carry_proof(database, home_of(window_), rules_.key, amount, now);
        delivery_ = carried.delivery;
        begun_ = carried.begun;
        return;
    }
    uncarried_amount_ += amount;
    ++uncarried_;
}

bool Tally::finish(Database& database, Instant now) {
    if (!delivery_) return false;
    add_to_count(database, window_.id, amount_);
    if (uncarried_ > 0) carry_more(database, *delivery_, uncarried_amount_, uncarried_, now);
    const bool met = window_.verdict && window_.verdict->kind == cadence::VerdictKind::Met;
    const bool judged = !met && window_.count + amount_ >= rules_.required_count;
    if (judged) judge_by_count(database, window_.id, rules_, now);
    return begun_ || judged;
}

}  // namespace ledger
