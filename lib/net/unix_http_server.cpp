#include "net/unix_http_server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "net/unix_http_connection.hpp"
#include "net/unix_listener.hpp"

namespace net {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kAcceptAgain = std::chrono::milliseconds(100);
// Beyond max_connections, so many at once are heard out and told so; more are just closed.
constexpr std::size_t kMostUnwelcome = 64;

struct Child {
    asio::cancellation_signal signal;
    std::shared_ptr<ConnectionControl> control{std::make_shared<ConnectionControl>()};
};

}  // namespace

class UnixHttpServer::State {
  public:
    State(const asio::any_io_executor& executor, UnixListener listener, UnixHttpService service)
        : acceptor(executor, stream_protocol(), listener.release()),
          pause(executor),
          gone(executor, asio::steady_timer::time_point::max()),
          listener_(std::move(listener)),
          service_(std::make_shared<const UnixHttpService>(std::move(service))) {}

    // `self` keeps the state alive for as long as the connection runs.
    static void serve(const std::shared_ptr<State>& self, stream_protocol::socket socket) {
        const bool full = self->welcome_ >= self->service_->options.max_connections;
        if (full && self->children_.size() - self->welcome_ >= kMostUnwelcome) return;
        self->children_.emplace_back();
        const auto child = std::prev(self->children_.end());
        child->control->unwelcome = full;
        if (!full) ++self->welcome_;
        auto connection = serve_connection(std::move(socket), self->service_, child->control);
        // However a connection ended, the server goes on.
        auto joined = [self, child](std::exception_ptr) { self->join(child); };
        asio::co_spawn(self->acceptor.get_executor(), std::move(connection),
                       asio::bind_cancellation_slot(child->signal.slot(), std::move(joined)));
    }

    void stop() {
        stopping_ = true;
        boost::system::error_code ignored;
        acceptor.close(ignored);
        pause.cancel();
        listener_.remove_file();
        for (auto& child : children_) child.control->stopping = true;
        cut([](const Child& child) { return child.control->between_requests; });
    }

    void cut_all() {
        cut([](const Child&) { return true; });
    }

    [[nodiscard]] bool stopping() const { return stopping_; }
    [[nodiscard]] bool alone() const { return children_.empty(); }

    stream_protocol::acceptor acceptor;
    asio::steady_timer pause;
    asio::steady_timer gone;  // cancelled when the last connection has ended

  private:
    void join(std::list<Child>::iterator child) {
        if (!child->control->unwelcome) --welcome_;
        children_.erase(child);
        if (children_.empty()) gone.cancel();
    }

    // A connection that is cancelled may end, and leave the list, at once.
    template <class Wanted>
    void cut(Wanted wanted) {
        for (auto child = children_.begin(); child != children_.end();) {
            const auto current = child++;
            if (wanted(*current)) current->signal.emit(asio::cancellation_type::terminal);
        }
    }

    UnixListener listener_;
    std::shared_ptr<const UnixHttpService> service_;
    std::list<Child> children_;
    std::size_t welcome_{0};  // of the children
    bool stopping_{false};
};

namespace {

using StatePtr = std::shared_ptr<UnixHttpServer::State>;

asio::awaitable<void> accept_connections(StatePtr state) {
    while (!state->stopping()) {
        auto [error, socket] = co_await state->acceptor.async_accept(kTuple);
        if (error == asio::error::operation_aborted) break;
        if (error) {
            // Out of file descriptors, most likely: the queue keeps whoever comes.
            state->pause.expires_after(kAcceptAgain);
            const auto [woken] = co_await state->pause.async_wait(kTuple);
            if (woken) break;
        } else {
            UnixHttpServer::State::serve(state, std::move(socket));
        }
    }
}

// A coroutine of its own, so that what it does to its cancellation stays its own.
asio::awaitable<void> serve_until_stopped(StatePtr state) {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await accept_connections(state);
    state->stop();
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    const bool cancelled = cancellation.cancelled() != asio::cancellation_type::none;
    if (!cancelled && !state->alone()) {
        co_await state->gone.async_wait(kTuple);
    }
    if (state->alone()) co_return;
    state->cut_all();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!state->alone()) {
        co_await state->gone.async_wait(kTuple);
    }
}

}  // namespace

UnixHttpServer::UnixHttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
UnixHttpServer::~UnixHttpServer() { state_->stop(); }

asio::awaitable<void> UnixHttpServer::run() {
    const auto executor = state_->acceptor.get_executor();
    auto serving = asio::co_spawn(executor, serve_until_stopped(state_), asio::use_awaitable);
    co_await std::move(serving);
}

void UnixHttpServer::stop() { state_->stop(); }

Result<std::unique_ptr<UnixHttpServer>> make_unix_http_server(asio::any_io_executor executor,
                                                              UnixHttpOptions options,
                                                              HttpHandler handler) {
    if (!options.make_problem || !handler) {
        return fail(ErrorCode::Internal, "the socket server needs make_problem and a handler");
    }
    auto listener = UnixListener::make(options.path, options.mode);
    if (!listener) return tl::unexpected(listener.error());
    UnixHttpService service{std::move(options), std::move(handler)};
    return std::make_unique<UnixHttpServer>(std::make_shared<UnixHttpServer::State>(
        executor, std::move(*listener), std::move(service)));
}

}  // namespace net
