// One requirement, in both directions: as a request gives it and as an answer shows it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cadence/requirement.hpp"
#include "daemon/defaults.hpp"
#include "daemon/routes/first_error.hpp"

namespace cadenced::wire {

// The platform's own extensionRequirements object is one, unchanged. `object` is a JSON object.
[[nodiscard]] cadence::RequirementSpec read_requirement(const nlohmann::json& object,
                                                        const std::string& path,
                                                        const Defaults& defaults,
                                                        FirstError& errors);

[[nodiscard]] nlohmann::ordered_json to_json(const cadence::Cadence& cadence);
[[nodiscard]] nlohmann::ordered_json to_json(const cadence::Punishment& punishment);

// Adds what the rules say to an object that already names the metric.
void add_rules(nlohmann::ordered_json& object, const cadence::Rules& rules);

}  // namespace cadenced::wire
