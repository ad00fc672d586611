#include "engine/slow_callers.hpp"

#include <algorithm>

namespace engine {
namespace {

constexpr int kTimesUsual = 4;
constexpr int kStep = 16;  // the median is followed by a sixteenth of itself an answer
constexpr int kShare = 4;  // a quarter of the connections

}  // namespace

cadence::Duration SlowCallers::wait(const cadence::SessionId& session, int connections,
                                    double uniform) const {
    auto const found = slow_.find(session);
    if (found == slow_.end() || calling_.contains(session)) return cadence::Duration{0};
    auto const places = static_cast<std::size_t>(std::max(connections / kShare, 1));
    if (calling_.size() < places) return cadence::Duration{0};
    return std::chrono::ceil<cadence::Duration>(found->second * (1 + uniform) / 2);
}

void SlowCallers::calls(const cadence::SessionId& session) {
    if (slow_.contains(session)) calling_.insert(session);
}

void SlowCallers::ended(const cadence::SessionId& session) { calling_.erase(session); }

void SlowCallers::answered(const cadence::SessionId& session, cadence::Duration elapsed) {
    auto const slow = elapsed > std::max<cadence::Duration>(kSlow, usual_ * kTimesUsual);
    if (slow) {
        slow_[session] = elapsed;
    } else {
        slow_.erase(session);
    }
    auto const step = usual_ / kStep + cadence::Duration{1};
    usual_ = elapsed > usual_ ? usual_ + step : std::max(usual_ - step, cadence::Duration{0});
}

void SlowCallers::forget(const cadence::SessionId& session) {
    if (!calling_.contains(session)) slow_.erase(session);
}

}  // namespace engine
