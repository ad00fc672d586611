#include "net/resolve.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;
using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

// Shared with the resolver's handler, which may come long after the coroutine has left.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), wake(executor) {}

    tcp::resolver resolver;
    asio::steady_timer wake;
    bool finished{false};
    boost::system::error_code error;
    std::vector<tcp::endpoint> endpoints;
};

void begin(const std::shared_ptr<Lookup>& lookup, const std::string& host, std::uint16_t port) {
    lookup->resolver.async_resolve(
        host, std::to_string(port), tcp::resolver::numeric_service,
        [lookup](boost::system::error_code error, const tcp::resolver::results_type& results) {
            lookup->finished = true;
            lookup->error = error;
            for (const auto& entry : results) lookup->endpoints.push_back(entry.endpoint());
            lookup->wake.cancel();
        });
}

}  // namespace

asio::awaitable<Result<std::vector<tcp::endpoint>>> resolve(asio::any_io_executor executor,
                                                            std::string host, std::uint16_t port,
                                                            Deadline deadline) {
    boost::system::error_code not_literal;
    const auto address = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return std::vector<tcp::endpoint>{tcp::endpoint(address, port)};

    // getaddrinfo cannot be interrupted, so we wait for a timer that its handler cancels.
    const auto lookup = std::make_shared<Lookup>(executor);
    begin(lookup, host, port);
    lookup->wake.expires_at(deadline);
    const auto [woken] = co_await lookup->wake.async_wait(kTuple);
    if (!lookup->finished) {
        lookup->resolver.cancel();
        if (woken) co_return fail(ErrorCode::Cancelled, "cancelled while looking up " + host);
        co_return fail(ErrorCode::TimedOut, "looking up " + host + " took too long");
    }
    if (lookup->error || lookup->endpoints.empty()) {
        co_return fail(ErrorCode::CannotConnect,
                       "cannot look up " + host + ": " + lookup->error.message());
    }
    co_return lookup->endpoints;
}

}  // namespace net
