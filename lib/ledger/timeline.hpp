// The windows of a requirement, one after the other without gap or overlap: the next one always
// starts where the newest ends, by the newest generation of the rules. Used inside a unit of work.
#pragma once

#include <optional>
#include <string>

#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "ledger/database.hpp"

namespace ledger {

struct RequirementRow {
    cadence::RequirementId id;
    cadence::SessionId session;
    std::string metric;
    bool enabled{true};
    cadence::Instant active_from;
    cadence::Instant enrolled_at;
    std::optional<cadence::Instant> next_window_at;  // empty: not in force
    int newest_generation{1};
};

[[nodiscard]] RequirementRow load_requirement(Database& database, cadence::RequirementId id);
[[nodiscard]] std::optional<RequirementRow> find_requirement(Database& database,
                                                             const cadence::SessionId& session,
                                                             const std::string& metric);

struct NewestWindow {
    cadence::WindowId id;
    int generation{1};
    cadence::Instant end;
};
[[nodiscard]] std::optional<NewestWindow> find_newest_window(Database& database,
                                                             cadence::RequirementId requirement);

// Windows are planned by these rules: a start that finds others plans the open ones anew.
void note_edition(Database& database, const cadence::ZoneRules& zone);

// When a window that ends then is judged, by the outages known so far.
[[nodiscard]] cadence::Instant when_to_judge(Database& database, cadence::Instant end,
                                             cadence::Duration grace, cadence::Instant enrolled_at,
                                             const cadence::Policy& policy);

// A requirement's first windows: from the one that contains its activation to the one that contains
// now. Errors: those of cadence::window_containing and Zones::find_zone.
[[nodiscard]] cadence::Result<void> start_windows(Database& database, cadence::Zones& zones,
                                                  cadence::RequirementId requirement,
                                                  const cadence::Policy& policy,
                                                  cadence::Instant now);

// Opens the windows that have begun by `now`, at most `limit`; says how many. Does nothing for a
// requirement that is not in force. Errors as above; those opened before the error stay.
[[nodiscard]] cadence::Result<int> open_windows(Database& database, cadence::Zones& zones,
                                                cadence::RequirementId requirement,
                                                const cadence::Policy& policy, cadence::Instant now,
                                                int limit);

// In force again. The windows that went by meanwhile are excused for `reason`; the one that is
// running now is either there already, and stays as it is, or begins as a first one.
[[nodiscard]] cadence::Result<void> resume_windows(Database& database, cadence::Zones& zones,
                                                   cadence::RequirementId requirement,
                                                   const std::string& reason,
                                                   const cadence::Policy& policy,
                                                   cadence::Instant now);

}  // namespace ledger
