// What a session context read from the platform is worth. Used inside a unit of work; the contract
// is engine::Intake's.
#pragma once

#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Leaves the lane's due time as it was.
[[nodiscard]] cadence::Result<std::vector<std::string>> store_context(
    Database& database, cadence::Zones& zones, const engine::ContextFound& found,
    const cadence::Policy& policy, cadence::Instant now);

[[nodiscard]] cadence::Result<std::vector<std::string>> record_context(
    Database& database, cadence::Zones& zones, const engine::ContextFound& found,
    const cadence::Policy& policy, cadence::Instant now);

}  // namespace ledger
