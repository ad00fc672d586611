#include "net/unix_http_reply.hpp"

#include <array>
#include <charconv>

#include "net/http_message.hpp"

namespace net {

namespace {

void append_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        head.push_back(byte < 0x20 || byte == 0x7f ? ' ' : c);
    }
    head.append("\r\n");
}

bool has_no_body(int status) { return status == 204 || status == 304; }

}  // namespace

std::string reply_head(const HttpReply& reply, ReplyFraming framing, AfterReply after) {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " ";
    head.append(reason_phrase(reply.status)).append("\r\n");
    if (!reply.content_type.empty()) append_field(head, "Content-Type", reply.content_type);
    for (const auto& [name, value] : reply.headers) append_field(head, name, value);
    if (framing == ReplyFraming::Chunked) append_field(head, "Transfer-Encoding", "chunked");
    if (framing == ReplyFraming::Length && !has_no_body(reply.status)) {
        append_field(head, "Content-Length", std::to_string(reply.body.size()));
    }
    append_field(head, "Connection", after == AfterReply::KeepAlive ? "keep-alive" : "close");
    return head.append("\r\n");
}

std::string to_chunk(std::string_view piece) {
    std::array<char, 16> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), piece.size(), 16).ptr;
    std::string chunk(digits.data(), end);
    chunk.append("\r\n").append(piece).append("\r\n");
    return chunk;
}

}  // namespace net
