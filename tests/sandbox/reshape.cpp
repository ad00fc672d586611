#include "tests/sandbox/reshape.hpp"

#include <fmt/format.h>

#include <chrono>

namespace sandbox {
namespace {

// Every byte value in turn: no UTF-8, no JSON, with NUL and line ends among them.
std::string garbage_of(std::uint64_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>((i * 151 + 128) % 256);
    return text;
}

std::string chunked(const std::string& body, Chunking chunking) {
    auto const half = body.size() / 2;
    std::string wire;
    for (auto const& part : {body.substr(0, half), body.substr(half)}) {
        if (part.empty()) continue;
        auto const size = chunking == Chunking::BadSize && wire.empty()
                              ? std::string("zz")
                              : fmt::format("{:x}", part.size());
        wire += fmt::format("{}\r\n{}\r\n", size, part);
    }
    return chunking == Chunking::NoEnd ? wire : wire + "0\r\n\r\n";
}

void replace_body(const Reshape& reshape, HttpReply& reply) {
    if (reshape.filler) reply.body = std::string(*reshape.filler, 'x');
    if (reshape.garbage) reply.body = garbage_of(*reshape.garbage);
}

void add_headers(const Reshape& reshape, HttpReply& reply, Instant now) {
    if (reply.retry_at_seconds) {
        reply.headers.emplace_back(
            "Retry-After", to_http_date(now + std::chrono::seconds(*reply.retry_at_seconds)));
    }
    std::string const value(reshape.extra_header_bytes, 'h');
    for (int i = 0; i < reshape.extra_headers; ++i) {
        reply.headers.emplace_back(fmt::format("X-Extra-{}", i), value);
    }
}

WireForm form_of(const Reshape& reshape, HttpReply& reply, Instant now) {
    WireForm form;
    form.version = reshape.version.value_or(form.version);
    form.date =
        reshape.date
            ? *reshape.date
            : to_http_date(now + std::chrono::seconds(reshape.date_off_seconds.value_or(0)));
    if (reshape.no_length) form.framing = "";
    if (reshape.length_off_by) {
        auto const length = static_cast<std::int64_t>(reply.body.size()) + *reshape.length_off_by;
        form.framing = fmt::format("Content-Length: {}\r\n", length < 0 ? 0 : length);
    }
    if (reshape.chunking) {
        form.framing = "Transfer-Encoding: chunked\r\n";
        reply.body = chunked(reply.body, *reshape.chunking);
    }
    return form;
}

}  // namespace

void merge(Reshape& reshape, const Reshape& more) {
    if (!more.interim.empty()) reshape.interim = more.interim;
    if (more.version) reshape.version = more.version;
    if (more.length_off_by) reshape.length_off_by = more.length_off_by;
    reshape.no_length = reshape.no_length || more.no_length;
    if (more.chunking) reshape.chunking = more.chunking;
    if (more.copies != 1) reshape.copies = more.copies;
    if (more.date_off_seconds) reshape.date_off_seconds = more.date_off_seconds;
    if (more.date) reshape.date = more.date;
    if (more.extra_headers != 0) {
        reshape.extra_headers = more.extra_headers;
        reshape.extra_header_bytes = more.extra_header_bytes;
    }
    if (more.filler) reshape.filler = more.filler;
    if (more.garbage) reshape.garbage = more.garbage;
}

Reshaped reshaped(const Reshape& reshape, HttpReply reply, KeepAlive keep_alive, Instant now) {
    Reshaped result;
    result.ends_with_goodbye = reshape.no_length || reshape.version == "1.0";
    result.keep_alive = result.ends_with_goodbye ? KeepAlive::No : keep_alive;
    replace_body(reshape, reply);
    add_headers(reshape, reply, now);
    auto form = form_of(reshape, reply, now);
    for (int const status : reshape.interim) {
        result.bytes += fmt::format("HTTP/1.1 {} Interim\r\n\r\n", status);
    }
    auto const answer = to_wire(reply, result.keep_alive, form);
    for (int i = 0; i < reshape.copies; ++i) result.bytes += answer;
    return result;
}

}  // namespace sandbox
