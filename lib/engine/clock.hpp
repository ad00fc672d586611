// The engine's only source of time. now() is the wall clock, which may be stepped; steady_now() is
// monotonic and for deadlines; uptime() is what a step is told by. One alarm wakes one coroutine.
// Everything on the loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cadence/time.hpp"

namespace engine {

enum class Wake {
    Reached,  // the wall clock shows the time asked for, or a later one
    Rung,     // somebody rang
    Stepped,  // the wall clock was set: what was planned by it must be planned again
};

class Alarm {
  public:
    virtual ~Alarm() = default;
    Alarm() = default;
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

    // Waits until the wall clock reaches `at` (empty: for ever), ring() or a step of the clock. A
    // ring before the wait ends the wait at once; several rings count as one. One waiter at a time.
    // Cancelled: throws boost::system::system_error(operation_aborted), as any Asio wait.
    [[nodiscard]] virtual boost::asio::awaitable<Wake> wait_until(
        std::optional<cadence::Instant> at) = 0;
    virtual void ring() = 0;
};

class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual cadence::Instant now() const = 0;
    [[nodiscard]] virtual cadence::Monotonic steady_now() const = 0;
    // How long the machine has been up, also while it slept. Nobody sets it.
    [[nodiscard]] virtual cadence::Duration uptime() const = 0;
    // Which start of the machine that is since: another text after each.
    [[nodiscard]] virtual std::string boot() const = 0;
    [[nodiscard]] virtual std::unique_ptr<Alarm> make_alarm() = 0;
};

}  // namespace engine
