#include "engine/clock_watch.hpp"

namespace engine {
namespace {

// What the two readings may be apart: they are not taken at once.
constexpr std::chrono::milliseconds kSlewed{500};
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

bool ClockWatch::doubtful() const {
    return agreed_ && std::chrono::abs(ahead() - agreed_->ahead) > kDrifted;
}

std::optional<cadence::Duration> ClockWatch::confirmed_at() const {
    if (!agreed_ || doubtful() || !followed()) return std::nullopt;
    return agreed_->uptime;
}

cadence::Duration ClockWatch::ahead() const {
    return clock_->now().time_since_epoch() - clock_->uptime();
}

}  // namespace engine
