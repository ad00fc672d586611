// The waypoints of the crash tests' daemon, linked in place of lib/engine/waypoint.cpp. At each one
// it lingers for CADENCED_TEST_LINGER_MS milliseconds, so that a SIGKILL that falls at any moment
// often falls between two states. With CADENCED_TEST_CRASH_AT=POINT[:N][@SESSION] it kills itself
// at the Nth passing of that point, by that lock session.
#include <signal.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "engine/waypoint.hpp"

namespace engine {
namespace {

constexpr std::array kNames{
    std::pair{Waypoint::Recovered, "Recovered"},
    std::pair{Waypoint::VerdictWritten, "VerdictWritten"},
    std::pair{Waypoint::LaunchWritten, "LaunchWritten"},
    std::pair{Waypoint::ProofWritten, "ProofWritten"},
    std::pair{Waypoint::BeforeInFlight, "BeforeInFlight"},
    std::pair{Waypoint::InFlightUnsent, "InFlightUnsent"},
    std::pair{Waypoint::AnsweredUnwritten, "AnsweredUnwritten"},
    std::pair{Waypoint::OutcomeWritten, "OutcomeWritten"},
    std::pair{Waypoint::LockReadUnwritten, "LockReadUnwritten"},
    std::pair{Waypoint::ReadingWritten, "ReadingWritten"},
    std::pair{Waypoint::Draining, "Draining"},
};

std::string_view text_of(const char* variable) {
    const char* const text = std::getenv(variable);
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

// What CADENCED_TEST_CRASH_AT says.
struct Charge {
    std::string point;
    int passings{0};
    std::string session;  // empty: any

    static Charge read() {
        std::string_view text = text_of("CADENCED_TEST_CRASH_AT");
        Charge charge;
        if (text.empty()) return charge;
        if (const auto at = text.find('@'); at != std::string_view::npos) {
            charge.session = text.substr(at + 1);
            text = text.substr(0, at);
        }
        const auto colon = text.find(':');
        charge.point = text.substr(0, colon);
        charge.passings = colon == std::string_view::npos
                              ? 1
                              : std::atoi(std::string{text.substr(colon + 1)}.c_str());
        return charge;
    }

    [[nodiscard]] bool fits(Waypoint waypoint, const std::string& who) const {
        if (!session.empty() && session != who) return false;
        for (const auto& [point_of, name] : kNames) {
            if (point_of == waypoint) return point == name;
        }
        return false;
    }
};

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

}  // namespace

// Called on the loop's thread alone.
void pass(Waypoint waypoint, const cadence::SessionId& session) {
    static const std::chrono::milliseconds linger{
        std::atoi(std::string{text_of("CADENCED_TEST_LINGER_MS")}.c_str())};
    static Charge charge = Charge::read();
    if (charge.passings > 0 && charge.fits(waypoint, session.value) && --charge.passings == 0) {
        die();
    }
    std::this_thread::sleep_for(linger);
}

}  // namespace engine
