// Host names to addresses, within a deadline.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "net/https_pool.hpp"

namespace net {

// At least one endpoint. An IP literal asks nobody. Errors: CannotConnect (no such name), TimedOut,
// Cancelled; a look-up given up goes on in Asio's background thread and is ignored.
[[nodiscard]] boost::asio::awaitable<cadence::Result<std::vector<boost::asio::ip::tcp::endpoint>>>
resolve(boost::asio::any_io_executor executor, std::string host, std::uint16_t port,
        Deadline deadline);

}  // namespace net
