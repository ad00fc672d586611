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

void Breaker::failed(const SessionId& by, Monotonic now) {
    if (failed_.size() < kSessionsToBlame) failed_.insert(by);
    count_fault(now);
}

void Breaker::unreachable(Monotonic now) {
    unreachable_ = true;
    count_fault(now);
}

void Breaker::count_fault(Monotonic now) {
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
    failed_.clear();
    unreachable_ = false;
    pause_ = kFirstPause;
}

bool Breaker::host_is_blamed() const { return unreachable_ || failed_.size() >= kSessionsToBlame; }

bool Breaker::may_call(const SessionId& by, Monotonic now) {
    if (state_ == BreakerState::Closed) return true;
    if (state_ == BreakerState::HalfOpen) return false;
    const bool may_probe = now >= retry_at_ || (!host_is_blamed() && !failed_.contains(by));
    if (!may_probe) return false;
    state_ = BreakerState::HalfOpen;
    return true;
}

void Breaker::probe_unused() {
    // Whoever may take it and asks next does.
    if (state_ == BreakerState::HalfOpen) state_ = BreakerState::Open;
}

}  // namespace cadence
