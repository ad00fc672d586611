// Which requests the socket server refuses before anybody else sees them. Pure.
#pragma once

#include <optional>
#include <string>

#include "net/unix_http_server.hpp"

namespace net {

struct Refusal {
    int status{400};
    std::string detail;
};

// Judges target and headers, and fills request.path and request.query from the target.
[[nodiscard]] std::optional<Refusal> screen(HttpRequest& request);

}  // namespace net
