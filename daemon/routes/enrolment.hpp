// What a PUT of a lock session asks for, with the configured defaults filled in.
#pragma once

#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/requirement.hpp"
#include "daemon/defaults.hpp"

namespace cadenced::wire {

// Reads the body and fills in what it leaves open; cadence::validate is still to be asked. Errors
// as of parse_body, and InvalidArgument with the field's path ("requirements[0].cadence.every").
[[nodiscard]] cadence::Result<cadence::SessionSpec> parse_enrolment(
    const std::string& body, const std::string& session, const Defaults& defaults,
    const std::vector<std::string>& platforms);

// The platform of a lock session that names none: the configured default, or the only one. Nothing
// when there are several and no default.
[[nodiscard]] std::optional<std::string> default_platform(
    const Defaults& defaults, const std::vector<std::string>& platforms);

}  // namespace cadenced::wire
