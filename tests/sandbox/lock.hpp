// One lock as a function of time: what remains, what is frozen, what stands in the pillory. Nothing
// ticks here; every question and every change brings its instant, which may also lie before the
// last.
#pragma once

#include <optional>

#include "tests/sandbox/instant.hpp"

namespace sandbox {

class Lock {
  public:
    Lock(Instant start, Millis remaining) : start_(start), as_of_(start), remaining_(remaining) {}

    [[nodiscard]] Millis remaining(Instant now) const;  // never negative; stands still while frozen
    [[nodiscard]] Millis locked(Instant now) const;
    [[nodiscard]] std::optional<Millis> max_remaining(Instant now) const;  // empty: no maximum
    [[nodiscard]] bool frozen(Instant now) const;
    [[nodiscard]] bool in_pillory(Instant now) const;
    [[nodiscard]] std::optional<Instant> frozen_until() const { return frozen_until_; }
    [[nodiscard]] std::optional<Instant> pillory_until() const { return pillory_until_; }

    // Adds time, or removes it when delta is negative; never below zero nor above the maximum.
    // Returns what was truly added.
    Millis add(Instant now, Millis delta);
    void set_remaining(Instant now, Millis remaining);
    // The maximum is an end of the lock that additions cannot pass: it counts down, also frozen.
    void set_max_remaining(Instant now, std::optional<Millis> most);

    void freeze(Instant now, Millis duration);  // of two freezes the later end stays
    void freeze_without_end(Instant now);
    bool unfreeze(Instant now);  // false: it was not frozen

    void start_pillory(Instant now, Millis duration);  // of two the later end stays
    bool end_pillory(Instant now);                     // false: there was none

  private:
    Instant start_;
    Instant as_of_;  // remaining_ is true at this instant
    Millis remaining_;
    std::optional<Instant> max_end_;
    std::optional<Instant> frozen_until_;
    std::optional<Instant> pillory_until_;
};

}  // namespace sandbox
