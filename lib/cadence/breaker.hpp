// A circuit breaker for one host: after several host faults in a row nothing is sent until a probe
// succeeds. Pure.
#pragma once

#include "cadence/time.hpp"

namespace cadence {

enum class BreakerState { Closed, HalfOpen, Open };
[[nodiscard]] const char* to_string(BreakerState state);  // closed, half_open, open

class Breaker {
  public:
    static constexpr int kFaultsToOpen = 5;
    static constexpr std::chrono::seconds kFirstPause{5};
    static constexpr std::chrono::seconds kLongestPause{300};

    void failed(Monotonic now);  // a host fault, no connection, no answer
    void succeeded();            // any answer that the platform itself gave
    // Whether a call may be made now; true while open past the pause takes the one probe.
    bool may_call(Monotonic now);
    // Gives back a probe that was taken and then not used.
    void probe_unused();
    [[nodiscard]] BreakerState state() const { return state_; }
    [[nodiscard]] Monotonic retry_at() const { return retry_at_; }

  private:
    BreakerState state_{BreakerState::Closed};
    int faults_{0};
    std::chrono::seconds pause_{kFirstPause};
    Monotonic retry_at_{};
};

}  // namespace cadence
