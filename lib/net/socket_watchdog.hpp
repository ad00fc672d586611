// A time limit for whatever a coroutine does on a Unix socket. Unlike Beast's own it leaves the
// socket open, so that the client can still be told what was wrong. Loop's thread.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "cadence/time.hpp"

namespace net {

class SocketWatchdog {
  public:
    using Socket = boost::asio::local::stream_protocol::socket;

    // The socket must outlive the watchdog.
    explicit SocketWatchdog(Socket& socket);
    SocketWatchdog(const SocketWatchdog&) = delete;
    SocketWatchdog& operator=(const SocketWatchdog&) = delete;
    ~SocketWatchdog();

    // After `limit` the socket's operations are aborted, again and again until disarm() or arm(): a
    // composed operation may be between two reads when the time is up.
    void arm(cadence::Duration limit);
    void disarm();

    // Whether the limit last armed has run out.
    [[nodiscard]] bool expired() const;

  private:
    struct State;
    static void wait(const std::shared_ptr<State>& state);
    std::shared_ptr<State> state_;  // shared with the timer's handler, which may come later
};

}  // namespace net
