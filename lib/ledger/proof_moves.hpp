// A stored proof that turns out to belong to another window than the one it was counted in, or to
// have come in time after all. Used inside a unit of work.
#pragma once

#include <optional>

#include "cadence/ids.hpp"
#include "ledger/counting.hpp"
#include "ledger/judgement.hpp"

namespace ledger {

struct StoredProof {
    CountedProof amount;
    std::optional<cadence::DeliveryId> delivery;  // which carries it
    bool counted{false};
};

// It lies in `to` from now on, and counts there if it counted. `from` stays met if it is over: its
// wearer was told so, and may have been forgiven for it.
void move_proof(Database& database, const StoredProof& proof, const WindowRow& from,
                const WindowRow& to, cadence::Instant now);

// What was not counted since it came too late, by a clock that was ahead: counts, having come in at
// `received`, by the window's rules.
void count_after_all(Database& database, const StoredProof& proof, const WindowRow& window,
                     cadence::Instant received, cadence::Instant now);

}  // namespace ledger
