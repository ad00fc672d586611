// How many calls a key may make for one lock session, by class, in any 60 seconds. Off until set.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/instant.hpp"

namespace sandbox {

struct RateFigures {
    std::optional<int> read;  // empty: no limit
    std::optional<int> write;
    std::optional<int> action;
};

// The two sets of figures the platform's documentation gives, of a newer and an older page.
inline constexpr RateFigures kDocumentedFigures{300, 120, 30};
inline constexpr RateFigures kLowerFigures{120, 60, 20};

// What a refusal tells about when to come again. The documentation does not promise anything.
enum class RetryAfter { None, Seconds, Date };

class RateLimits {
  public:
    void set(RateFigures figures);
    void tell(RetryAfter retry_after) { retry_after_ = retry_after; }
    [[nodiscard]] RetryAfter retry_after() const { return retry_after_; }
    [[nodiscard]] const RateFigures& figures() const { return figures_; }

    // Empty: admitted, and counted. Otherwise how long until one more would be; not counted.
    [[nodiscard]] std::optional<Millis> admit(std::string_view key, std::string_view session,
                                              RateClass rate_class, Instant now);

  private:
    RateFigures figures_;
    RetryAfter retry_after_{RetryAfter::None};
    std::map<std::string, std::deque<Instant>> admitted_;
};

}  // namespace sandbox
