// How many calls that failed may be made again, all lock sessions together: where a good part of
// all calls fails, trying each again at once would only double the load. One that succeeds pays
// for a fifth of a retry, and one a second is always free, so that nothing waits for ever. What
// exceeds that is spread over the seconds to come, one after the other. Pure; one per host.
#pragma once

#include "cadence/time.hpp"

namespace cadence {

class RetryBudget {
  public:
    static constexpr double kShare{0.2};
    static constexpr double kMost{20};  // that may be saved up
    static constexpr std::chrono::seconds kEvery{1};
    static constexpr std::chrono::minutes kLongestWait{15};

    // A call has succeeded: it pays for its share of a retry.
    void succeeded(Monotonic now);
    // A call has failed and will be made again: not before this long. Zero while there are
    // savings. `uniform` in [0, 1) spreads those for which there is no turn within 15 minutes.
    [[nodiscard]] Duration spend(Monotonic now, double uniform);

  private:
    void refill(Monotonic now);
    double saved_{kMost};  // below zero: turns that are taken already
    Monotonic at_{Monotonic::min()};
};

}  // namespace cadence
