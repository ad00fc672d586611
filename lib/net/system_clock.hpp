// The machine's clocks behind the engine's port: CLOCK_REALTIME with timerfd for waiting, so that a
// step of the wall clock wakes whoever waits, CLOCK_MONOTONIC for deadlines, and CLOCK_BOOTTIME.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>

#include "engine/clock.hpp"

namespace net {

class SystemClock final : public engine::Clock {
  public:
    // Alarms wait on this executor's io_context and must not outlive it.
    explicit SystemClock(boost::asio::any_io_executor executor);

    [[nodiscard]] cadence::Instant now() const override;
    [[nodiscard]] cadence::Monotonic steady_now() const override;
    [[nodiscard]] cadence::Duration uptime() const override;
    // The kernel's boot_id; empty where it has none to tell.
    [[nodiscard]] std::string boot() const override;

    // Throws std::system_error when the kernel refuses a timer (no file descriptors left).
    [[nodiscard]] std::unique_ptr<engine::Alarm> make_alarm() override;

  private:
    boost::asio::any_io_executor executor_;
};

}  // namespace net
