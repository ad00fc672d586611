#include "net/https_pool.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>

#include "net/https_connection.hpp"
#include "net/tls_context.hpp"

namespace net {

namespace asio = boost::asio;
using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;
using std::chrono::steady_clock;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kSweepEvery = std::chrono::seconds(1);

}  // namespace

// Slots and idle connections. At any time idle connections plus lent slots are at most the maximum:
// whoever gets a slot takes an idle connection, and makes a new one only when none is left.
class HttpsPool::State {
  public:
    State(const asio::any_io_executor& executor, HttpsOptions options, asio::ssl::context context)
        : options_(std::move(options)), context_(std::move(context)), sweep_(executor) {}

    // Somebody who waits for a slot; lives in the frame of the coroutine that waits.
    struct Waiter {
        Waiter(State& pool, Deadline deadline) : state(pool), wake(pool.executor(), deadline) {
            state.waiters_.push_back(this);
        }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        ~Waiter() { std::erase(state.waiters_, this); }

        State& state;
        asio::steady_timer wake;
        bool granted{false};
    };

    [[nodiscard]] asio::any_io_executor executor() { return sweep_.get_executor(); }
    [[nodiscard]] asio::ssl::context& context() { return context_; }
    [[nodiscard]] HttpsOrigin origin() const { return {options_.host, options_.port}; }
    [[nodiscard]] bool closed() const { return closed_; }

    [[nodiscard]] Deadline within_timeout(Deadline deadline) const {
        return std::min(deadline, steady_clock::now() + options_.timeout);
    }

    [[nodiscard]] bool try_take_slot() {
        if (in_use_ >= options_.max_connections || !waiters_.empty()) return false;
        ++in_use_;
        return true;
    }

    // The slot goes straight to whoever has waited longest.
    void give_slot_back() {
        if (waiters_.empty()) {
            --in_use_;
            return;
        }
        Waiter* next = waiters_.front();
        waiters_.pop_front();
        next->granted = true;
        next->wake.cancel();
    }

    // The connection used last that is still good; the others that are not are closed.
    [[nodiscard]] std::unique_ptr<HttpsConnection> take_idle() {
        drop_stale();
        if (idle_.empty()) return nullptr;
        auto connection = std::move(idle_.back());
        idle_.pop_back();
        return connection;
    }

    void keep(std::unique_ptr<HttpsConnection> connection) {
        if (!closed_ && connection && connection->ready()) idle_.push_back(std::move(connection));
    }

    void drop_stale() {
        std::erase_if(idle_, [](const auto& connection) { return !connection->ready(); });
    }

    void close() {
        closed_ = true;
        idle_.clear();
        sweep_.cancel();
        for (Waiter* waiter : waiters_) waiter->wake.cancel();
    }

    // Closes idle connections a second after their last use, so that none lingers.
    static void sweep_later(const std::shared_ptr<State>& state) {
        if (state->sweeping_ || state->closed_ || state->idle_.empty()) return;
        state->sweeping_ = true;
        state->sweep_.expires_after(kSweepEvery);
        state->sweep_.async_wait([weak = std::weak_ptr(state)](boost::system::error_code) {
            const auto self = weak.lock();
            if (!self) return;
            self->sweeping_ = false;
            self->drop_stale();
            sweep_later(self);
        });
    }

  private:
    HttpsOptions options_;
    asio::ssl::context context_;
    asio::steady_timer sweep_;
    std::deque<Waiter*> waiters_;
    std::vector<std::unique_ptr<HttpsConnection>> idle_;
    std::size_t in_use_{0};
    bool sweeping_{false};
    bool closed_{false};
};

// Holds a slot from the moment it is granted, first without a connection.
class HttpsLease::State {
  public:
    explicit State(std::shared_ptr<HttpsPool::State> owner) : pool(std::move(owner)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        pool->keep(std::move(connection));
        pool->give_slot_back();
        HttpsPool::State::sweep_later(pool);
    }

    std::shared_ptr<HttpsPool::State> pool;
    std::unique_ptr<HttpsConnection> connection;
};

namespace {

using PoolPtr = std::shared_ptr<HttpsPool::State>;
using Slot = std::unique_ptr<HttpsLease::State>;

tl::unexpected<cadence::Error> fail_cancelled() {
    return fail(ErrorCode::Cancelled, "cancelled while waiting for a connection");
}

asio::awaitable<Result<Slot>> take_slot(PoolPtr pool, Deadline deadline) {
    if (pool->try_take_slot()) co_return std::make_unique<HttpsLease::State>(pool);
    HttpsPool::State::Waiter waiter(*pool, deadline);
    const auto [woken] = co_await waiter.wake.async_wait(kTuple);
    if (waiter.granted) co_return std::make_unique<HttpsLease::State>(pool);
    if (woken) co_return fail_cancelled();
    co_return fail(ErrorCode::Crowded, "no connection became free in time");
}

asio::awaitable<Result<HttpsLease>> lease_connection(PoolPtr pool, Deadline deadline) {
    auto slot = co_await take_slot(pool, deadline);
    if (!slot) co_return tl::unexpected(slot.error());
    if (pool->closed()) co_return fail_cancelled();
    (*slot)->connection = pool->take_idle();
    if (!(*slot)->connection) {
        const auto executor = pool->executor();
        const auto origin = pool->origin();
        auto made = co_await connect_https(executor, pool->context(), origin, deadline);
        if (!made) co_return tl::unexpected(made.error());
        (*slot)->connection = std::move(*made);
    }
    co_return HttpsLease(std::move(*slot));
}

asio::awaitable<Result<HttpsLease>> acquire_from(PoolPtr pool, Deadline deadline) {
    try {
        auto lease = co_await lease_connection(pool, deadline);
        co_return lease;
    } catch (const boost::system::system_error&) {
        co_return fail_cancelled();  // Asio throws at a co_await after cancellation
    }
}

asio::awaitable<HttpsOutcome> refuse(std::string why) {
    HttpsOutcome outcome;
    outcome.error = {ErrorCode::CannotConnect, std::move(why), {}};
    co_return outcome;
}

}  // namespace

HttpsLease::HttpsLease(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpsLease::HttpsLease(HttpsLease&&) noexcept = default;
HttpsLease& HttpsLease::operator=(HttpsLease&&) noexcept = default;
HttpsLease::~HttpsLease() = default;

bool HttpsLease::ready() const { return state_ && state_->connection->ready(); }

asio::awaitable<HttpsOutcome> HttpsLease::request(HttpsRequest request, Deadline deadline) {
    if (!state_) return refuse("the lease has been moved away");
    const auto limit = state_->pool->within_timeout(deadline);
    return state_->connection->exchange(std::move(request), limit);
}

HttpsPool::HttpsPool(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpsPool::~HttpsPool() { state_->close(); }

asio::awaitable<Result<HttpsLease>> HttpsPool::acquire(Deadline deadline) {
    return acquire_from(state_, state_->within_timeout(deadline));
}

Result<std::unique_ptr<HttpsPool>> make_https_pool(asio::any_io_executor executor,
                                                   HttpsOptions options) {
    if (options.host.empty() || options.port == 0) {
        return fail(ErrorCode::Configuration, "an HTTPS origin needs a host and a port", "host");
    }
    if (options.max_connections == 0 || options.timeout <= cadence::Duration{0}) {
        return fail(ErrorCode::Configuration, "connections and timeout must be above zero",
                    "connections");
    }
    auto context = make_tls_context(options.ca_file);
    if (!context) return tl::unexpected(context.error());
    auto state =
        std::make_shared<HttpsPool::State>(executor, std::move(options), std::move(*context));
    return std::make_unique<HttpsPool>(std::move(state));
}

}  // namespace net
