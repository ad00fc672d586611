#include "tests/simulation/wrong_clock.hpp"

#include <algorithm>

namespace simulation {
namespace {

bool meet(Instant from, Instant until, Instant other_from, Instant other_until) {
    return from < other_until && other_from < until;
}

}  // namespace

void WrongClock::set(Instant now, Duration offset) {
    if (!stretches_.empty()) stretches_.back().until = now;
    stretches_.push_back({now, Instant::max(), offset});
}

Duration WrongClock::offset() const {
    return stretches_.empty() ? Duration{0} : stretches_.back().offset;
}

bool WrongClock::was_set_since(Instant when) const {
    return !stretches_.empty() && stretches_.back().from >= when;
}

bool WrongClock::was_nearly_right_since(Instant when, Duration most) const {
    return std::any_of(stretches_.begin(), stretches_.end(), [&](const Stretch& one) {
        return one.offset != Duration{0} && std::chrono::abs(one.offset) <= most &&
               one.until >= when;
    });
}

bool WrongClock::touches(Instant from, Instant until, Duration within) const {
    auto const touched = [&](const Stretch& one) {
        if (one.offset == Duration{0}) return false;
        auto const start = one.from - within;
        auto const end = one.until == Instant::max() ? one.until : one.until + within;
        auto const shown_end = one.until == Instant::max() ? one.until : end + one.offset;
        return meet(from, until, start, end) || meet(from, until, start + one.offset, shown_end);
    };
    return std::any_of(stretches_.begin(), stretches_.end(), touched);
}

bool WrongClock::may_place(Instant when, Instant latest, Instant from, Instant until) const {
    auto const placed = [&](const Stretch& one) {
        if (one.offset == Duration{0} || one.until < when) return false;
        auto const there = std::min(when + one.offset, latest);
        return there >= from && there < until;
    };
    return std::any_of(stretches_.begin(), stretches_.end(), placed);
}

}  // namespace simulation
