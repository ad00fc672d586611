#include "tests/sandbox/lock.hpp"

#include <algorithm>

namespace sandbox {

Millis Lock::remaining(Instant now) const {
    Instant running_from = as_of_;
    if (frozen_until_) running_from = std::max(running_from, *frozen_until_);
    auto const run = std::max(now - running_from, Millis{0});
    return std::max(remaining_ - run, Millis{0});
}

Millis Lock::locked(Instant now) const { return std::max(now - start_, Millis{0}); }

std::optional<Millis> Lock::max_remaining(Instant now) const {
    if (!max_end_) return std::nullopt;
    return std::max(*max_end_ - now, Millis{0});
}

bool Lock::frozen(Instant now) const { return frozen_until_ && now < *frozen_until_; }

bool Lock::in_pillory(Instant now) const { return pillory_until_ && now < *pillory_until_; }

Millis Lock::add(Instant now, Millis delta) {
    auto const before = remaining(now);
    auto after = std::max(before + delta, Millis{0});
    // A lock that already stands above its maximum is not shortened by an addition.
    if (auto const most = max_remaining(now)) after = std::min(after, std::max(*most, before));
    set_remaining(now, after);
    return after - before;
}

void Lock::set_remaining(Instant now, Millis remaining) {
    remaining_ = remaining;
    as_of_ = now;
}

void Lock::set_max_remaining(Instant now, std::optional<Millis> most) {
    max_end_ = most ? std::optional<Instant>(now + *most) : std::nullopt;
}

void Lock::freeze(Instant now, Millis duration) {
    set_remaining(now, remaining(now));
    auto const end = now + duration;
    frozen_until_ = frozen(now) ? std::max(*frozen_until_, end) : end;
}

void Lock::freeze_without_end(Instant now) {
    set_remaining(now, remaining(now));
    frozen_until_ = Instant::max();
}

bool Lock::unfreeze(Instant now) {
    if (!frozen(now)) return false;
    set_remaining(now, remaining(now));
    frozen_until_.reset();
    return true;
}

void Lock::start_pillory(Instant now, Millis duration) {
    auto const end = now + duration;
    pillory_until_ = in_pillory(now) ? std::max(*pillory_until_, end) : end;
}

bool Lock::end_pillory(Instant now) {
    if (!in_pillory(now)) return false;
    pillory_until_.reset();
    return true;
}

}  // namespace sandbox
