// Fault rules as the control API writes and reads them. fault_kinds_json.cpp holds the table.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cadence/error.hpp"
#include "tests/sandbox/faults.hpp"

namespace sandbox {

// An error names the field that is wrong.
[[nodiscard]] cadence::Result<FaultRule> parse_fault(const nlohmann::json& json);

// As it was posted, with its id and how far it has come.
[[nodiscard]] nlohmann::json to_json(const FaultRule& rule);

}  // namespace sandbox
