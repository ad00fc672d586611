// Whether an undo still makes sense when it is about to be sent. Used inside a unit of work.
#pragma once

#include <optional>
#include <string>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Why taking this punishment back would change nothing, or more than our own effect: its time is
// over ("effect_over"), or a freeze of somebody else's was in force before it ("not_ours_alone").
// Empty: it makes sense.
[[nodiscard]] std::optional<std::string> undo_pointless(Database& database,
                                                        cadence::DeliveryId punishment,
                                                        cadence::Instant now);

}  // namespace ledger
