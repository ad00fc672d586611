// Which call a request means: a table of patterns, and the refusals that need no handler (unknown
// path, wrong method, wrong kind of body, unknown query parameters). Pure.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "daemon/routes/routes.hpp"
#include "net/unix_http_server.hpp"

namespace cadenced::wire {

struct Call {
    net::HttpRequest request;
    std::string session;     // where the path names a lock session; well-formed
    std::int64_t number{0};  // where the path names a window or a delivery
};

using Handler = boost::asio::awaitable<net::HttpReply> (*)(const RouteContext&, Call);

enum class BodyKind { None, Json, OptionalJson, JsonOrLines };

struct Route {
    std::string method;
    std::vector<std::string> path;  // literal segments, "{session}" or "{number}"
    BodyKind body{BodyKind::None};
    std::vector<std::string> query;  // the parameters it knows
    Handler handler{nullptr};
};

// A handler with its call, or the answer that refuses the request.
struct Chosen {
    Handler handler{nullptr};
    Call call;
    std::optional<net::HttpReply> refusal;
};

// Whether this is a call that takes NDJSON, with such a body: then it is read piece by piece.
[[nodiscard]] bool takes_lines(const std::vector<Route>& routes, const net::HttpRequest& request);

[[nodiscard]] Chosen choose(const std::vector<Route>& routes, net::HttpRequest request);

}  // namespace cadenced::wire
