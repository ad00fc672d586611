// One verified TLS connection and the requests that go over it, one after the other.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "cadence/error.hpp"
#include "net/https_pool.hpp"

namespace net {

struct HttpsOrigin {
    std::string host;
    std::uint16_t port{443};
};

class HttpsConnection {
  public:
    class Impl;

    explicit HttpsConnection(std::unique_ptr<Impl> impl);
    HttpsConnection(const HttpsConnection&) = delete;
    HttpsConnection& operator=(const HttpsConnection&) = delete;
    ~HttpsConnection();

    // See HttpsLease.
    [[nodiscard]] bool ready() const;
    [[nodiscard]] boost::asio::awaitable<HttpsOutcome> exchange(HttpsRequest request,
                                                                Deadline deadline);

  private:
    std::unique_ptr<Impl> impl_;
};

// Connected, and the peer verified. Nothing of any request has been sent, whatever the error:
// CannotConnect, TimedOut, Cancelled; a coroutine already cancelled sees Asio's exception instead.
// `context` must outlive the call, not the connection.
[[nodiscard]] boost::asio::awaitable<cadence::Result<std::unique_ptr<HttpsConnection>>>
connect_https(boost::asio::any_io_executor executor, boost::asio::ssl::context& context,
              HttpsOrigin origin, Deadline deadline);

}  // namespace net
