#include "tests/engine/manual_clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace engine_test {

class ManualAlarm final : public engine::Alarm {
  public:
    explicit ManualAlarm(ManualClock& clock) : clock_(&clock), event_(clock.loop_) {
        clock.alarms_.push_back(this);
    }
    ~ManualAlarm() override { std::erase(clock_->alarms_, this); }

    boost::asio::awaitable<engine::Wake> wait_until(std::optional<cadence::Instant> at) override {
        at_ = at;
        while (!rung_ && !stepped_ && !(at_ && *at_ <= clock_->now_)) {
            event_.expires_at(boost::asio::steady_timer::time_point::max());
            boost::system::error_code ec;
            woken_ = false;
            co_await event_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
            if (!woken_) throw boost::system::system_error(boost::asio::error::operation_aborted);
        }
        at_.reset();
        auto const rung = std::exchange(rung_, false);
        if (std::exchange(stepped_, false)) co_return engine::Wake::Stepped;
        co_return rung ? engine::Wake::Rung : engine::Wake::Reached;
    }

    void ring() override {
        rung_ = true;
        wake();
    }
    void wake() {
        woken_ = true;
        event_.cancel();
    }
    void step() {
        stepped_ = true;
        wake();
    }
    [[nodiscard]] std::optional<cadence::Instant> at() const { return at_; }

  private:
    ManualClock* clock_;
    boost::asio::steady_timer event_;
    std::optional<cadence::Instant> at_;
    bool rung_{false};
    bool stepped_{false};
    bool woken_{false};
};

std::unique_ptr<engine::Alarm> ManualClock::make_alarm() {
    return std::make_unique<ManualAlarm>(*this);
}

void ManualClock::pass(cadence::Duration time) {
    now_ += time;
    steady_ += time;
    uptime_ += time;
    for (auto* alarm : alarms_) {
        if (alarm->at() && *alarm->at() <= now_) alarm->wake();
    }
}

void ManualClock::step_to(cadence::Instant wall) {
    now_ = wall;
    for (auto* alarm : alarms_) alarm->step();
}

void ManualClock::sleep(cadence::Duration time) {
    uptime_ += time;
    step_to(now_ + time);
}

void ManualClock::boot_anew(std::string boot, cadence::Duration uptime) {
    boot_ = std::move(boot);
    uptime_ = uptime;
}

std::optional<cadence::Instant> ManualClock::next_alarm() const {
    std::optional<cadence::Instant> next;
    for (const auto* alarm : alarms_) {
        if (alarm->at() && (!next || *alarm->at() < *next)) next = alarm->at();
    }
    return next;
}

}  // namespace engine_test
