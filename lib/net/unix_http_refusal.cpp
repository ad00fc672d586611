#include "net/unix_http_refusal.hpp"

#include <boost/beast/http/error.hpp>
#include <string>

namespace net {

namespace http = boost::beast::http;
using cadence::ErrorCode;

namespace {

constexpr std::size_t kMebibyte = std::size_t{1024} * 1024;

}  // namespace

Refusal too_large(std::size_t limit) {
    const auto mib = limit / kMebibyte;
    const bool whole = mib > 0 && limit % kMebibyte == 0;
    return {413, "the request's body is larger than " +
                     (whole ? std::to_string(mib) + " MiB" : std::to_string(limit) + " bytes")};
}

std::optional<Refusal> refusal_of(const boost::system::error_code& error, bool expired,
                                  std::size_t limit) {
    if (expired) return Refusal{408, "the request took too long to arrive"};
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return Refusal{431, "the request's headers are too large"};
    }
    if (error == http::error::body_limit) return too_large(limit);
    if (error == http::error::end_of_stream) return std::nullopt;
    if (error == http::error::partial_message) {
        return Refusal{400, "the request ended before it was whole"};
    }
    const bool unreadable =
        error.category() == http::make_error_code(http::error::bad_method).category();
    if (unreadable) return Refusal{400, "this is not HTTP/1.1: " + error.message()};
    return std::nullopt;
}

cadence::Error piece_error(const boost::system::error_code& error, bool expired,
                           std::size_t limit) {
    if (error == http::error::partial_message) {
        return {ErrorCode::Interrupted, "the body ended before it was whole", {}};
    }
    const auto refusal = refusal_of(error, expired, limit);
    if (!refusal) return {ErrorCode::Interrupted, "the connection broke", {}};
    switch (refusal->status) {
        case 408:
            return {ErrorCode::TimedOut, refusal->detail, {}};
        case 413:
            return {ErrorCode::TooLarge, refusal->detail, {}};
        default:
            return {ErrorCode::Malformed, refusal->detail, {}};
    }
}

}  // namespace net
