// What the engine remembers of a host that one or several platforms answer from.
#pragma once

#include <optional>

#include "cadence/breaker.hpp"
#include "cadence/ids.hpp"
#include "cadence/rate_window.hpp"
#include "cadence/retry_budget.hpp"
#include "cadence/time.hpp"

namespace engine {

class Platform;

struct Prober {
    const Platform* platform;
    cadence::SessionId session;
    cadence::CallClass call_class;
    friend bool operator==(const Prober&, const Prober&) = default;
};

struct Host {
    cadence::Breaker breaker;
    cadence::RetryBudget retries;
    std::optional<Prober> prober;  // who took the breaker's last probe
    std::optional<cadence::Instant> not_closed_since;
};

}  // namespace engine
