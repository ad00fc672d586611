// A wall clock that was wrongly set ahead and then set right: what was stored in between was of a
// time that has not come. Used inside a unit of work, by clock_steps.
#pragma once

#include <optional>
#include <vector>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/verdict.hpp"
#include "cadence/zones.hpp"
#include "ledger/database.hpp"

namespace ledger {

// The outage that a jump ahead was taken for, when the clock's going back to `now` takes that jump
// back: by as much, or to more than a month before that outage's end. To be asked before the next
// heartbeat.
[[nodiscard]] std::optional<cadence::Interval> find_jump_taken_back(Database& database,
                                                                    const cadence::Policy& policy,
                                                                    cadence::Duration step,
                                                                    cadence::Instant now);

// An outage that reaches beyond `now`.
[[nodiscard]] std::optional<cadence::Interval> find_outage_ahead(Database& database,
                                                                 cadence::Instant now);

// It was no outage but up to `now`.
void forget_jump(Database& database, const cadence::Interval& jump, const cadence::Policy& policy,
                 cadence::Instant now);

// Windows that have not begun are gone, the newest ones, as far as nothing refers to them: before
// they would be opened again one by one, as a jump of years leaves thousands. Lock sessions
// enrolled meanwhile begin now. Returns their requirements.
[[nodiscard]] std::vector<cadence::RequirementId> clear_ahead(Database& database,
                                                              cadence::Zones& zones,
                                                              const cadence::Policy& policy,
                                                              cadence::Instant now);

// What was waived for its age on the clock that was ahead is not so old: it is owed again, once its
// window is missed (again). Costs what has happened since the jump.
void owe_aged_again(Database& database, const cadence::Interval& jump, cadence::Instant now);

// What clear_ahead found ahead, once proofs are stamped anew: windows that have not begun are gone,
// unless something still refers to them; what is open is judged when it would have been.
void bring_back(Database& database, const std::vector<cadence::RequirementId>& ahead,
                const cadence::Interval& jump, const cadence::Policy& policy, cadence::Instant now);

}  // namespace ledger
