#include "engine/clock_watch.hpp"

namespace engine {
namespace {

// Between two looks; a wall clock that is slewed drifts a little.
constexpr std::chrono::milliseconds kSlewed{500};
// What a clock that nobody sets may drift before the next Date.
constexpr std::chrono::seconds kDrifted{2};

}  // namespace

void ClockWatch::stepped() {
    auto const moved = ahead() - ahead_;
    step_ = step_.value_or(cadence::Duration{0}) + moved;
    ahead_ += moved;
}

void ClockWatch::look() {
    auto const now_ahead = ahead();
    if (std::chrono::abs(now_ahead - ahead_) < kSlewed) ahead_ = now_ahead;
}

bool ClockWatch::followed() const { return !step_ && std::chrono::abs(ahead() - ahead_) < kSlewed; }

bool ClockWatch::right() const {
    return agreed_ahead_ && std::chrono::abs(ahead() - *agreed_ahead_) <= kDrifted;
}

cadence::Duration ClockWatch::ahead() const {
    return clock_->now().time_since_epoch() - clock_->uptime();
}

}  // namespace engine
