#include "cadence/rate_window.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace cadence {
namespace {

constexpr int kStepsBack = 10;  // minutes until all is given back that refusals took, at most

}  // namespace

Duration RateWindow::wait(int limit, Monotonic now) {
    if (now < closed_until_) return std::chrono::ceil<Duration>(closed_until_ - now);
    forget_old(now);
    const auto most = static_cast<std::size_t>(admitted(limit, now));
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

void RateWindow::answered(Monotonic now) {
    if (!calls_.empty()) calls_.back() = now;
}

void RateWindow::refused(int limit, Duration closed_for, Monotonic now) {
    lowered_to_ = std::max(admitted(limit, now) / 2, 1);
    refused_at_ = now;
    closed_until_ = now + closed_for;
}

int RateWindow::admitted(int limit, Monotonic now) const {
    const int most = std::max(limit, 1);
    if (lowered_to_ == 0) return most;
    const std::int64_t steps = (now - refused_at_) / kSpan;
    const std::int64_t step = std::max(most / kStepsBack, 1);
    return static_cast<int>(std::min<std::int64_t>(lowered_to_ + steps * step, most));
}

bool RateWindow::idle(int limit, Monotonic now) const {
    const bool quiet = calls_.empty() || now - calls_.back() >= kSpan;
    return quiet && now >= closed_until_ && admitted(limit, now) == std::max(limit, 1);
}

void RateWindow::forget_old(Monotonic now) {
    while (!calls_.empty() && now - calls_.front() >= kSpan) calls_.pop_front();
}

}  // namespace cadence
