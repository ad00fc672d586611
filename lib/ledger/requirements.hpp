// Enrolling, changing and withdrawing what a lock session owes. Used inside a unit of work.
#pragma once

#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "engine/outbox.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Makes the stored requirement what `spec` says. New, or never in force before: its windows begin
// with the one that contains its activation. Else: other rules become a generation that holds from
// the next window on; active_from and punish_past stay what they were, since windows and
// punishments came from them. `session_zone` is used where the spec names no zone.
[[nodiscard]] cadence::Result<void> put_requirement(Database& database, cadence::Zones& zones,
                                                    const cadence::SessionId& session,
                                                    const cadence::RequirementSpec& spec,
                                                    const std::string& session_zone,
                                                    const cadence::Policy& policy,
                                                    cadence::Instant now);

// Takes it out of force: its open window is excused unless it was met, and no further one begins.
void withdraw_requirement(Database& database, cadence::Zones& zones,
                          cadence::RequirementId requirement, const cadence::Policy& policy,
                          cadence::Instant now);

// The requirements that followed `before` follow `after` from their next window on.
[[nodiscard]] cadence::Result<void> move_to_zone(Database& database, cadence::Zones& zones,
                                                 const cadence::SessionId& session,
                                                 const std::string& before,
                                                 const std::string& after,
                                                 const cadence::Policy& policy,
                                                 cadence::Instant now);

// As engine::Outbox.
[[nodiscard]] std::vector<engine::AboveCap> find_above_cap(Database& database,
                                                           std::chrono::seconds cap);

// All requirements of a lock session, by metric.
[[nodiscard]] std::vector<cadence::RequirementId> find_requirements(
    Database& database, const cadence::SessionId& session);

}  // namespace ledger
