#include "net/unix_http_client.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

namespace net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::local::stream_protocol;
using boost::system::error_code;
using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;

namespace {

constexpr std::size_t kBodyLimit = 64 * 1024 * 1024;
constexpr std::size_t kPieceSize = 16 * 1024;

using Parser = http::response_parser<http::buffer_body>;

std::string to_wire(const UnixHttpCall& call) {
    std::string text =
        call.method + " " + call.target + " HTTP/1.1\r\nHost: cadenced\r\nConnection: close\r\n";
    if (!call.body.empty()) text += "Content-Type: " + call.content_type + "\r\n";
    text += "Content-Length: " + std::to_string(call.body.size()) + "\r\n\r\n";
    return text + call.body;
}

// Where the body goes: into one string, or line by line to the caller.
class BodySink {
  public:
    explicit BodySink(const std::function<void(std::string_view)>* on_line) : on_line_(on_line) {}

    [[nodiscard]] bool take(std::string_view piece) {
        pending_.append(piece);
        if (pending_.size() > kBodyLimit) return false;
        if (on_line_ == nullptr) return true;
        std::size_t begin = 0;
        for (auto end = pending_.find('\n'); end != std::string::npos;
             end = pending_.find('\n', begin)) {
            (*on_line_)(std::string_view(pending_).substr(begin, end - begin));
            begin = end + 1;
        }
        pending_.erase(0, begin);
        return true;
    }

    // The body, or the last line if nothing ended it.
    [[nodiscard]] std::string finish() {
        if (on_line_ == nullptr) return std::move(pending_);
        if (!pending_.empty()) (*on_line_)(pending_);
        return {};
    }

  private:
    const std::function<void(std::string_view)>* on_line_;
    std::string pending_;
};

class Exchange {
  public:
    explicit Exchange(const std::string& path) : path_(path) {}

    [[nodiscard]] Result<UnixHttpResponse> run(const UnixHttpCall& call) {
        if (auto connected = connect(); !connected) return tl::unexpected(connected.error());
        error_code error;
        // A refusal may come before all is sent; then it is the answer that counts.
        asio::write(socket_, asio::buffer(to_wire(call)), error);
        parser_.body_limit(boost::none);
        http::read_header(socket_, buffer_, parser_, error);
        if (error) return fail_on(error);
        auto response = read_head();
        const bool streams = call.on_line && response.status >= 200 && response.status < 300;
        BodySink sink(streams ? &call.on_line : nullptr);
        if (auto read = read_body(sink); !read) return tl::unexpected(read.error());
        response.body = sink.finish();
        return response;
    }

  private:
    [[nodiscard]] Result<void> connect() {
        if (path_.size() >= sizeof(sockaddr_un::sun_path)) {
            return fail(ErrorCode::InvalidArgument, "the socket path " + path_ + " is too long");
        }
        error_code error;
        socket_.connect(stream_protocol::endpoint(path_), error);
        if (!error) return {};
        const bool denied = error == boost::system::errc::permission_denied ||
                            error == boost::system::errc::operation_not_permitted;
        return fail(denied ? ErrorCode::PermissionDenied : ErrorCode::NotFound,
                    "no daemon answers at " + path_ + ": " + error.message());
    }

    [[nodiscard]] UnixHttpResponse read_head() const {
        UnixHttpResponse response;
        response.status = static_cast<int>(parser_.get().result_int());
        for (const auto& field : parser_.get()) {
            response.headers.add({field.name_string().data(), field.name_string().size()},
                                 {field.value().data(), field.value().size()});
        }
        return response;
    }

    [[nodiscard]] Result<void> read_body(BodySink& sink) {
        std::array<char, kPieceSize> piece{};
        while (!parser_.is_done()) {
            parser_.get().body().data = piece.data();
            parser_.get().body().size = piece.size();
            error_code error;
            http::read_some(socket_, buffer_, parser_, error);
            const auto got = piece.size() - parser_.get().body().size;
            if (!sink.take({piece.data(), got})) {
                return fail(ErrorCode::TooLarge, "the daemon's answer exceeds 64 MiB");
            }
            if (error && error != http::error::need_buffer) return fail_on(error);
        }
        return {};
    }

    [[nodiscard]] static tl::unexpected<cadence::Error> fail_on(const error_code& error) {
        const bool ended = error == http::error::end_of_stream ||
                           error == http::error::partial_message ||
                           error.category() != make_error_code(http::error::bad_method).category();
        return fail(ended ? ErrorCode::Interrupted : ErrorCode::Malformed,
                    "the daemon's answer broke off or is unreadable: " + error.message());
    }

    const std::string& path_;
    asio::io_context io_;
    stream_protocol::socket socket_{io_};
    boost::beast::flat_buffer buffer_;
    Parser parser_;
};

}  // namespace

Result<UnixHttpResponse> UnixHttpClient::request(const UnixHttpCall& call) const {
    Exchange exchange(socket_path_);
    return exchange.run(call);
}

}  // namespace net
