// At most N calls in any 60 seconds, per credential, lock session and class of call
// (PLATFORMS.md §1, rate limits). Pure; one per triple.
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
    void called(Monotonic now);
    void not_made();                               // the last one counted was not made after all
    [[nodiscard]] bool idle(Monotonic now) const;  // no call within the span: it may be forgotten

  private:
    void forget_old(Monotonic now);
    std::deque<Monotonic> calls_;
};

}  // namespace cadence
