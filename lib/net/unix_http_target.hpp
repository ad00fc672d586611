// The target of a request, taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

struct HttpTarget {
    std::vector<std::string> path;
    std::vector<std::pair<std::string, std::string>> query;
};

// Splits at '/', '?', '&' and '=', then decodes percent-encoding; a '+' stays one. Nothing for what
// does not begin with '/', has a fragment, a broken encoding, or holds, before or after decoding, a
// control character or invalid UTF-8.
[[nodiscard]] std::optional<HttpTarget> parse_target(std::string_view target);

// Whether the Host of a request means this daemon: "cadenced" or "localhost", with or without a
// port.
[[nodiscard]] bool is_local_host(std::string_view host);

}  // namespace net
