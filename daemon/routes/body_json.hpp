// A request's body as one JSON object, read strictly: what two readers could understand differently
// is refused before anything is built from it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "cadence/error.hpp"

namespace cadenced::wire {

// Errors: Malformed when it is no JSON, no UTF-8, nested deeper than 32, or holds a number that no
// reader could represent; InvalidArgument when it is no object, or an object names a member twice.
// No error repeats what the body holds, but for plain names. `what`: what an error calls it.
[[nodiscard]] cadence::Result<nlohmann::json> parse_body(const std::string& body,
                                                         std::string_view what = "the body");

}  // namespace cadenced::wire
