// A platform that applies a write more than a minute after it broke the connection has it applied
// twice, or though nobody wanted it any more: seen by reading the lock, it is taken back once. Used
// inside a unit of work.
#pragma once

#include <vector>

#include "cadence/settlement.hpp"
#include "ledger/database.hpp"
#include "ledger/outcomes.hpp"

namespace ledger {

// It was applied, or waived as undeserved. If an attempt was found not to have been applied, the
// lock is read for a while for that one's late arrival: a minute later, and every four minutes; and
// once later, where no token lived.
void watch_for_late(Database& database, const Sent& sent, cadence::Instant now);

// A lock was read. A punishment that was sent again after an unknown outcome, and that this reading
// shows more than once, is marked, and all but one are taken back; one that was waived as
// undeserved is taken back whole. Says nothing where another of our own writes may have changed the
// lock since. Returns the doubled one.
[[nodiscard]] std::vector<cadence::DeliveryId> note_late(Database& database,
                                                         const cadence::SessionId& session,
                                                         const cadence::LockReading& read,
                                                         cadence::Instant now);

}  // namespace ledger
