// Requests as they come in: raw bytes, how far they are parsed, and what is left over for the next.
// Beast's parser; included by the server alone.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "tests/sandbox/http.hpp"

namespace sandbox {

class Incoming {
  public:
    explicit Incoming(std::string begun) : raw_(std::move(begun)) {
        constexpr std::uint64_t kMostBody = 1U << 20U;
        constexpr std::uint32_t kMostHeader = 16U << 10U;
        parser_.eager(true);
        parser_.body_limit(kMostBody);
        parser_.header_limit(kMostHeader);
    }

    void add(const char* bytes, std::size_t size) { raw_.append(bytes, size); }

    void parse() {
        namespace http = boost::beast::http;
        while (!done() && refusal_ == 0 && parsed_ < raw_.size()) {
            boost::system::error_code ec;
            auto const rest = boost::asio::buffer(raw_.data() + parsed_, raw_.size() - parsed_);
            auto const used = parser_.put(rest, ec);
            parsed_ += used;
            if (ec == http::error::need_more) return;
            if (ec) refusal_ = ec == http::error::body_limit ? 413 : 400;
            if (used == 0) return;
        }
    }

    [[nodiscard]] bool done() { return parser_.is_done(); }
    [[nodiscard]] int refusal() const { return refusal_; }  // a status; 0: none
    [[nodiscard]] std::string so_far() { return done() ? raw_.substr(0, parsed_) : raw_; }
    [[nodiscard]] std::string left_over() const { return raw_.substr(parsed_); }
    [[nodiscard]] KeepAlive keep_alive() {
        return parser_.get().keep_alive() ? KeepAlive::Yes : KeepAlive::No;
    }

    [[nodiscard]] HttpRequest request() {
        auto const& message = parser_.get();
        auto const text = [&message](std::string_view name) { return std::string(message[name]); };
        std::string_view const target(message.target().data(), message.target().size());
        auto const question = target.find('?');
        HttpRequest request;
        request.method = std::string(message.method_string());
        request.path = target.substr(0, question);
        if (question != std::string_view::npos) request.query = target.substr(question + 1);
        request.body = message.body();
        request.content_type = text("content-type");
        request.authorization = text("authorization");
        request.main_token = text("x-chastify-main-token");
        request.idempotency_key = text("idempotency-key");
        request.request_id = text("x-request-id");
        return request;
    }

  private:
    std::string raw_;
    std::size_t parsed_{0};
    int refusal_{0};
    boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
};

}  // namespace sandbox
