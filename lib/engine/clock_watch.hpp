// What is known of the wall clock by one that nobody sets: whether it was set, and whether it is
// right. Loop's thread.
#pragma once

#include <optional>

#include "engine/clock.hpp"

namespace engine {

class ClockWatch {
  public:
    // The clock outlives the watch. What it shows now is taken for known.
    explicit ClockWatch(const Clock& clock) : clock_(&clock), ahead_(ahead()) {}

    // The clock was set, or may have been slewed a little since the last look.
    void stepped();
    void look();

    // By how much it was set, of what the ledger does not know yet; empty: there is nothing.
    [[nodiscard]] std::optional<cadence::Duration> step() const { return step_; }
    // The ledger knows it now.
    void told() { step_.reset(); }
    // Whether the ledger goes by the time that the clock shows now.
    [[nodiscard]] bool followed() const;

    // A platform's Date says what the clock shows now.
    void agreed() { agreed_ahead_ = ahead(); }
    // One has said so, and nobody has set the clock since.
    [[nodiscard]] bool right() const;

  private:
    [[nodiscard]] cadence::Duration ahead() const;  // of the machine's uptime

    const Clock* clock_;
    cadence::Duration ahead_;
    std::optional<cadence::Duration> step_;
    std::optional<cadence::Duration> agreed_ahead_;
};

}  // namespace engine
