#include "net/system_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>

#include "gtest/gtest.h"
#include "tests/net/run.hpp"

namespace net_test {

namespace asio = boost::asio;
using engine::Wake;
using namespace std::chrono_literals;

namespace {

class SystemClockTest : public testing::Test {
  protected:
    asio::io_context io_;
    net::SystemClock clock_{io_.get_executor()};
    std::unique_ptr<engine::Alarm> alarm_{clock_.make_alarm()};
};

}  // namespace

TEST_F(SystemClockTest, Now_IsTheSystemsTime) {
    const auto before = std::chrono::system_clock::now();
    const auto now = clock_.now();
    EXPECT_GE(now, before - 1ms);
    EXPECT_LE(now, std::chrono::system_clock::now());
    const auto steady = clock_.steady_now();
    EXPECT_LE(steady, std::chrono::steady_clock::now());
}

TEST_F(SystemClockTest, Alarm_IsReachedNotBeforeItsTime) {
    const auto at = clock_.now() + 30ms;
    EXPECT_EQ(run(io_, alarm_->wait_until(at)), Wake::Reached);
    EXPECT_GE(clock_.now(), at);
}

TEST_F(SystemClockTest, AlarmInThePast_IsReachedAtOnce) {
    EXPECT_EQ(run(io_, alarm_->wait_until(clock_.now() - 1h)), Wake::Reached);
    EXPECT_EQ(run(io_, alarm_->wait_until(cadence::from_ms(0))), Wake::Reached);
    EXPECT_EQ(run(io_, alarm_->wait_until(cadence::from_ms(-5))), Wake::Reached);
}

TEST_F(SystemClockTest, Ring_EndsAWaitForEver) {
    asio::post(io_, [this] { alarm_->ring(); });
    EXPECT_EQ(run(io_, alarm_->wait_until(std::nullopt)), Wake::Rung);
}

TEST_F(SystemClockTest, RingsBeforeTheWait_CountAsOne) {
    alarm_->ring();
    alarm_->ring();
    EXPECT_EQ(run(io_, alarm_->wait_until(std::nullopt)), Wake::Rung);
    EXPECT_EQ(run(io_, alarm_->wait_until(clock_.now() + 5ms)), Wake::Reached);
}

TEST_F(SystemClockTest, CancelledWait_ThrowsAndTheAlarmGoesOn) {
    asio::cancellation_signal signal;
    std::exception_ptr thrown;
    std::optional<Wake> wake;
    bool done = false;
    asio::co_spawn(io_, store(alarm_->wait_until(std::nullopt), wake),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error) {
                       thrown = error;
                       done = true;
                   }));
    io_.poll();
    signal.emit(asio::cancellation_type::terminal);
    while (!done) io_.run_one();
    EXPECT_THROW(std::rethrow_exception(thrown), boost::system::system_error);
    EXPECT_EQ(run(io_, alarm_->wait_until(clock_.now())), Wake::Reached);
}

}  // namespace net_test
