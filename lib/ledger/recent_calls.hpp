// Which writes a platform may have counted within the last minute. Used inside a unit of work.
#pragma once

#include <vector>

#include "engine/outbox.hpp"
#include "ledger/database.hpp"

namespace ledger {

// As engine::Outbox. Costs what the trail says of the last few minutes.
[[nodiscard]] std::vector<engine::RecentCall> find_recent_calls(Database& database,
                                                                cadence::Instant now);

}  // namespace ledger
