#include "tests/sandbox/server.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/resource.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <set>

#include "tests/sandbox/control_api.hpp"
#include "tests/sandbox/exchange.hpp"

namespace sandbox {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using TlsStream = ssl::stream<tcp::socket>;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

struct Received {
    bool complete{false};
    int refusal{0};  // of bytes that are no request; 0: the connection just ended
    HttpRequest request;
    KeepAlive keep_alive{KeepAlive::Yes};
};

using Parser = http::request_parser<http::string_body>;

HttpRequest to_request(const http::request<http::string_body>& message) {
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

int refusal_of(const error_code& ec) {
    if (ec == http::error::end_of_stream || ec == http::error::partial_message) return 0;
    if (ec == http::error::body_limit) return 413;
    return ec.category() == make_error_code(http::error::bad_method).category() ? 400 : 0;
}

template <class Stream>
asio::awaitable<Received> read_request(Stream& stream, beast::flat_buffer& buffer) {
    constexpr std::uint64_t kMostBody = 1U << 20U;
    constexpr std::uint32_t kMostHeader = 16U << 10U;
    Parser parser;
    parser.body_limit(kMostBody);
    parser.header_limit(kMostHeader);
    auto const [ec, size] = co_await http::async_read(stream, buffer, parser, kTuple);
    Received received;
    if (ec) {
        received.refusal = refusal_of(ec);
        co_return received;
    }
    received.complete = true;
    received.request = to_request(parser.get());
    received.keep_alive = parser.get().keep_alive() ? KeepAlive::Yes : KeepAlive::No;
    co_return received;
}

template <class Stream>
asio::awaitable<bool> write_all(Stream& stream, const std::string& bytes) {
    auto const view = asio::buffer(bytes);
    auto const [ec, size] = co_await asio::async_write(stream, view, kTuple);
    co_return !ec;
}

template <class Stream>
asio::awaitable<void> refuse(Stream& stream, int status) {
    HttpReply reply;
    reply.status = status;
    reply.content_type.clear();
    auto const wire = to_wire(reply, KeepAlive::No, wall_now());
    co_await write_all(stream, wire);
}

// Whether the other side has closed or died. Bytes it sent before do not hide that.
bool is_gone(tcp::socket& socket) {
    pollfd watched{socket.native_handle(), POLLRDHUP, 0};
    return ::poll(&watched, 1, 0) != 0;
}

asio::awaitable<void> wait(asio::steady_timer& timer, Millis duration) {
    if (duration <= Millis{0}) co_return;
    timer.expires_after(duration);
    co_await timer.async_wait(kTuple);
}

void report(std::exception_ptr failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        fmt::print(stderr, "platform-sandbox: a connection failed: {}\n", error.what());
    }
}

ssl::context make_tls(const Certificates& certificates) {
    ssl::context tls(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    tls.use_certificate(asio::buffer(certificates.certificate), ssl::context::pem);
    tls.use_private_key(asio::buffer(certificates.key), ssl::context::pem);
    return tls;
}

// A benchmark opens more connections than the usual soft limit allows.
void raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

class Server::Loop {
  public:
    Loop(Platform& platform, const Certificates& certificates, Ports wanted)
        : platform_(platform),
          tls_(make_tls(certificates)),
          https_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), wanted.https)),
          control_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), wanted.control)),
          signals_(io_, SIGTERM, SIGINT) {}

    [[nodiscard]] Ports ports() const {
        return {https_.local_endpoint().port(), control_.local_endpoint().port()};
    }

    void run() {
        raise_file_limit();
        asio::co_spawn(io_, accept_on(https_, &Loop::serve_https), report);
        asio::co_spawn(io_, accept_on(control_, &Loop::serve_control), report);
        asio::co_spawn(io_, stop_on_signal(), report);
        io_.run();
    }

  private:
    using Serve = asio::awaitable<void> (Loop::*)(tcp::socket);

    // What stopping must reach of a running connection, for as long as it runs.
    class Connection {
      public:
        Connection(Loop& loop, tcp::socket& socket)
            : loop_(loop), socket_(socket), timer(loop.io_) {
            loop_.connections_.insert(this);
        }
        Connection(const Connection&) = delete;
        Connection& operator=(const Connection&) = delete;
        ~Connection() { loop_.connections_.erase(this); }

        void abort() {
            error_code ignored;
            socket_.close(ignored);
            timer.cancel();
        }

      private:
        Loop& loop_;
        tcp::socket& socket_;

      public:
        asio::steady_timer timer;
    };

    asio::awaitable<void> stop_on_signal() {
        co_await signals_.async_wait(kTuple);
        stopping_ = true;
        https_.close();
        control_.close();
        for (auto* const connection : connections_) connection->abort();
    }

    asio::awaitable<void> accept_on(tcp::acceptor& acceptor, Serve serve) {
        asio::steady_timer pause(io_);
        while (!stopping_) {
            auto [ec, socket] = co_await acceptor.async_accept(kTuple);
            if (stopping_) co_return;
            if (ec) {  // out of files, for one: those that run will free some
                co_await wait(pause, Millis{20});
                continue;
            }
            socket.set_option(tcp::no_delay(true), ec);
            asio::co_spawn(io_, (this->*serve)(std::move(socket)), report);
        }
    }

    asio::awaitable<void> serve_https(tcp::socket socket) {
        auto const number = ++last_connection_;
        TlsStream stream(std::move(socket), tls_);
        Connection connection(*this, stream.next_layer());
        auto const plan = platform_.faults.plan_connection();
        if (plan.drop || stopping_) co_return;
        co_await wait(connection.timer, plan.before_handshake);
        auto const [ec] = co_await stream.async_handshake(ssl::stream_base::server, kTuple);
        if (ec) co_return;
        beast::flat_buffer buffer;
        auto going = KeepAlive::Yes;
        while (going == KeepAlive::Yes && !stopping_) {
            auto received = co_await read_request(stream, buffer);
            if (received.refusal != 0) co_await refuse(stream, received.refusal);
            if (!received.complete) co_return;
            received.request.connection = number;
            going = co_await answer(stream, connection, received);
        }
    }

    asio::awaitable<KeepAlive> answer(TlsStream& stream, Connection& connection,
                                      Received& received) {
        auto const exchange =
            begin_exchange(platform_, std::move(received.request), received.keep_alive, wall_now());
        co_await wait(connection.timer, exchange.plan.before);
        bool const unwanted = !exchange.plan.apply_if_client_gone && is_gone(stream.next_layer());
        if (unwanted || stopping_) {
            auto const fate = unwanted ? Fate::ClientGone : Fate::Dropped;
            finish_exchange(platform_, exchange, fate, wall_now());
            co_return KeepAlive::No;
        }
        auto const reply = perform_exchange(platform_, exchange, wall_now());
        co_await wait(connection.timer, exchange.plan.after);
        auto const fate = co_await send(stream, reply);
        finish_exchange(platform_, exchange, fate, wall_now());
        co_return fate == Fate::Answered ? reply.keep_alive : KeepAlive::No;
    }

    asio::awaitable<Fate> send(TlsStream& stream, const WireAnswer& reply) {
        if (stopping_) co_return Fate::Dropped;
        if (is_gone(stream.next_layer())) co_return Fate::ClientGone;
        if (reply.bytes.empty()) co_return Fate::Dropped;
        bool const written = co_await write_all(stream, reply.bytes);
        if (!written) co_return Fate::ClientGone;
        co_return reply.whole ? Fate::Answered : Fate::Dropped;
    }

    asio::awaitable<void> serve_control(tcp::socket socket) {
        Connection const connection(*this, socket);
        beast::flat_buffer buffer;
        auto going = KeepAlive::Yes;
        while (going == KeepAlive::Yes && !stopping_) {
            auto const received = co_await read_request(socket, buffer);
            if (received.refusal != 0) co_await refuse(socket, received.refusal);
            if (!received.complete) co_return;
            auto const reply = handle_control(platform_, received.request, wall_now());
            auto const wire = to_wire(reply, received.keep_alive, wall_now());
            bool const written = co_await write_all(socket, wire);
            going = written ? received.keep_alive : KeepAlive::No;
        }
    }

    Platform& platform_;
    asio::io_context io_{1};
    ssl::context tls_;
    tcp::acceptor https_;
    tcp::acceptor control_;
    asio::signal_set signals_;
    std::set<Connection*> connections_;
    std::uint64_t last_connection_{0};
    bool stopping_{false};
};

cadence::Result<Server> Server::listen(Platform& platform, const Certificates& certificates,
                                       Ports wanted) {
    try {
        return Server(std::make_unique<Loop>(platform, certificates, wanted));
    } catch (const boost::system::system_error& error) {
        return cadence::fail(cadence::ErrorCode::PermissionDenied,
                             fmt::format("cannot listen on 127.0.0.1, ports {} and {}: {}",
                                         wanted.https, wanted.control, error.what()));
    }
}

Server::Server(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;
Server::~Server() = default;

Ports Server::ports() const { return loop_->ports(); }

void Server::run() { loop_->run(); }

}  // namespace sandbox
