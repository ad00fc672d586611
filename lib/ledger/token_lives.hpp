// The ends of launch tokens: they expire, or were refused and nobody brought them back. Used inside
// a unit of work.
#pragma once

#include <optional>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Wipes tokens whose time is over and parks what only they could have carried; also what the margin
// before a token's end keeps from being sent. At most `limit` of each. Returns how many died.
int bury_tokens(Database& database, const cadence::Policy& policy, cadence::Instant now, int limit);

// When the next token dies, or enters the margin before its end; later than `now` for the latter.
[[nodiscard]] std::optional<cadence::Instant> next_token_change(Database& database,
                                                                const cadence::Policy& policy,
                                                                cadence::Instant now);

}  // namespace ledger
