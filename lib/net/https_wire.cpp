#include "net/https_wire.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace net {

using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;
using cadence::Secret;

namespace {

constexpr std::string_view kAgent = "cadenced";

// RFC 9110 "token".
bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [kMarks](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

bool is_target(std::string_view text) {
    return !text.empty() && text.front() == '/' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= ' ' && byte != 0x7f);
    });
}

bool is_reserved(std::string_view name) {
    constexpr std::array<std::string_view, 8> kReserved = {
        "host",    "content-length", "connection", "transfer-encoding",
        "upgrade", "user-agent",     "expect",     "te"};
    const auto lower = to_lower(name);
    return std::find(kReserved.begin(), kReserved.end(), lower) != kReserved.end();
}

// The value never appears in the error: it may be a credential.
Result<void> check(const HttpsRequest& request) {
    if (!is_token(request.method))
        return fail(ErrorCode::InvalidArgument, "the method is no token");
    if (!is_target(request.target)) {
        return fail(
            ErrorCode::InvalidArgument,
            "the target must begin with '/' and hold neither blanks nor control characters");
    }
    for (const auto& header : request.headers) {
        if (!is_token(header.name) || is_reserved(header.name)) {
            return fail(ErrorCode::InvalidArgument,
                        "the header '" + header.name + "' cannot be set by the caller");
        }
        if (!is_value(header.value.reveal())) {
            return fail(ErrorCode::InvalidArgument,
                        "the value of the header '" + header.name + "' holds a control character");
        }
    }
    return {};
}

bool wants_length(const HttpsRequest& request) {
    return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
           request.method == "PATCH";
}

// Reserved at once, so that growing leaves no copies of secrets on the heap.
std::size_t upper_bound_of_size(const HttpsRequest& request, const std::string& host) {
    constexpr std::size_t kFixed = 256;
    std::size_t size =
        kFixed + request.method.size() + request.target.size() + host.size() + request.body.size();
    for (const auto& header : request.headers) {
        size += header.name.size() + header.value.reveal().size() + 4;
    }
    return size;
}

}  // namespace

std::string host_header(const std::string& host, std::uint16_t port) {
    const bool is_v6 = host.find(':') != std::string::npos;
    std::string value = is_v6 ? "[" + host + "]" : host;
    if (port != 443) value += ":" + std::to_string(port);
    return value;
}

Result<Secret> to_wire(const HttpsRequest& request, const std::string& host) {
    if (auto checked = check(request); !checked) return tl::unexpected(checked.error());
    std::string text;
    text.reserve(upper_bound_of_size(request, host));
    text.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    text.append("Host: ").append(host).append("\r\nUser-Agent: ").append(kAgent).append("\r\n");
    for (const auto& header : request.headers) {
        text.append(header.name).append(": ").append(header.value.reveal()).append("\r\n");
    }
    if (wants_length(request)) {
        text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    }
    text.append("\r\n").append(request.body);
    return Secret(std::move(text));
}

}  // namespace net
