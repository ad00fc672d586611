#include "cadence/rate_window.hpp"

#include <algorithm>
#include <cstddef>

namespace cadence {

Duration RateWindow::wait(int limit, Monotonic now) {
    forget_old(now);
    const auto most = static_cast<std::size_t>(std::max(limit, 1));
    if (calls_.size() < most) return Duration{0};
    // A limit that was lowered may leave several to wait for. Rounded up: never a millisecond
    // early.
    const Monotonic leaves = calls_[calls_.size() - most] + kSpan;
    return std::chrono::ceil<Duration>(leaves - now);
}

void RateWindow::called(Monotonic now) { calls_.push_back(now); }

void RateWindow::not_made() {
    if (!calls_.empty()) calls_.pop_back();
}

bool RateWindow::idle(Monotonic now) const {
    return calls_.empty() || now - calls_.back() >= kSpan;
}

void RateWindow::forget_old(Monotonic now) {
    while (!calls_.empty() && now - calls_.front() >= kSpan) calls_.pop_front();
}

}  // namespace cadence
