// One lock on the simulated platform, as it truly is: what was done to it, by whom and when.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "cadence/delivery.hpp"
#include "cadence/rate_window.hpp"
#include "engine/platform.hpp"
#include "tests/simulation/stage.hpp"

namespace simulation {

struct Effect {
    Instant at;
    cadence::WriteKind kind;
    std::int64_t amount{0};
    std::chrono::seconds seconds{0};
    std::string key;   // the daemon's own mark; empty: somebody else did it
    bool late{false};  // more than a minute after its caller had heard that it broke
};

[[nodiscard]] bool punishes(cadence::WriteKind kind);

class Lock {
  public:
    explicit Lock(Instant now) : ends_at_(now + std::chrono::days{60}) {}

    void apply(const Effect& effect);
    [[nodiscard]] engine::LockReading read(Instant now);
    [[nodiscard]] const std::vector<Effect>& effects() const { return effects_; }
    [[nodiscard]] bool pilloried(Instant now) const { return pilloried_until_ > now; }
    // False: one more call of this class within 60 s than the platform allows.
    [[nodiscard]] bool admits(cadence::CallClass call_class, Instant now);

    // What the platform requires and punishes by itself.
    std::vector<engine::PlatformRequirement> requirements;
    bool tells_requirements{true};
    bool ended{false};
    bool extension_enabled{true};
    bool was_late{false};                   // a write of it has come late: once in a life
    std::map<std::string, Instant> tokens;  // known, and when each dies

  private:
    void settle(Instant now);

    Instant ends_at_;
    Instant frozen_since_{};
    Instant frozen_until_{};
    Instant pilloried_until_{};
    std::vector<Effect> effects_;
    std::map<cadence::CallClass, std::deque<Instant>> calls_;
};

}  // namespace simulation
