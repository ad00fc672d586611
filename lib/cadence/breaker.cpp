#include "cadence/breaker.hpp"

#include <algorithm>

namespace cadence {

const char* to_string(BreakerState state) {
    switch (state) {
        case BreakerState::Closed:
            return "closed";
        case BreakerState::HalfOpen:
            return "half_open";
        case BreakerState::Open:
            return "open";
    }
    return "open";
}

void Breaker::failed(Monotonic now) {
    // Calls that were under way when it opened say nothing new.
    if (state_ == BreakerState::Open) return;
    if (state_ == BreakerState::HalfOpen) {
        pause_ = std::min(pause_ * 2, kLongestPause);
    } else if (++faults_ < kFaultsToOpen) {
        return;
    }
    state_ = BreakerState::Open;
    retry_at_ = now + pause_;
}

void Breaker::succeeded() {
    state_ = BreakerState::Closed;
    faults_ = 0;
    pause_ = kFirstPause;
}

bool Breaker::may_call(Monotonic now) {
    if (state_ == BreakerState::Closed) return true;
    if (state_ == BreakerState::HalfOpen || now < retry_at_) return false;
    state_ = BreakerState::HalfOpen;
    return true;
}

void Breaker::probe_unused() {
    // retry_at_ has passed already: whoever asks next takes the probe.
    if (state_ == BreakerState::HalfOpen) state_ = BreakerState::Open;
}

}  // namespace cadence
