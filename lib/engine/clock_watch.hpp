// What is known of the wall clock by one that nobody sets: whether it was set, and whether it is
// right. A clock that is slewed is not seen: the kernel slews the other with it. Loop's thread.
#pragma once

#include <optional>

#include "engine/clock.hpp"

namespace engine {

class ClockWatch {
  public:
    // The clock outlives the watch. What it shows now is taken for known.
    explicit ClockWatch(const Clock& clock) : clock_(&clock), ahead_(ahead()) {}

    // The clock was set since the last look, or may have been slewed a little.
    void stepped();
    void look();

    // By how much it was set, of what the ledger does not know yet; empty: there is nothing.
    [[nodiscard]] std::optional<cadence::Duration> step() const { return step_; }
    // The ledger knows it now.
    void told() { step_.reset(); }
    // Whether the ledger goes by the time that the clock shows now.
    [[nodiscard]] bool followed() const;

    // A platform's Date says what the clock shows now, or something else.
    void agreed() { agreed_ = Agreement{ahead(), clock_->uptime()}; }
    void disagreed() { agreed_.reset(); }
    // A Date has agreed with the clock, and it was set since.
    [[nodiscard]] bool doubtful() const;
    // The machine's uptime when a Date last agreed with the clock, which nobody has set since, and
    // which the ledger goes by.
    [[nodiscard]] std::optional<cadence::Duration> confirmed_at() const;

  private:
    struct Agreement {
        cadence::Duration ahead;
        cadence::Duration uptime;
    };

    [[nodiscard]] cadence::Duration ahead() const;  // of the machine's uptime

    const Clock* clock_;
    cadence::Duration ahead_;
    std::optional<cadence::Duration> step_;
    std::optional<Agreement> agreed_;
};

}  // namespace engine
