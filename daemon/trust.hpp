// Whether a file of trust anchors can be used. Reads it.
#pragma once

#include <string>

#include "cadence/error.hpp"

namespace cadenced {

// `ca_file` empty: the system's trust anchors. Errors: Configuration, naming the file.
[[nodiscard]] cadence::Result<void> check_trust(const std::string& ca_file);

}  // namespace cadenced
