// Requests and replies as plain values, so that only the server knows how they travel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sandbox/instant.hpp"

namespace sandbox {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method;
    std::string path;   // still percent-encoded, without the query
    std::string query;  // still percent-encoded, without the '?'
    std::string body;
    std::string content_type;
    std::string authorization;
    std::string main_token;       // x-chastify-main-token
    std::string idempotency_key;  // Idempotency-Key
    std::string request_id;       // x-request-id
    std::uint64_t connection{0};  // counted from 1 in the order of acceptance
    bool reused{false};           // not the first request of its connection
};

struct HttpReply {
    int status{200};
    std::string content_type{"application/json"};
    std::string body;
    Headers headers;
    std::optional<std::int64_t> retry_at_seconds;  // Retry-After as a date, so far from the sending
};

enum class KeepAlive { Yes, No };

// What else stands around a reply on the wire.
struct WireForm {
    std::string version{"1.1"};
    std::string date;                    // empty: no Date header
    std::optional<std::string> framing;  // its header lines; none: the true Content-Length
};

// The reply as HTTP/1.1 bytes, with Date, Content-Length and Connection.
[[nodiscard]] std::string to_wire(const HttpReply& reply, KeepAlive keep_alive, Instant now);
[[nodiscard]] std::string to_wire(const HttpReply& reply, KeepAlive keep_alive,
                                  const WireForm& form);

[[nodiscard]] std::string percent_decode(std::string_view text);

// The decoded segments of a path: "/sessions/a%20b" gives {"sessions", "a b"}.
[[nodiscard]] std::vector<std::string> split_path(std::string_view path);

// The decoded value of one query parameter; empty when it is absent.
[[nodiscard]] std::string query_value(std::string_view query, std::string_view name);

}  // namespace sandbox
