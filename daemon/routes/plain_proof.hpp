// A proof that has nothing wrong with it, read in one pass: thousands come a second.
#pragma once

#include <optional>
#include <string>

#include "engine/intake.hpp"

namespace cadenced::wire {

// What parse_proof would return, or nothing where that would be an error or the text is unusual (a
// member that is null): parse_proof tells which.
[[nodiscard]] std::optional<engine::Proof> find_plain_proof(const std::string& body);

}  // namespace cadenced::wire
