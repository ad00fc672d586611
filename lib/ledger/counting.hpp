// A proof that counts: added to its window's count, carried to the platform, and the verdict that
// it may reach. Used inside a unit of work, by proofs as they come in and by the backfill.
#pragma once

#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"
#include "ledger/judgement.hpp"

namespace ledger {

struct CountedProof {
    cadence::ProofId id;
    std::int64_t amount{1};
};

void add_to_count(Database& database, cadence::WindowId window, std::int64_t amount);

// A stored proof that did not count does from here on, and belongs to one progress delivery.
void count_proof(Database& database, const WindowRow& window, const cadence::Rules& rules,
                 const CountedProof& proof, cadence::Instant now);

// Met as soon as the count is reached, whatever it was before: open, missed or excused. A
// punishment of it is not wanted any more. Returns the undo, where there is one.
std::optional<cadence::DeliveryId> judge_by_count(Database& database, cadence::WindowId window,
                                                  const cadence::Rules& rules,
                                                  cadence::Instant now);

}  // namespace ledger
