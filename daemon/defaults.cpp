#include "daemon/defaults.hpp"

namespace cadenced {

cadence::Rules rules_of(const Defaults& defaults) {
    cadence::Rules rules;
    rules.cadence.week_start = defaults.week_start;
    rules.owner = defaults.punishment_owner;
    rules.first_window = defaults.first_window;
    rules.misfire = defaults.misfire;
    rules.late_proof = defaults.late_proof;
    rules.grace = defaults.grace;
    rules.on_unknown_punishment = defaults.on_unknown_punishment;
    rules.on_unknown_progress = defaults.on_unknown_progress;
    return rules;
}

}  // namespace cadenced
