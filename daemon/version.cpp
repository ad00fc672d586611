#include "daemon/version.hpp"

namespace cadenced {

std::string version() { return CADENCED_VERSION; }

}  // namespace cadenced
