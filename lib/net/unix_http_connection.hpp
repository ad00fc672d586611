// One connection of the socket server: reads requests, refuses those it must, calls the handler,
// writes the replies.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>

#include "net/unix_http_server.hpp"

namespace net {

struct UnixHttpService {
    UnixHttpOptions options;
    HttpHandler handler;
};

// Shared between a connection and the server that may want to end it.
struct ConnectionControl {
    bool between_requests{true};  // nothing of a request has arrived: it can be cut
    bool stopping{false};         // no further request after this one
    bool unwelcome{false};        // one too many: told so instead of being served
};

// Ends when the client or the server wants no more. Cancelling it drops the connection.
[[nodiscard]] boost::asio::awaitable<void> serve_connection(
    boost::asio::local::stream_protocol::socket socket,
    std::shared_ptr<const UnixHttpService> service, std::shared_ptr<ConnectionControl> control);

}  // namespace net
