// What the engine remembers of one platform while it runs: whether our credential works, how far
// its clock is from ours, how long an answer takes, and how many calls each lock session has made;
// and who may call by that and by what its host is like. Lost with the process, without harm. No
// I/O, no waiting.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "cadence/credential_health.hpp"
#include "cadence/delivery.hpp"
#include "cadence/rate_window.hpp"
#include "engine/engine.hpp"
#include "engine/host.hpp"
#include "engine/platform.hpp"
#include "engine/slow_callers.hpp"

namespace engine {

class PlatformGate {
  public:
    // The host outlives the gate.
    PlatformGate(Platform& platform, Host& host) : platform_(&platform), host_(&host) {}

    // Zero: a call of this class may be made for this lock session now, and counts as made. Else
    // how long until one may be. `uniform` in [0, 1) spreads those who wait for the same.
    [[nodiscard]] cadence::Duration enter(const cadence::SessionId& session,
                                          cadence::CallClass call_class, double uniform,
                                          cadence::Monotonic now);

    // A write before this process began, which the platform counts all the same.
    void called_before(const cadence::SessionId& session, cadence::Monotonic at) {
        calls_[{session, cadence::CallClass::Action}].called(at);
    }

    // What an answer says of host, credential and clock. No class: there was no connection.
    // HostWorks: it was not trusted, and is again.
    enum class Turn { Nothing, CredentialRefused, CredentialWorks, HostWorks };
    Turn answered(const cadence::SessionId& session, std::optional<cadence::CallClass> call_class,
                  const cadence::Answer& answer, cadence::Instant wall, cadence::Monotonic now);

    // A call failed with this answer and will be made again: not before this long, beside the
    // wait of its own. All lock sessions share what this is taken from.
    [[nodiscard]] cadence::Duration retry_turn(const cadence::Answer& answer, double uniform,
                                               cadence::Monotonic now);

    // The call that enter() admitted last for this lock session was not made after all. Gives back
    // the probe only if that call took it.
    void unused(const cadence::SessionId& session, cadence::CallClass call_class);

    // The lane of this lock session broke down, perhaps with a call that nothing is heard of: a
    // probe of its that is out is given back.
    void broke_down(const cadence::SessionId& session);

    // The credential may be another one: one at fault is probed at once.
    void reloaded() { credential_.reloaded(); }
    [[nodiscard]] bool credential_at_fault() const { return credential_.at_fault(); }
    // The platform's clock and ours differ by more than two minutes: punishments wait.
    [[nodiscard]] bool clocks_disagree() const;
    [[nodiscard]] bool shares_host_with(const PlatformGate& other) const {
        return host_ == other.host_;
    }
    // Whether the host's last answers were its own: no probe is needed.
    [[nodiscard]] bool trusted() const {
        return host_->breaker.state() == cadence::BreakerState::Closed;
    }
    // How long answers take, a moving average; 2 s before the first.
    [[nodiscard]] cadence::Duration round_trip() const { return round_trip_; }
    [[nodiscard]] PlatformHealth health() const;
    [[nodiscard]] Platform& platform() const { return *platform_; }
    // Forgets the calls of lock sessions that made none in the last minute.
    void forget_idle(cadence::Monotonic now);

  private:
    using Caller = std::pair<cadence::SessionId, cadence::CallClass>;

    [[nodiscard]] cadence::Duration wait_for_host(const cadence::SessionId& session, double uniform,
                                                  cadence::Monotonic now);
    [[nodiscard]] bool has_probed(const cadence::SessionId& session) const;  // as the last one
    void count(const Caller& caller, const cadence::Answer& answer, cadence::Monotonic now);
    [[nodiscard]] Turn judge(const cadence::SessionId& session, const cadence::Answer& answer,
                             cadence::Instant wall, cadence::Monotonic now);

    Platform* platform_;
    Host* host_;
    cadence::CredentialHealth credential_;
    std::map<Caller, cadence::RateWindow> calls_;
    SlowCallers slow_;
    std::optional<cadence::Instant> last_success_at_;
    std::optional<PlatformHealth::LastError> last_error_;
    cadence::Duration skew_{0};
    std::optional<cadence::Instant> credential_refused_since_;
    std::optional<cadence::Instant> clocks_disagree_since_;
    cadence::Duration round_trip_{std::chrono::seconds{2}};
};

}  // namespace engine
