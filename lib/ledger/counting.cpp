#include "ledger/counting.hpp"

#include "ledger/deliveries.hpp"

namespace ledger {

void add_to_count(Database& database, cadence::WindowId window, std::int64_t amount) {
    database.execute("UPDATE window SET count = count + ?2, revision = revision + 1 WHERE id = ?1",
                     window, amount);
}

void count_proof(Database& database, const WindowRow& window, const cadence::Rules& rules,
                 const CountedProof& proof, cadence::Instant now) {
    add_to_count(database, window.id, proof.amount);
    const auto delivery = carry_proof(database, home_of(window), rules.key, proof.amount, now);
    database.execute("UPDATE proof SET counted = 1, reason = '', delivery = ?2 WHERE id = ?1",
                     proof.id, delivery);
}

std::optional<cadence::DeliveryId> judge_by_count(Database& database, cadence::WindowId id,
                                                  const cadence::Rules& rules,
                                                  cadence::Instant now) {
    const WindowRow window = load_window(database, id);
    if (window.count < rules.required_count) return std::nullopt;
    if (window.verdict && window.verdict->kind == cadence::VerdictKind::Met) return std::nullopt;
    store_verdict(database, window, {cadence::VerdictKind::Met, "count_reached"}, now);
    // Also of one that is open: it may have been missed and opened again.
    return forgive(database, window, rules, now);
}

}  // namespace ledger
