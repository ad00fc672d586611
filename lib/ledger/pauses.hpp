// The brakes: of one lock session, and over all of them. Used inside a unit of work; the contracts
// are engine::Intake's.
#pragma once

#include <string>

#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// A pause that runs already now lasts until `until` instead.
[[nodiscard]] cadence::Result<void> pause_session(Database& database,
                                                  const cadence::SessionId& session,
                                                  cadence::Instant until, const std::string& reason,
                                                  cadence::Instant now);
[[nodiscard]] cadence::Result<void> resume_session(Database& database,
                                                   const cadence::SessionId& session,
                                                   cadence::Instant now);
void pause_all(Database& database, const std::string& reason, cadence::Instant now);
void resume_all(Database& database, cadence::Instant now);

}  // namespace ledger
