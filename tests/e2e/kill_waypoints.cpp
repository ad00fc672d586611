// The waypoints of the crash tests' daemon: at each one it lingers, so that a SIGKILL that falls at
// any moment often falls between two states. Linked in place of lib/engine/waypoint.cpp.
#include <chrono>
#include <cstdlib>
#include <thread>

#include "engine/waypoint.hpp"

namespace engine {

void pass(Waypoint /*waypoint*/) {
    static const auto linger = [] {
        const char* text = std::getenv("CADENCED_TEST_LINGER_MS");
        return std::chrono::milliseconds{text == nullptr ? 0 : std::strtol(text, nullptr, 10)};
    }();
    std::this_thread::sleep_for(linger);
}

}  // namespace engine
