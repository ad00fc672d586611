// Proofs as they come in: which window each counts for, and what it changes. Used inside a unit of
// work; the contract is engine::Intake's.
#pragma once

#include <vector>

#include "cadence/error.hpp"
#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Errors: only the storage's, and those of windows that cannot be made. What is wrong with the
// proof itself is an answer.
[[nodiscard]] cadence::Result<engine::ProofTaken> add_proof(Database& database,
                                                            cadence::Zones& zones,
                                                            const engine::Proof& proof,
                                                            const cadence::Policy& policy,
                                                            cadence::Instant now);

// Each on its own, in order: one that fails is Refused and takes no other with it.
[[nodiscard]] std::vector<engine::ProofTaken> add_proofs(Database& database, cadence::Zones& zones,
                                                         const std::vector<engine::Proof>& proofs,
                                                         const cadence::Policy& policy,
                                                         cadence::Instant now);

}  // namespace ledger
