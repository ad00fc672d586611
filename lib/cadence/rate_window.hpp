// At most N calls in any 60 seconds, per credential, lock session and class of call
// (PLATFORMS.md §1, rate limits). A platform that refuses calls all the same admits fewer than was
// configured: each refusal halves what is admitted here, and each minute without one gives a tenth
// of the limit back. Pure; one per triple.
#pragma once

#include <deque>

#include "cadence/time.hpp"

namespace cadence {

enum class CallClass { Read, Write, Action };

class RateWindow {
  public:
    static constexpr std::chrono::seconds kSpan{60};

    // Zero when a call may be made now, else how long until one may.
    [[nodiscard]] Duration wait(int limit, Monotonic now);
    void called(Monotonic now);  // one was made; not earlier than the last one
    void not_made();             // the last one counted was not made after all
    // The last one counted has been answered. The platform counted it when it arrived, which may
    // be long after it was admitted here: from now on it counts as made now.
    void answered(Monotonic now);
    // It was answered that there are too many, and perhaps for how long none will be admitted.
    void refused(int limit, Duration closed_for, Monotonic now);
    // Calls that may be made in a span now: the limit, or what refusals have left of it.
    [[nodiscard]] int admitted(int limit, Monotonic now) const;
    // Nothing of it matters any more: it may be forgotten.
    [[nodiscard]] bool idle(int limit, Monotonic now) const;

  private:
    void forget_old(Monotonic now);
    std::deque<Monotonic> calls_;
    int lowered_to_{0};  // at the last refusal; 0: it has not been lowered
    Monotonic refused_at_{};
    Monotonic closed_until_{Monotonic::min()};
};

}  // namespace cadence
