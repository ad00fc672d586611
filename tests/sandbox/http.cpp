#include "tests/sandbox/http.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sandbox {
namespace {

struct Reason {
    int status;
    std::string_view text;
};

constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{413, "Payload Too Large"},
    Reason{422, "Unprocessable Entity"},
    Reason{425, "Too Early"},
    Reason{429, "Too Many Requests"},
    Reason{500, "Internal Server Error"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
};

std::string_view reason_of(int status) {
    for (auto const& reason : kReasons) {
        if (reason.status == status) return reason.text;
    }
    return "Status";
}

}  // namespace

std::string to_wire(const HttpReply& reply, KeepAlive keep_alive, const WireForm& form) {
    auto wire =
        fmt::format("HTTP/{} {} {}\r\n", form.version, reply.status, reason_of(reply.status));
    if (!form.date.empty()) wire += fmt::format("Date: {}\r\n", form.date);
    wire += "Server: platform-sandbox\r\n";
    if (!reply.content_type.empty())
        wire += fmt::format("Content-Type: {}\r\n", reply.content_type);
    for (auto const& [name, value] : reply.headers) wire += fmt::format("{}: {}\r\n", name, value);
    if (keep_alive == KeepAlive::No) wire += "Connection: close\r\n";
    // These two never have a body, and a client would wait for one that is announced.
    bool const bodiless = reply.status == 204 || reply.status == 304;
    if (bodiless) return wire + "\r\n";
    wire += form.framing ? *form.framing : fmt::format("Content-Length: {}\r\n", reply.body.size());
    return wire + "\r\n" + reply.body;
}

std::string to_wire(const HttpReply& reply, KeepAlive keep_alive, Instant now) {
    WireForm form;
    form.date = to_http_date(now);
    return to_wire(reply, keep_alive, form);
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
