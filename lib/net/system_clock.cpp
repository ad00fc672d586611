#include "net/system_clock.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <system_error>

namespace net {

namespace asio = boost::asio;
using cadence::Instant;
using engine::Wake;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// "For ever" is a date, too: an armed timer is what notices that the clock is stepped.
constexpr Instant kFarFuture = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};
constexpr Instant kEarliest = Instant{cadence::Duration{1}};  // zero would disarm the timer

int make_timer() {
    const int timer = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
    return timer;
}

cadence::Duration read_clock(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::floor<cadence::Duration>(std::chrono::seconds(time.tv_sec) +
                                                 std::chrono::nanoseconds(time.tv_nsec));
}

itimerspec to_timer_spec(Instant at) {
    const auto since_epoch = std::clamp(at, kEarliest, kFarFuture).time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    itimerspec spec{};
    spec.it_value.tv_sec = seconds.count();
    spec.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
    return spec;
}

class TimerAlarm final : public engine::Alarm {
  public:
    explicit TimerAlarm(const asio::any_io_executor& executor) : timer_(executor, make_timer()) {}

    [[nodiscard]] asio::awaitable<Wake> wait_until(std::optional<Instant> at) override {
        if (take_ring()) co_return Wake::Rung;
        if (!arm(at.value_or(kFarFuture))) co_return Wake::Stepped;
        while (true) {
            const auto [error] =
                co_await timer_.async_wait(asio::posix::stream_descriptor::wait_read, kTuple);
            if (take_ring()) co_return Wake::Rung;
            if (error) throw boost::system::system_error(error);
            if (const auto wake = read_timer()) co_return *wake;
        }
    }

    void ring() override {
        rung_ = true;
        timer_.cancel();
    }

  private:
    bool take_ring() { return std::exchange(rung_, false); }

    // False when the clock was stepped since the last wait; the timer is armed all the same.
    bool arm(Instant at) {
        const itimerspec spec = to_timer_spec(at);
        const int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
        if (::timerfd_settime(timer_.native_handle(), flags, &spec, nullptr) == 0) return true;
        if (errno == ECANCELED) return false;
        throw std::system_error(errno, std::generic_category(), "timerfd_settime");
    }

    // Empty when the timer has nothing to say after all.
    std::optional<Wake> read_timer() {
        std::uint64_t expirations = 0;
        if (::read(timer_.native_handle(), &expirations, sizeof expirations) > 0) {
            return Wake::Reached;
        }
        if (errno == ECANCELED) return Wake::Stepped;
        if (errno == EAGAIN || errno == EINTR) return std::nullopt;
        throw std::system_error(errno, std::generic_category(), "timerfd read");
    }

    asio::posix::stream_descriptor timer_;
    bool rung_{false};
};

}  // namespace

SystemClock::SystemClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

// clock_gettime by name, so that a test can put a shifted clock under the whole program.
Instant SystemClock::now() const { return Instant{read_clock(CLOCK_REALTIME)}; }

cadence::Duration SystemClock::uptime() const { return read_clock(CLOCK_BOOTTIME); }

std::string SystemClock::boot() const {
    std::string id;
    std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
    return id;
}

cadence::Monotonic SystemClock::steady_now() const { return std::chrono::steady_clock::now(); }

std::unique_ptr<engine::Alarm> SystemClock::make_alarm() {
    return std::make_unique<TimerAlarm>(executor_);
}

}  // namespace net
