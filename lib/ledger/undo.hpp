// Taking back punishments that were applied: whether, and the delivery that does it. Used inside a
// unit of work.
#pragma once

#include <optional>
#include <string>

#include "cadence/ids.hpp"
#include "cadence/settlement.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// A punishment that was applied is taken back, since it was not deserved: its inverse is owed,
// unless that was owed before, it was of no kind that can be, or its effect has run out by itself.
// Returns the undo.
std::optional<cadence::DeliveryId> owe_undo(Database& database, cadence::DeliveryId punishment,
                                            cadence::Instant now);

// The same of what was applied `times` too often, once.
std::optional<cadence::DeliveryId> owe_undo_of_doubled(Database& database,
                                                       cadence::DeliveryId punishment, int times,
                                                       cadence::Instant now);

// Whether `read` says that the time of this punishment is not on the lock any more, our other
// writes aside: somebody has taken it back, and taking it once more would take time that is not
// ours. No, where nobody can tell.
[[nodiscard]] bool seems_taken_back(Database& database, const cadence::SessionId& session,
                                    cadence::DeliveryId punishment,
                                    const cadence::LockReading& read);

// Why taking this punishment back would change nothing, or more than our own effect: its time is
// over ("effect_over"), a freeze of somebody else's was in force before it ("not_ours_alone"), or
// it was only assumed to be applied ("outcome_unknown"). Empty: it makes sense.
[[nodiscard]] std::optional<std::string> undo_pointless(Database& database,
                                                        cadence::DeliveryId punishment,
                                                        cadence::Instant now);

}  // namespace ledger
