#include "net/unix_http_connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <utility>

#include "net/socket_watchdog.hpp"
#include "net/unix_http_refusal.hpp"
#include "net/unix_http_reply.hpp"
#include "net/unix_http_screen.hpp"

namespace net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using cadence::Result;
using Socket = asio::local::stream_protocol::socket;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kFirstRead = 4096;
constexpr std::size_t kRead = std::size_t{64} * 1024;
constexpr std::size_t kPiece = 2 * kRead;
constexpr auto kLingerFor = cadence::Duration{2'000};

using Parser = http::request_parser<http::string_body>;

HttpRequest to_request(const Parser& parser) {
    const auto& message = parser.get();
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
        request.headers.add({field.name_string().data(), field.name_string().size()},
                            {field.value().data(), field.value().size()});
    }
    return request;
}

class Connection {
  public:
    Connection(Socket socket, std::shared_ptr<const UnixHttpService> service,
               std::shared_ptr<ConnectionControl> control)
        : socket_(std::move(socket)), service_(std::move(service)), control_(std::move(control)) {}

    [[nodiscard]] asio::awaitable<void> serve();

  private:
    [[nodiscard]] asio::awaitable<bool> wait_for_request();
    [[nodiscard]] bool drop_empty_lines();
    [[nodiscard]] bool has_sent_ahead();
    [[nodiscard]] asio::awaitable<bool> serve_one();
    [[nodiscard]] asio::awaitable<error_code> read_body(Parser& parser, HttpRequest& request);
    [[nodiscard]] asio::awaitable<Result<std::string>> read_piece(
        Parser& parser, std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] bool has_more_at_hand() const;
    void parse_what_has_come(Parser& parser);
    [[nodiscard]] asio::awaitable<bool> permit_body(const HttpRequest& request);
    [[nodiscard]] asio::awaitable<bool> stream(HttpRequest request, Parser& parser);
    [[nodiscard]] asio::awaitable<bool> answer(HttpRequest request, const Parser& parser);
    [[nodiscard]] asio::awaitable<bool> refuse(std::optional<Refusal> refusal);
    [[nodiscard]] asio::awaitable<bool> write(const HttpReply& reply, ReplyFraming framing,
                                              AfterReply after);
    [[nodiscard]] asio::awaitable<bool> write_stream(const HttpReply& reply, ReplyFraming framing);
    [[nodiscard]] asio::awaitable<bool> write_bytes(std::string_view first,
                                                    std::string_view second);
    [[nodiscard]] asio::awaitable<void> linger();
    [[nodiscard]] const UnixHttpOptions& options() const { return service_->options; }

    Socket socket_;
    SocketWatchdog watchdog_{socket_};
    beast::flat_buffer buffer_;
    std::shared_ptr<const UnixHttpService> service_;
    std::shared_ptr<ConnectionControl> control_;
    std::optional<cadence::Error> broken_;  // what ended the body that is read by the piece
    bool first_{true};
    bool head_only_{false};  // the request in hand is a HEAD
};

asio::awaitable<void> Connection::serve() {
    error_code blocking;
    socket_.non_blocking(true, blocking);  // for has_sent_ahead(), which must not wait
    if (blocking) co_return;
    if (control_->unwelcome) {
        const std::optional<Refusal> full =
            Refusal{503, "too many connections; try again in a moment"};
        co_await refuse(full);
        co_return;
    }
    while (!control_->stopping) {
        const bool more = co_await serve_one();
        if (!more) break;
    }
}

// Until the first byte of a request has come.
asio::awaitable<bool> Connection::wait_for_request() {
    control_->between_requests = true;
    watchdog_.arm(first_ ? options().header_timeout : options().idle_timeout);
    while (!drop_empty_lines()) {
        const auto room = buffer_.prepare(kFirstRead);
        const auto [error, size] = co_await socket_.async_read_some(room, kTuple);
        buffer_.commit(size);
        if (error) co_return false;
    }
    first_ = false;
    control_->between_requests = false;
    co_return true;
}

// Empty lines before a request are no part of it (RFC 9112 §2.2): some clients end a body with one.
// Returns whether anything else has come.
bool Connection::drop_empty_lines() {
    const auto text = [this] {
        return std::string_view(static_cast<const char*>(buffer_.data().data()), buffer_.size());
    };
    while (text().substr(0, 2) == "\r\n") buffer_.consume(2);
    return !text().empty() && text() != "\r";
}

// Whether the client has begun its next request before the answer to this one.
bool Connection::has_sent_ahead() {
    error_code ignored;
    const auto room = buffer_.prepare(kFirstRead);
    buffer_.commit(socket_.read_some(room, ignored));
    return drop_empty_lines();
}

asio::awaitable<bool> Connection::serve_one() {
    const bool begun = co_await wait_for_request();
    if (!begun) co_return false;
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(options().max_header_bytes));
    parser.body_limit(boost::none);
    watchdog_.arm(options().header_timeout);
    const auto [error, size] = co_await http::async_read_header(socket_, buffer_, parser, kTuple);
    head_only_ = parser.get().method() == http::verb::head;
    if (error) {
        const auto limit = options().max_body_bytes;
        const auto unreadable = refusal_of(error, watchdog_.expired(), limit);
        const bool refused = co_await refuse(unreadable);
        co_return refused;
    }
    auto request = to_request(parser);
    const auto unwanted = screen(request);
    if (unwanted) {
        const bool refused = co_await refuse(unwanted);
        co_return refused;
    }
    if (options().streams && options().streams(request)) {
        const bool more = co_await stream(std::move(request), parser);
        co_return more;
    }
    const auto unread = co_await read_body(parser, request);
    if (unread) {
        const auto limit = options().max_body_bytes;
        const auto cut = refusal_of(unread, watchdog_.expired(), limit);
        const bool refused = co_await refuse(cut);
        co_return refused;
    }
    const bool more = co_await answer(std::move(request), parser);
    co_return more;
}

asio::awaitable<error_code> Connection::read_body(Parser& parser, HttpRequest& request) {
    const auto limit = options().max_body_bytes;
    const auto announced = parser.content_length();
    if (announced && *announced > limit) co_return make_error_code(http::error::body_limit);
    if (parser.is_done()) co_return error_code();
    watchdog_.arm(options().body_timeout);
    const bool permitted = co_await permit_body(request);
    if (!permitted) co_return make_error_code(http::error::end_of_stream);
    parser.body_limit(limit);
    const auto [error, size] = co_await http::async_read(socket_, buffer_, parser, kTuple);
    request.body = std::move(parser.get().body());
    co_return error;
}

// False when the client that waits to be told so has gone.
asio::awaitable<bool> Connection::permit_body(const HttpRequest& request) {
    if (!request.headers.find("expect")) co_return true;
    const bool told = co_await write_bytes("HTTP/1.1 100 Continue\r\n\r\n", "");
    co_return told;
}

asio::awaitable<bool> Connection::stream(HttpRequest request, Parser& parser) {
    const auto limit = options().max_streamed_bytes;
    const auto announced = parser.content_length();
    if (announced && *announced > limit) {
        const std::optional<Refusal> large = too_large(limit);
        const bool refused = co_await refuse(large);
        co_return refused;
    }
    watchdog_.arm(options().body_timeout);
    const bool permitted = co_await permit_body(request);
    if (!permitted) co_return false;
    parser.body_limit(limit);
    buffer_.reserve(kRead);
    broken_.reset();
    const auto deadline = std::chrono::steady_clock::now() + options().stream_timeout;
    request.next_piece = [this, &parser, deadline] { return read_piece(parser, deadline); };
    const bool more = co_await answer(std::move(request), parser);
    co_return more;
}

bool Connection::has_more_at_hand() const {
    error_code error;
    return socket_.available(error) > 0 && !error;
}

// A read hands on one chunk; what came with it need not wait for another.
void Connection::parse_what_has_come(Parser& parser) {
    auto const& body = parser.get().body();
    while (!parser.is_done() && buffer_.size() > 0 && body.size() + kRead <= kPiece) {
        error_code error;
        const auto used = parser.put(buffer_.data(), error);
        buffer_.consume(used);
        if (error == http::error::need_more) return;
        if (error) {
            broken_ = piece_error(error, false, options().max_streamed_bytes);
            return;
        }
        if (used == 0) return;
    }
}

asio::awaitable<Result<std::string>> Connection::read_piece(
    Parser& parser, std::chrono::steady_clock::time_point deadline) {
    const auto limit = options().max_streamed_bytes;
    auto& body = parser.get().body();
    const auto goes_on = [this, &body] {
        return body.empty() || (body.size() + kRead <= kPiece && has_more_at_hand());
    };
    while (!parser.is_done() && !broken_ && goes_on()) {
        const auto left = std::chrono::duration_cast<cadence::Duration>(
            deadline - std::chrono::steady_clock::now());
        watchdog_.arm(std::clamp(left, cadence::Duration{1}, options().body_timeout));
        const auto [error, size] = co_await http::async_read_some(socket_, buffer_, parser, kTuple);
        const bool expired = watchdog_.expired();
        watchdog_.disarm();
        if (error) broken_ = piece_error(error, expired, limit);
        if (!error) parse_what_has_come(parser);
    }
    // What came before it is handed on first.
    if (broken_ && body.empty()) co_return tl::unexpected(*broken_);
    co_return std::exchange(body, {});
}

asio::awaitable<bool> Connection::answer(HttpRequest request, const Parser& parser) {
    watchdog_.disarm();
    HttpReply reply;
    bool failed = false;
    try {
        auto handled = service_->handler(std::move(request));
        reply = co_await std::move(handled);
    } catch (const std::exception&) {
        failed = true;
    }
    if (failed) {
        const std::optional<Refusal> broken =
            Refusal{500, "the daemon could not answer this request"};
        const bool refused = co_await refuse(broken);
        co_return refused;
    }
    const bool modern = parser.get().version() >= 11;
    const auto stream_framing = modern ? ReplyFraming::Chunked : ReplyFraming::UntilClose;
    const auto framing = reply.next_chunk ? stream_framing : ReplyFraming::Length;
    const bool unread = !parser.is_done() || has_sent_ahead();
    const bool keep = parser.keep_alive() && !unread && !control_->stopping &&
                      framing != ReplyFraming::UntilClose;
    const auto after = keep ? AfterReply::KeepAlive : AfterReply::Close;
    const bool written = co_await write(reply, framing, after);
    if (written && unread) co_await linger();
    co_return written&& keep;
}

asio::awaitable<bool> Connection::refuse(std::optional<Refusal> refusal) {
    if (!refusal) co_return false;
    auto reply = options().make_problem(refusal->status, refusal->detail);
    if (refusal->status == 503) reply.headers.emplace_back("Retry-After", "1");
    const bool written = co_await write(reply, ReplyFraming::Length, AfterReply::Close);
    if (written) co_await linger();
    co_return false;
}

asio::awaitable<bool> Connection::write(const HttpReply& reply, ReplyFraming framing,
                                        AfterReply after) {
    const auto head = reply_head(reply, framing, after);
    watchdog_.arm(options().idle_timeout);
    const bool framed = framing == ReplyFraming::Chunked && !reply.body.empty();
    const auto first = framed ? to_chunk(reply.body) : reply.body;
    const bool bare = head_only_ || reply.status == 204 || reply.status == 304;
    const std::string_view body = bare ? std::string_view() : std::string_view(first);
    const bool written = co_await write_bytes(head, body);
    if (!written || bare || framing == ReplyFraming::Length) co_return written;
    const bool streamed = co_await write_stream(reply, framing);
    co_return streamed;
}

// A stream that fails half-way ends without its last chunk, which tells the client so.
asio::awaitable<bool> Connection::write_stream(const HttpReply& reply, ReplyFraming framing) {
    const bool chunked = framing == ReplyFraming::Chunked;
    while (true) {
        watchdog_.disarm();
        auto next = reply.next_chunk();
        const auto piece = co_await std::move(next);
        if (!piece) break;
        if (piece->empty()) continue;
        const auto bytes = chunked ? to_chunk(*piece) : *piece;
        watchdog_.arm(options().idle_timeout);
        const bool written = co_await write_bytes(bytes, "");
        if (!written) co_return false;
    }
    watchdog_.arm(options().idle_timeout);
    const auto end = chunked ? kLastChunk : std::string_view();
    const bool ended = co_await write_bytes(end, "");
    co_return ended;
}

asio::awaitable<bool> Connection::write_bytes(std::string_view first, std::string_view second) {
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(first.data(), first.size()),
                                                       asio::buffer(second.data(), second.size())};
    const auto [error, size] = co_await asio::async_write(socket_, buffers, kTuple);
    co_return !error;
}

// A client that is still sending would see a broken pipe instead of our answer.
asio::awaitable<void> Connection::linger() {
    error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    watchdog_.arm(kLingerFor);
    error_code ended;
    while (!ended && !watchdog_.expired()) {
        buffer_.clear();
        const auto room = buffer_.prepare(kFirstRead);
        const auto [error, size] = co_await socket_.async_read_some(room, kTuple);
        ended = error;
    }
}

}  // namespace

asio::awaitable<void> serve_connection(Socket socket,
                                       std::shared_ptr<const UnixHttpService> service,
                                       std::shared_ptr<ConnectionControl> control) {
    Connection connection(std::move(socket), std::move(service), std::move(control));
    co_await connection.serve();
}

}  // namespace net
