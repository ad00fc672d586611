// What the clock makes due: windows to open and to judge, ages, the lives of tokens. Used inside a
// unit of work; the contract is engine::Docket's.
#pragma once

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "engine/docket.hpp"
#include "ledger/database.hpp"

namespace ledger {

[[nodiscard]] engine::DocketPass work_off(Database& database, cadence::Zones& zones,
                                          const cadence::Policy& policy, cadence::Instant now,
                                          int limit);

}  // namespace ledger
