#include "net/unix_http_reply.hpp"

#include <array>
#include <charconv>

namespace net {

namespace {

std::string_view reason_of(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        default:
            return "Unnamed";
    }
}

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
    head.append(reason_of(reply.status)).append("\r\n");
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
