// Closed windows judged again, by the rules of their own generation. Used inside a unit of work;
// the contract is engine::Docket's.
#pragma once

#include <optional>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "engine/docket.hpp"
#include "ledger/database.hpp"

namespace ledger {

// A dry run does all of it, inside a savepoint that is undone: a plan and its execution cannot
// differ.
[[nodiscard]] engine::BackfillChunk rejudge(Database& database, const engine::BackfillRange& range,
                                            const std::optional<cadence::WindowId>& cursor,
                                            int limit, const cadence::Policy& policy,
                                            cadence::Instant now);

}  // namespace ledger
