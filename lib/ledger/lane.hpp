// When the courier should look at a lock session next, kept in session.lane_due_at_ms.
#pragma once

#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Computes session.lane_due_at_ms anew: the earliest of an unverified live token's verify_due_at_ms, an
// unknown delivery's due_at_ms and, where a live token could carry it, a queued delivery's; punishments
// and undos only without a brake, and not before a running pause ends; nothing before
// deferred_until_ms. NULL when there is none of it. Every unit of work that changes any of these calls
// it, in the same transaction.
void refresh_lane(Database& database, const cadence::SessionId& session, cadence::Instant now);

}  // namespace ledger
