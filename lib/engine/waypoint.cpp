#include "engine/waypoint.hpp"

namespace engine {

void pass(Waypoint /*waypoint*/) {}

}  // namespace engine
