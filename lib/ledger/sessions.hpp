// Lock sessions as a whole: enrolled by the operator or a launch, changed, ended, taken up again.
// Used inside a unit of work.
#pragma once

#include <optional>
#include <string>

#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"

namespace ledger {

struct SessionRow {
    std::string platform;
    std::string state;  // active, suspended, ended
    std::optional<std::string> timezone;
    std::optional<std::string> learnt_timezone;
    std::string default_timezone;
    bool enrolled_by_launch{false};
    [[nodiscard]] bool ended() const { return state == "ended"; }
};
[[nodiscard]] std::optional<SessionRow> find_session(Database& database,
                                                     const cadence::SessionId& session);

// The whole lock session as the operator wants it. One that had ended is active again. Errors as
// engine::Intake::put_session.
[[nodiscard]] cadence::Result<engine::Intake::Put> put_session(Database& database,
                                                               cadence::Zones& zones,
                                                               const cadence::SessionSpec& spec,
                                                               const cadence::Policy& policy,
                                                               cadence::Instant now);

// A lock session that a launch makes known; it owes nothing until a context says what.
void insert_launched_session(Database& database, const cadence::SessionId& session,
                             const std::string& platform, const std::string& default_timezone,
                             cadence::Instant now);

// Ends it: windows without a verdict are excused, undelivered writes waived, tokens wiped. One that
// is in flight is left for its answer. Repeating is fine.
void end_session_rows(Database& database, const cadence::SessionId& session,
                      const std::string& reason, cadence::Instant now);

}  // namespace ledger
