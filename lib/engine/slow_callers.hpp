// Lock sessions that the platform answers slowly, much more so than the others: all together they
// may use a quarter of the connections, so that the others don't wait for theirs. No I/O.
#pragma once

#include <chrono>
#include <map>
#include <set>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"

namespace engine {

class SlowCallers {
  public:
    static constexpr std::chrono::seconds kSlow{1};  // or four times what is usual, if that is more

    // Zero: it may call now. Else when to ask again; `uniform` in [0, 1) spreads them.
    [[nodiscard]] cadence::Duration wait(const cadence::SessionId& session, int connections,
                                         double uniform) const;
    void calls(const cadence::SessionId& session);  // from now on, if it is a slow one
    void ended(const cadence::SessionId& session);  // its call, answered or not made
    void answered(const cadence::SessionId& session, cadence::Duration elapsed);
    // It has called nobody for long: whether it is slow is not known any more.
    void forget(const cadence::SessionId& session);

  private:
    std::map<cadence::SessionId, cadence::Duration> slow_;  // and how long the last answer took
    std::set<cadence::SessionId> calling_;                  // of these
    cadence::Duration usual_{0};                            // the median of all, more or less
};

}  // namespace engine
