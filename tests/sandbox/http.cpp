#include "tests/sandbox/http.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sandbox {
namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 302:
            return "Found";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 413:
            return "Payload Too Large";
        case 422:
            return "Unprocessable Entity";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        default:
            return "Status";
    }
}

}  // namespace

std::string to_wire(const HttpReply& reply, KeepAlive keep_alive, Instant now) {
    std::string wire = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nServer: platform-sandbox\r\n",
                                   reply.status, reason_of(reply.status), to_http_date(now));
    if (!reply.content_type.empty())
        wire += fmt::format("Content-Type: {}\r\n", reply.content_type);
    for (auto const& [name, value] : reply.headers) wire += fmt::format("{}: {}\r\n", name, value);
    if (keep_alive == KeepAlive::No) wire += "Connection: close\r\n";
    // These two never have a body, and a client would wait for one that is announced.
    bool const bodiless = reply.status == 204 || reply.status == 304;
    if (!bodiless) wire += fmt::format("Content-Length: {}\r\n", reply.body.size());
    wire += "\r\n";
    if (!bodiless) wire += reply.body;
    return wire;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned value = 0;
        if (text[i] == '%' && i + 2 < text.size()) {
            auto const* first = text.data() + i + 1;
            auto const [end, ec] = std::from_chars(first, first + 2, value, 16);
            if (ec == std::errc{} && end == first + 2) {
                decoded += static_cast<char>(value);
                i += 2;
                continue;
            }
        }
        decoded += text[i];
    }
    return decoded;
}

std::vector<std::string> split_path(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        auto const end = path.find('/');
        auto const segment = path.substr(0, end);
        if (!segment.empty()) segments.push_back(percent_decode(segment));
        if (end == std::string_view::npos) break;
        path.remove_prefix(end + 1);
    }
    return segments;
}

std::string query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        auto const end = query.find('&');
        auto const pair = query.substr(0, end);
        auto const equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
            return percent_decode(pair.substr(equals + 1));
        }
        if (end == std::string_view::npos) break;
        query.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace sandbox
