#include "net/socket_watchdog.hpp"

namespace net {

namespace {
constexpr auto kBarkAgain = std::chrono::milliseconds(100);
}

struct SocketWatchdog::State {
    explicit State(Socket& guarded) : socket(&guarded), timer(guarded.get_executor()) {}

    Socket* socket;
    boost::asio::steady_timer timer;
    bool expired{false};
};

SocketWatchdog::SocketWatchdog(Socket& socket) : state_(std::make_shared<State>(socket)) {}

SocketWatchdog::~SocketWatchdog() {
    disarm();
    state_->socket = nullptr;
}

void SocketWatchdog::arm(cadence::Duration limit) {
    state_->expired = false;
    state_->timer.expires_after(limit);
    wait(state_);
}

void SocketWatchdog::disarm() {
    state_->timer.expires_at(std::chrono::steady_clock::time_point::max());
}

bool SocketWatchdog::expired() const { return state_->expired; }

void SocketWatchdog::wait(const std::shared_ptr<State>& state) {
    state->timer.async_wait([state](boost::system::error_code error) {
        // A handler already on its way when the timer was set anew must not count.
        const bool early = std::chrono::steady_clock::now() < state->timer.expiry();
        if (error || early || state->socket == nullptr) return;
        state->expired = true;
        boost::system::error_code ignored;
        state->socket->cancel(ignored);
        state->timer.expires_after(kBarkAgain);
        wait(state);
    });
}

}  // namespace net
