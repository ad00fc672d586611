#include "daemon/routes/turnstile.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace cadenced::wire {

namespace asio = boost::asio;

struct Turnstile::Waiter {
    asio::steady_timer called;  // cancelled when it is this one's turn
    bool admitted{false};
};

Turnstile::Pass::Pass(Pass&& other) noexcept : turnstile_(std::exchange(other.turnstile_, {})) {}

Turnstile::Pass::~Pass() {
    if (turnstile_ != nullptr) turnstile_->leave();
}

asio::awaitable<Turnstile::Pass> Turnstile::enter() {
    if (free_ > 0) {
        --free_;
        co_return Pass(this);
    }
    const auto executor = co_await asio::this_coro::executor;
    Waiter waiter{asio::steady_timer(executor, asio::steady_timer::time_point::max())};
    const auto place = waiting_.insert(waiting_.end(), &waiter);
    boost::system::error_code woken;
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await waiter.called.async_wait(token);
    if (waiter.admitted) co_return Pass(this);
    waiting_.erase(place);
    throw boost::system::system_error(asio::error::operation_aborted);
}

void Turnstile::leave() {
    if (waiting_.empty()) {
        ++free_;
        return;
    }
    Waiter& next = *waiting_.front();
    waiting_.pop_front();
    next.admitted = true;
    next.called.cancel();
}

}  // namespace cadenced::wire
