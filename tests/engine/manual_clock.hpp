// A clock that the test moves by hand. Alarms ring when it passes their time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <vector>

#include "engine/clock.hpp"

namespace engine_test {

class ManualAlarm;

class ManualClock final : public engine::Clock {
  public:
    ManualClock(boost::asio::any_io_executor loop, cadence::Instant start)
        : loop_(std::move(loop)), now_(start) {}

    [[nodiscard]] cadence::Instant now() const override { return now_; }
    [[nodiscard]] cadence::Monotonic steady_now() const override { return steady_; }
    [[nodiscard]] cadence::Duration uptime() const override { return uptime_; }
    [[nodiscard]] std::string boot() const override { return boot_; }
    [[nodiscard]] std::unique_ptr<engine::Alarm> make_alarm() override;

    // Time passes: all clocks move, and alarms that are due ring.
    void pass(cadence::Duration time);
    // Somebody sets the wall clock: every alarm learns of it.
    void step_to(cadence::Instant wall);
    // No alarm is told, as none is that nobody waits for.
    void set_unnoticed(cadence::Instant wall) { now_ = wall; }
    // The machine sleeps: every alarm learns of it.
    void sleep(cadence::Duration time);
    // The machine is started anew, or has been up for so long already.
    void boot_anew(std::string boot, cadence::Duration uptime = {});
    // The earliest time that an alarm waits for.
    [[nodiscard]] std::optional<cadence::Instant> next_alarm() const;

  private:
    friend class ManualAlarm;
    boost::asio::any_io_executor loop_;
    cadence::Instant now_;
    cadence::Monotonic steady_{};
    cadence::Duration uptime_{std::chrono::hours{1}};
    std::string boot_{"a boot"};
    std::vector<ManualAlarm*> alarms_;  // in the order in which they were made
};

}  // namespace engine_test
