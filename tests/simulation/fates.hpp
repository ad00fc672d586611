// What becomes of one call to the simulated platform, and how often which.
#pragma once

#include "tests/simulation/dice.hpp"
#include "tests/simulation/stage.hpp"

namespace simulation {

enum class Fate {
    Fine,
    Slow,                    // answered after seconds
    BrokenUnapplied,         // the connection breaks, and the platform never saw the call
    BrokenApplied,           // the answer alone is lost
    BrokenAppliedLater,      // the connection breaks, and the platform applies it within a minute
    BrokenAppliedMuchLater,  // … after more than a minute, when nobody expects it any more
    SilentUnapplied,         // no answer until the caller gives up
    SilentApplied,
    ErrorUnapplied,  // 5xx
    ErrorApplied,
    Redirected,
    Throttled,
    ThrottledFor,  // with a Retry-After
    Html,          // a proxy's page
    TokenRefused,  // 401 without a reason
    Rejected,
    LockEnded,
    ExtensionOff,
    NotSent,
};
[[nodiscard]] const char* to_string(Fate fate);

// How bad the network and the platform are now.
struct Weather {
    double fault_rate{0};        // of writes
    double read_fault_rate{0};   // of calls that only look
    double connect_failures{0};  // of connections
    Duration skew{0};            // of the platform's clock
    bool credential_refused{false};
};

// `rate`: how many calls meet one that is not fine.
[[nodiscard]] Fate draw_fate(double rate, Dice& dice);

}  // namespace simulation
