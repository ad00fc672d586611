// A circuit breaker for one host: after several faults in a row nothing is sent until a probe
// succeeds. One lock session's faults may be its own: then whoever has not failed yet may probe at
// once, and only when a third has failed, too, everybody waits. Pure.
#pragma once

#include <set>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"

namespace cadence {

enum class BreakerState { Closed, HalfOpen, Open };
[[nodiscard]] const char* to_string(BreakerState state);  // closed, half_open, open

class Breaker {
  public:
    static constexpr int kFaultsToOpen = 5;
    static constexpr std::size_t kSessionsToBlame = 3;
    static constexpr std::chrono::seconds kFirstPause{5};
    static constexpr std::chrono::seconds kLongestPause{300};

    // A host fault, or no answer, met by this lock session.
    void failed(const SessionId& by, Monotonic now);
    // No connection: that is no lock session's fault.
    void unreachable(Monotonic now);
    void succeeded();  // any answer that the platform itself gave
    // Whether this lock session may make a call now; true while open takes the one probe.
    bool may_call(const SessionId& by, Monotonic now);
    // Gives back a probe that was taken and then not used.
    void probe_unused();
    // HalfOpen: somebody has the probe, and nothing is heard of it yet.
    [[nodiscard]] BreakerState state() const { return state_; }
    // While open: when everybody may take the probe.
    [[nodiscard]] Monotonic retry_at() const { return retry_at_; }

  private:
    void count_fault(Monotonic now);
    [[nodiscard]] bool host_is_blamed() const;

    BreakerState state_{BreakerState::Closed};
    int faults_{0};
    std::set<SessionId> failed_;  // since the last success; so many at most as it takes to blame
    bool unreachable_{false};     // since the last success
    std::chrono::seconds pause_{kFirstPause};
    Monotonic retry_at_{};
};

}  // namespace cadence
