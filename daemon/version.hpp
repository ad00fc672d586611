// The program's version.
#pragma once

#include <string>

namespace cadenced {

[[nodiscard]] std::string version();

}  // namespace cadenced
