// When the machine's clock was wrong, and by how much: what may be excused by that, and no more.
#pragma once

#include <vector>

#include "cadence/time.hpp"

namespace simulation {

using cadence::Duration;
using cadence::Instant;

class WrongClock {
  public:
    // Somebody sets the clock so far from true time.
    void set(Instant now, Duration offset);

    [[nodiscard]] Duration offset() const;
    [[nodiscard]] bool is_right() const { return offset() == Duration{0}; }
    [[nodiscard]] bool was_set_since(Instant when) const;
    // Wrong, but by no more than that.
    [[nodiscard]] bool was_nearly_right_since(Instant when, Duration most) const;
    // Whether, within so much of it, the clock was wrong between these, or then showed a time
    // between them.
    [[nodiscard]] bool touches(Instant from, Instant until, Duration within) const;
    // Whether `when`, reckoned back from what the clock has wrongly shown since, lies between
    // these; later than `latest` it is never thought to be.
    [[nodiscard]] bool may_place(Instant when, Instant latest, Instant from, Instant until) const;

  private:
    struct Stretch {
        Instant from;
        Instant until;  // true time
        Duration offset;
    };

    std::vector<Stretch> stretches_;  // also those in which it was right
};

}  // namespace simulation
