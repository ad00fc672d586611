#include "cadence/retry_budget.hpp"

#include <algorithm>

namespace cadence {
namespace {

using Seconds = std::chrono::duration<double>;

}  // namespace

void RetryBudget::succeeded(Monotonic now) {
    refill(now);
    saved_ = std::min(saved_ + kShare, kMost);
}

Duration RetryBudget::spend(Monotonic now, double uniform) {
    refill(now);
    if (saved_ >= 1) {
        saved_ -= 1;
        return Duration{0};
    }
    const auto turn = std::chrono::ceil<Duration>((1 - saved_) * Seconds{kEvery});
    if (turn <= kLongestWait) {
        saved_ -= 1;
        return turn;
    }
    // Their turns are taken from nobody: they come in the latter half of the longest wait.
    return std::chrono::ceil<Duration>(Seconds{kLongestWait} * (1 + uniform) / 2);
}

void RetryBudget::refill(Monotonic now) {
    if (at_ != Monotonic::min()) saved_ = std::min(saved_ + (now - at_) / Seconds{kEvery}, kMost);
    at_ = now;
}

}  // namespace cadence
