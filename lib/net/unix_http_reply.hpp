// A reply as the bytes that go on the wire. Pure.
#pragma once

#include <string>
#include <string_view>

#include "net/unix_http_server.hpp"

namespace net {

enum class ReplyFraming {
    Length,      // Content-Length of reply.body
    Chunked,     // a stream for HTTP/1.1
    UntilClose,  // a stream for HTTP/1.0
};

enum class AfterReply { KeepAlive, Close };

// Status line and headers with the blank line. Control characters in values become blanks, so that
// no value can start a header of its own.
[[nodiscard]] std::string reply_head(const HttpReply& reply, ReplyFraming framing,
                                     AfterReply after);

// One piece of a chunked body; `piece` must not be empty, for an empty chunk ends the body.
[[nodiscard]] std::string to_chunk(std::string_view piece);

constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace net
