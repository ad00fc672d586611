#include "tests/sandbox/rate_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sandbox {
namespace {

constexpr Millis kSpan = std::chrono::seconds(60);

std::optional<int> figure_of(const RateFigures& figures, RateClass rate_class) {
    switch (rate_class) {
        case RateClass::Read:
            return figures.read;
        case RateClass::Write:
            return figures.write;
        case RateClass::Action:
            return figures.action;
    }
    return std::nullopt;
}

}  // namespace

void RateLimits::set(RateFigures figures) {
    figures_ = figures;
    admitted_.clear();
}

std::optional<Millis> RateLimits::admit(std::string_view key, std::string_view session,
                                        RateClass rate_class, Instant now) {
    auto const most = figure_of(figures_, rate_class);
    if (!most) return std::nullopt;
    auto& times = admitted_[fmt::format("{}\n{}\n{}", key, session, to_string(rate_class))];
    while (!times.empty() && times.front() + kSpan <= now) times.pop_front();
    if (times.size() < static_cast<std::size_t>(*most)) {
        times.push_back(now);
        return std::nullopt;
    }
    // With a limit of zero there is no earlier call to wait for.
    auto const wait = times.empty() ? kSpan : times.front() + kSpan - now;
    return std::clamp(wait, Millis{1}, kSpan);
}

}  // namespace sandbox
