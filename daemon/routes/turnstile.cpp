#include "daemon/routes/turnstile.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <list>
#include <optional>
#include <utility>

namespace cadenced::wire {

namespace asio = boost::asio;

class Turnstile::State {
  public:
    explicit State(std::size_t places) : free_(places) {}

    [[nodiscard]] bool enter_at_once() {
        if (free_ == 0) return false;
        --free_;
        return true;
    }
    std::list<Waiter*>::iterator line_up(Waiter* waiter) {
        return waiting_.insert(waiting_.end(), waiter);
    }
    void step_out(std::list<Waiter*>::iterator place) { waiting_.erase(place); }
    void leave();

  private:
    std::size_t free_;
    std::list<Waiter*> waiting_;
};

// In the line until it is called, and gone from there however its wait ends.
class Turnstile::Waiter {
  public:
    Waiter(const asio::any_io_executor& executor, std::shared_ptr<State> state)
        : called(executor, asio::steady_timer::time_point::max()),
          state_(std::move(state)),
          place_(state_->line_up(this)) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        if (!admitted_) state_->step_out(place_);
    }

    // Called by the one that leaves, which has taken this one out of the line.
    void admit() {
        admitted_ = true;
        pass_.emplace(state_);
        called.cancel();
    }
    [[nodiscard]] bool admitted() const { return admitted_; }
    [[nodiscard]] Pass take_pass() { return *std::move(pass_); }

    asio::steady_timer called;  // cancelled when it is this one's turn

  private:
    std::shared_ptr<State> state_;
    std::list<Waiter*>::iterator place_;
    bool admitted_{false};
    std::optional<Pass> pass_;  // given back when nobody takes it
};

void Turnstile::State::leave() {
    if (waiting_.empty()) {
        ++free_;
        return;
    }
    Waiter& next = *waiting_.front();
    waiting_.pop_front();
    next.admit();
}

Turnstile::Pass::~Pass() {
    if (state_ != nullptr) state_->leave();
}

Turnstile::Turnstile(std::size_t places) : state_(std::make_shared<State>(places)) {}

asio::awaitable<Turnstile::Pass> Turnstile::enter(std::shared_ptr<State> state) {
    if (state->enter_at_once()) co_return Pass(state);
    const auto executor = co_await asio::this_coro::executor;
    Waiter waiter(executor, state);
    boost::system::error_code woken;
    auto token = asio::redirect_error(asio::use_awaitable, woken);
    co_await waiter.called.async_wait(token);
    if (waiter.admitted()) co_return waiter.take_pass();
    throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace cadenced::wire
