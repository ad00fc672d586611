// A platform that applies a write more than a minute after it broke the connection has it applied
// twice: seen by reading the lock, it is alarmed and taken back once. Used inside a unit of work.
#pragma once

#include <vector>

#include "cadence/settlement.hpp"
#include "ledger/database.hpp"
#include "ledger/outcomes.hpp"

namespace ledger {

// It was applied. If an earlier attempt was found not to have been, the lock is read for a while
// for both: a minute later, and every four minutes.
void watch_for_double(Database& database, const Sent& sent, cadence::Instant now);

// A lock was read: a punishment that was sent again after an unknown outcome, and that this reading
// shows more than once, is marked, and all but one are taken back. Says nothing where another of
// our own writes may have changed the lock since. Returns it.
[[nodiscard]] std::vector<cadence::DeliveryId> note_doubled(Database& database,
                                                            const cadence::SessionId& session,
                                                            const cadence::LockReading& read,
                                                            cadence::Instant now);

}  // namespace ledger
