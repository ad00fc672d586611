#include "net/https_connection.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "net/https_wire.hpp"
#include "net/resolve.hpp"
#include "net/tls_context.hpp"

namespace net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using cadence::Error;
using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;
using std::chrono::steady_clock;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr auto kTrustedFor = std::chrono::seconds(1);
// One that carried nothing yet was not kept alive by the other side's leave: what passes until its
// first request is our own slowness, a commit for one.
constexpr auto kUnusedTrustedFor = std::chrono::seconds(5);
constexpr std::uint32_t kHeaderLimit = 64 * 1024;
constexpr std::uint64_t kBodyLimit = 1024 * 1024;
constexpr int kInterimLimit = 8;

using Parser = http::response_parser<http::string_body>;

Error connect_error(const HttpsOrigin& origin, const error_code& error, const std::string& what) {
    const auto where = host_header(origin.host, origin.port) + ": ";
    if (error == beast::error::timeout)
        return {ErrorCode::TimedOut, where + what + " took too long", {}};
    if (error == asio::error::operation_aborted) {
        return {ErrorCode::Cancelled, where + "cancelled during " + what, {}};
    }
    return {ErrorCode::CannotConnect, where + what + " failed: " + error.message(), {}};
}

Error exchange_error(const error_code& error, const std::string& what) {
    if (error == beast::error::timeout) return {ErrorCode::TimedOut, what + " took too long", {}};
    if (error == asio::error::operation_aborted) {
        return {ErrorCode::Cancelled, "cancelled while " + what, {}};
    }
    const bool ended = error == http::error::end_of_stream || error == http::error::partial_message;
    const bool unreadable =
        !ended && error.category() == make_error_code(http::error::end_of_stream).category();
    return {unreadable ? ErrorCode::Malformed : ErrorCode::Interrupted,
            what + " failed: " + error.message(),
            {}};
}

HttpsResponse to_response(const Parser& parser) {
    HttpsResponse response;
    response.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) {
        response.headers.add({field.name_string().data(), field.name_string().size()},
                             {field.value().data(), field.value().size()});
    }
    return response;
}

// 101 is final here: we never ask for an upgrade.
bool is_interim(const Parser& parser) {
    const auto status = parser.get().result_int();
    return status >= 100 && status < 200 && status != 101;
}

}  // namespace

class HttpsConnection::Impl {
  public:
    Impl(const asio::any_io_executor& executor, asio::ssl::context& context, HttpsOrigin origin)
        : origin_(std::move(origin)), stream_(executor, context) {}

    [[nodiscard]] asio::awaitable<Result<void>> open(Deadline deadline);
    [[nodiscard]] asio::awaitable<HttpsOutcome> exchange(HttpsRequest request, Deadline deadline);
    [[nodiscard]] bool ready();

  private:
    [[nodiscard]] asio::awaitable<Result<void>> open_tcp(Deadline deadline);
    [[nodiscard]] asio::awaitable<void> converse(std::string_view request, HttpsOutcome& outcome);
    [[nodiscard]] asio::awaitable<error_code> read_head(std::optional<Parser>& parser);
    [[nodiscard]] asio::awaitable<void> read_body(Parser& parser, HttpsResponse& response);
    [[nodiscard]] bool quiet();

    HttpsOrigin origin_;
    asio::ssl::stream<beast::tcp_stream> stream_;
    beast::flat_buffer buffer_;
    steady_clock::time_point trusted_until_{};
    bool reusable_{false};
};

// Each address gets its share of what is left of the time, so that one that swallows our packets
// does not hide the next.
asio::awaitable<Result<void>> HttpsConnection::Impl::open_tcp(Deadline deadline) {
    const auto executor = stream_.get_executor();
    const auto endpoints = co_await resolve(executor, origin_.host, origin_.port, deadline);
    if (!endpoints) co_return tl::unexpected(endpoints.error());
    auto& socket = stream_.next_layer();
    error_code last;
    auto left = static_cast<int>(endpoints->size());
    for (const auto& endpoint : *endpoints) {
        const auto now = steady_clock::now();
        socket.expires_at(now + (deadline - now) / left--);
        const auto [failed] = co_await socket.async_connect(endpoint, kTuple);
        last = failed;
        if (!failed || failed == asio::error::operation_aborted) break;
        socket.close();
    }
    if (last) co_return tl::unexpected(connect_error(origin_, last, "connecting"));
    socket.expires_at(deadline);
    error_code ignored;
    socket.socket().set_option(tcp::no_delay(true), ignored);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> HttpsConnection::Impl::open(Deadline deadline) {
    if (auto expected = expect_peer(stream_.native_handle(), origin_.host); !expected) {
        co_return tl::unexpected(Error{ErrorCode::CannotConnect, expected.error().detail, {}});
    }
    const auto connected = co_await open_tcp(deadline);
    if (!connected) co_return tl::unexpected(connected.error());
    const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kTuple);
    const auto refusal = verification_failure(stream_.native_handle());
    if (failed || !refusal.empty()) {
        auto error = connect_error(origin_, failed, "the TLS handshake");
        if (!refusal.empty())
            error = {ErrorCode::CannotConnect, error.detail + " (" + refusal + ")", {}};
        co_return tl::unexpected(error);
    }
    stream_.next_layer().socket().non_blocking(true);  // for quiet()
    trusted_until_ = steady_clock::now() + kUnusedTrustedFor;
    reusable_ = true;
    co_return Result<void>{};
}

bool HttpsConnection::Impl::ready() {
    return reusable_ && steady_clock::now() < trusted_until_ && quiet();
}

// Whether the other side has said nothing since: no end of stream, no alert, no bytes. Session
// tickets, which TLS 1.3 servers send after the handshake, are consumed and are no objection.
bool HttpsConnection::Impl::quiet() {
    std::array<char, 1> byte{};
    error_code error;
    stream_.read_some(asio::buffer(byte), error);
    if (error == asio::error::would_block || error == asio::error::try_again) return true;
    reusable_ = false;
    return false;
}

asio::awaitable<error_code> HttpsConnection::Impl::read_head(std::optional<Parser>& parser) {
    for (int interim = 0; interim <= kInterimLimit; ++interim) {
        parser.emplace();
        parser->header_limit(kHeaderLimit);
        parser->body_limit(boost::none);  // a body that is too large must not hide the status
        const auto [error, size] =
            co_await http::async_read_header(stream_, buffer_, *parser, kTuple);
        if (error || !is_interim(*parser)) co_return error;
    }
    co_return make_error_code(http::error::bad_status);
}

asio::awaitable<void> HttpsConnection::Impl::read_body(Parser& parser, HttpsResponse& response) {
    const auto announced = parser.content_length();
    if (announced && *announced > kBodyLimit) co_return;
    parser.body_limit(kBodyLimit);
    const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kTuple);
    response.body = std::move(parser.get().body());
    response.body_complete = !error;
}

// Fills the outcome as facts become known: a cancellation may end this at any co_await.
asio::awaitable<void> HttpsConnection::Impl::converse(std::string_view request,
                                                      HttpsOutcome& outcome) {
    const auto bytes = asio::buffer(request.data(), request.size());
    outcome.bytes_sent = true;
    const auto [unsent, sent] = co_await asio::async_write(stream_, bytes, kTuple);
    if (unsent) {
        outcome.error = exchange_error(unsent, "sending the request");
        co_return;
    }
    std::optional<Parser> parser;
    const auto unread = co_await read_head(parser);
    if (unread) {
        outcome.error = exchange_error(unread, "reading the response");
        co_return;
    }
    outcome.response = to_response(*parser);
    co_await read_body(*parser, *outcome.response);
    const bool modern = parser->get().version() == 11 && parser->get().result_int() != 101;
    reusable_ = outcome.response->body_complete && modern && parser->get().keep_alive() &&
                buffer_.size() == 0;
}

asio::awaitable<HttpsOutcome> HttpsConnection::Impl::exchange(HttpsRequest request,
                                                              Deadline deadline) {
    const auto begun = steady_clock::now();
    HttpsOutcome outcome;
    const auto bytes = to_wire(request, host_header(origin_.host, origin_.port));
    if (!bytes) {
        outcome.error = bytes.error();
        co_return outcome;
    }
    if (!ready()) {
        outcome.error = {ErrorCode::CannotConnect, "the connection is no longer fresh", {}};
        co_return outcome;
    }
    if (deadline <= begun) {
        outcome.error = {ErrorCode::TimedOut, "the deadline had passed before the request", {}};
        co_return outcome;
    }
    reusable_ = false;
    stream_.next_layer().expires_at(deadline);
    try {
        co_await converse(bytes->reveal(), outcome);
    } catch (const boost::system::system_error& thrown) {
        outcome.error = exchange_error(thrown.code(), "waiting for the response");
    }
    stream_.next_layer().expires_never();
    if (!reusable_) stream_.next_layer().close();
    trusted_until_ = steady_clock::now() + kTrustedFor;
    outcome.elapsed = std::chrono::duration_cast<cadence::Duration>(steady_clock::now() - begun);
    co_return outcome;
}

HttpsConnection::HttpsConnection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpsConnection::~HttpsConnection() = default;
bool HttpsConnection::ready() const { return impl_->ready(); }

asio::awaitable<HttpsOutcome> HttpsConnection::exchange(HttpsRequest request, Deadline deadline) {
    return impl_->exchange(std::move(request), deadline);
}

asio::awaitable<Result<std::unique_ptr<HttpsConnection>>> connect_https(
    asio::any_io_executor executor, asio::ssl::context& context, HttpsOrigin origin,
    Deadline deadline) {
    auto impl = std::make_unique<HttpsConnection::Impl>(executor, context, std::move(origin));
    const auto opened = co_await impl->open(deadline);
    if (!opened) co_return tl::unexpected(opened.error());
    co_return std::make_unique<HttpsConnection>(std::move(impl));
}

}  // namespace net
