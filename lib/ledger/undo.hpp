// Taking back punishments that were applied: whether, and the delivery that does it. Used inside a
// unit of work.
#pragma once

#include <optional>
#include <string>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Why a punishment is taken back; the undo's ordinal, so that each happens once.
enum class UndoneAs { Undeserved = 1, Doubled = 2 };

// A punishment that was applied is taken back: its inverse is owed, unless that was owed before, it
// was of no kind that can be, or its effect has run out by itself. Returns the undo.
std::optional<cadence::DeliveryId> owe_undo(Database& database, cadence::DeliveryId punishment,
                                            cadence::Instant now,
                                            UndoneAs why = UndoneAs::Undeserved);

// Why taking this punishment back would change nothing, or more than our own effect: its time is
// over ("effect_over"), or a freeze of somebody else's was in force before it ("not_ours_alone").
// Empty: it makes sense.
[[nodiscard]] std::optional<std::string> undo_pointless(Database& database,
                                                        cadence::DeliveryId punishment,
                                                        cadence::Instant now);

}  // namespace ledger
