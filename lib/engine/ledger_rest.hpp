// How long the lanes leave a database alone that fails: it cannot be told that they wait, so memory
// keeps it. Pure.
#pragma once

#include <algorithm>

#include "cadence/time.hpp"

namespace engine {

class LedgerRest {
  public:
    static constexpr std::chrono::seconds kFirst{1};
    static constexpr std::chrono::seconds kLongest{60};

    // Failures that come while it rests are the same failure.
    void failed(cadence::Monotonic now) {
        if (now < until_) return;
        until_ = now + length_;
        length_ = std::min(length_ * 2, kLongest);
    }
    void worked() { length_ = kFirst; }
    // Zero: it may be used.
    [[nodiscard]] cadence::Duration left(cadence::Monotonic now) const {
        if (now >= until_) return cadence::Duration::zero();
        return std::chrono::ceil<cadence::Duration>(until_ - now);
    }

  private:
    std::chrono::seconds length_{kFirst};
    cadence::Monotonic until_{};
};

}  // namespace engine
