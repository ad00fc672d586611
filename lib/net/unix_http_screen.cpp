#include "net/unix_http_screen.hpp"

#include "net/unix_http_target.hpp"

namespace net {

namespace {

// A body whose end two readers could see in two places is no request.
std::optional<Refusal> screen_framing(const HttpHeaders& headers) {
    const auto encoding = headers.find("transfer-encoding");
    if (!encoding) return std::nullopt;
    if (headers.count("transfer-encoding") > 1 || to_lower(*encoding) != "chunked") {
        return Refusal{501, "the only Transfer-Encoding understood here is chunked"};
    }
    if (headers.count("content-length") == 0) return std::nullopt;
    return Refusal{400, "a request has a Content-Length or a Transfer-Encoding, not both"};
}

// Browsers send these; a page in one must not reach the daemon through a local proxy.
std::optional<Refusal> screen_origin(const HttpHeaders& headers) {
    if (headers.find("origin") || headers.find("referer")) {
        return Refusal{403, "requests with an Origin or a Referer header are not served"};
    }
    if (is_local_host(*headers.find("host"))) return std::nullopt;
    return Refusal{403, "the Host must be cadenced or localhost"};
}

}  // namespace

std::optional<Refusal> screen(HttpRequest& request) {
    if (request.headers.count("host") != 1) {
        return Refusal{400, "a request needs exactly one Host header"};
    }
    if (auto refusal = screen_framing(request.headers)) return refusal;
    if (auto refusal = screen_origin(request.headers)) return refusal;
    auto target = parse_target(request.target);
    if (!target) {
        return Refusal{400,
                       "the target must be a path with valid percent-encoding, in UTF-8 and "
                       "without control characters"};
    }
    request.path = std::move(target->path);
    request.query = std::move(target->query);
    const auto expectation = request.headers.find("expect");
    if (expectation && to_lower(*expectation) != "100-continue") {
        return Refusal{417, "the only expectation met here is 100-continue"};
    }
    return std::nullopt;
}

}  // namespace net
