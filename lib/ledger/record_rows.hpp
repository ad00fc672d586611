// Rows as the records that the status socket shows. Used inside a question.
#pragma once

#include <string>
#include <vector>

#include "engine/records.hpp"
#include "ledger/database.hpp"

namespace ledger {

// SELECT … FROM … of the rows that the two functions below read; a WHERE follows.
extern const std::string kSelectWindows;     // window w, requirement r
extern const std::string kSelectDeliveries;  // delivery d, requirement r

[[nodiscard]] engine::WindowRecord window_record(const Query& row);
// Without its attempts.
[[nodiscard]] engine::DeliveryRecord delivery_record(const Query& row);

[[nodiscard]] std::vector<engine::AttemptRecord> load_attempts(Database& database,
                                                               cadence::DeliveryId delivery);
[[nodiscard]] std::vector<engine::ProofRecord> load_proofs(Database& database,
                                                           const engine::WindowRecord& window);

}  // namespace ledger
