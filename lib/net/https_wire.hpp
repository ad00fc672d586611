// A request as the bytes that go on the wire. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "cadence/error.hpp"
#include "cadence/secret.hpp"
#include "net/https_pool.hpp"

namespace net {

// The value of Host for an origin: IPv6 in brackets, the port unless it is 443.
[[nodiscard]] std::string host_header(const std::string& host, std::uint16_t port);

// The whole request, body included, wiped with the Secret; no copy of it is left behind. Errors:
// InvalidArgument for a method, target, header name or header value that would not stay one line,
// and for headers that belong to the connection (Host, Content-Length, Connection, …).
[[nodiscard]] cadence::Result<cadence::Secret> to_wire(const HttpsRequest& request,
                                                       const std::string& host);

}  // namespace net
