#include "tests/sandbox/server.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <set>

#include "tests/sandbox/connection.hpp"
#include "tests/sandbox/control_api.hpp"

namespace sandbox {
namespace {

void report(std::exception_ptr failure) {
    if (!failure) return;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        fmt::print(stderr, "platform-sandbox: a connection failed: {}\n", error.what());
    }
}

ssl::context make_tls(const Certificates& certificates, const Handshake& wanted) {
    ssl::context tls(ssl::context::tls_server);
    auto* const raw = tls.native_handle();
    SSL_CTX_set_min_proto_version(raw, wanted.only_tls_1_1 ? TLS1_1_VERSION : TLS1_2_VERSION);
    if (wanted.only_tls_1_1) {
        SSL_CTX_set_max_proto_version(raw, TLS1_1_VERSION);
        SSL_CTX_set_cipher_list(raw, "DEFAULT:@SECLEVEL=0");  // or OpenSSL 3 would not speak it
    }
    auto const& identity = certificates.identities.at(wanted.certificate);
    tls.use_certificate(asio::buffer(identity.certificate), ssl::context::pem);
    tls.use_private_key(asio::buffer(identity.key), ssl::context::pem);
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
          certificates_(certificates),
          tls_(make_tls(certificates, {})),
          https_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), wanted.https)),
          control_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), wanted.control)),
          ports_{https_.local_endpoint().port(), control_.local_endpoint().port()},
          signals_(io_, SIGTERM, SIGINT),
          agenda_(io_) {}

    [[nodiscard]] Ports ports() const { return ports_; }

    void run() {
        raise_file_limit();
        asio::co_spawn(io_, accept_on(https_, &Loop::serve_https), report);
        asio::co_spawn(io_, accept_on(control_, &Loop::serve_control), report);
        asio::co_spawn(io_, stop_on_signal(), report);
        asio::co_spawn(io_, keep_agenda(), report);
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
        agenda_.cancel();
        for (auto* const connection : connections_) connection->abort();
    }

    asio::awaitable<void> accept_on(tcp::acceptor& acceptor, Serve serve) {
        asio::steady_timer pause(io_);
        while (!stopping_) {
            auto [ec, socket] = co_await acceptor.async_accept(kTuple);
            if (stopping_) co_return;
            if (ec) {  // closed for a while, or out of files: those that run will free some
                co_await wait(pause, Millis{20});
                continue;
            }
            socket.set_option(tcp::no_delay(true), ec);
            asio::co_spawn(io_, (this->*serve)(std::move(socket)), report);
        }
    }

    // Things that are due happen whether anybody calls or not. The wall clock may be stepped: it is
    // looked at every second.
    asio::awaitable<void> keep_agenda() {
        constexpr Millis kLongest = std::chrono::seconds(1);
        while (!stopping_) {
            run_due(platform_, wall_now());
            auto const next = platform_.agenda.next();
            auto const left = next ? *next - wall_now() : Millis{std::chrono::hours(1)};
            agenda_.expires_after(next ? std::clamp(left, Millis{1}, kLongest) : left);
            co_await agenda_.async_wait(kTuple);
        }
    }

    // Closes or opens the platform's port as it was told; who accepts on it tries again and again.
    void mind_listener() {
        if (platform_.listening == https_.is_open() || stopping_) return;
        error_code failed;
        if (!platform_.listening) {
            https_.close(failed);
            return;
        }
        tcp::endpoint const place(asio::ip::address_v4::loopback(), ports_.https);
        https_.open(place.protocol(), failed);
        https_.set_option(tcp::acceptor::reuse_address(true), failed);
        https_.bind(place, failed);
        if (!failed) https_.listen(asio::socket_base::max_listen_connections, failed);
        if (failed)
            fmt::print(stderr, "platform-sandbox: cannot listen again: {}\n", failed.message());
    }

    asio::awaitable<void> serve_https(tcp::socket socket) {
        auto const number = ++last_connection_;
        auto const plan = platform_.faults.plan_connection();
        std::optional<ssl::context> special;
        if (plan.handshake) special.emplace(make_tls(certificates_, *plan.handshake));
        TlsStream stream(std::move(socket), special ? *special : tls_);
        Connection connection(*this, stream.next_layer().socket());
        auto const hello = co_await greet(stream, connection, plan);
        if (!hello || stopping_) co_return;
        auto const view = asio::buffer(*hello);
        auto const [ec, size] =
            co_await stream.async_handshake(ssl::stream_base::server, view, kTuple);
        if (ec) co_return;
        co_await converse(stream, connection, number);
    }

    // What was read of the handshake already; empty when that was all.
    asio::awaitable<std::optional<std::string>> greet(TlsStream& stream, Connection& connection,
                                                      const ConnectionPlan& plan) {
        Hello hello;
        auto& tcp_stream = stream.next_layer();
        for (auto const& pause : plan.pauses) {
            auto const place = co_await hello.read_to(tcp_stream, pause.at);
            if (!place) co_return std::nullopt;
            co_await wait(connection.timer, pause.length);
        }
        if (!plan.cut) co_return hello.bytes();
        auto const place = co_await hello.read_to(tcp_stream, plan.cut->at);
        if (place && hello.at_end(*place)) platform_.faults.reached_the_end(plan.cut->rule);
        // There is no TLS yet that could say goodbye.
        auto const parting = plan.cut->parting == Parting::Reset ? Parting::Reset : Parting::Close;
        co_await part(stream, parting);
        co_return std::nullopt;
    }

    asio::awaitable<void> converse(TlsStream& stream, Connection& connection,
                                   std::uint64_t number) {
        std::string left_over;
        Next next;
        for (bool reused = false; next.keep_alive == KeepAlive::Yes && !stopping_; reused = true) {
            Reading reading(platform_.faults);
            auto received = co_await read_request(stream, connection.timer, reading, left_over,
                                                  reused, next.idle_close);
            if (received.end == Received::End::Closed || stopping_) co_return;
            if (received.end == Received::End::Refused) {
                co_await refuse(stream, received.refusal);
                co_return;
            }
            if (received.end == Received::End::Broken) {
                record_broken(platform_, reading, number, wall_now());
                co_await part(stream, received.parting);
                co_return;
            }
            received.request.connection = number;
            received.request.reused = reused;
            next = co_await answer(stream, connection, received, reading);
        }
    }

    template <class Stream>
    asio::awaitable<void> refuse(Stream& stream, int status) {
        HttpReply reply;
        reply.status = status;
        reply.content_type.clear();
        auto const wire = to_wire(reply, KeepAlive::No, wall_now());
        co_await write_all(stream, wire);
    }

    struct Next {
        KeepAlive keep_alive{KeepAlive::Yes};
        std::optional<Millis> idle_close;
    };

    asio::awaitable<Next> answer(TlsStream& stream, Connection& connection, Received& received,
                                 const Reading& reading) {
        auto const exchange = begin_exchange(platform_, std::move(received.request),
                                             received.keep_alive, reading.rules(), wall_now());
        auto& socket = stream.next_layer().socket();
        Next next{KeepAlive::No, exchange.plan.idle_close};
        co_await wait(connection.timer, exchange.plan.before);
        bool const unwanted = !exchange.plan.apply_if_client_gone && is_gone(socket);
        if (unwanted || stopping_) {
            auto const fate = unwanted ? Fate::ClientGone : Fate::Dropped;
            finish_exchange(platform_, exchange, fate, wall_now());
            co_return next;
        }
        auto const reply = perform_exchange(platform_, exchange, wall_now());
        agenda_.cancel();  // it may be due sooner now
        co_await wait(connection.timer, exchange.plan.after);
        auto const fate = co_await send(stream, connection, reply.script);
        finish_exchange(platform_, exchange, fate, wall_now());
        if (fate == Fate::Answered) next.keep_alive = reply.keep_alive;
        bool const ours_to_end = next.keep_alive == KeepAlive::No && fate != Fate::ClientGone;
        if (ours_to_end && !stopping_) co_await part(stream, reply.parting);
        co_return next;
    }

    asio::awaitable<Fate> send(TlsStream& stream, Connection& connection, const Script& script) {
        for (auto const& piece : script.pieces) {
            co_await wait(connection.timer, piece.pause);
            if (stopping_) co_return Fate::Dropped;
            if (is_gone(stream.next_layer().socket())) co_return Fate::ClientGone;
            if (piece.bytes.empty()) continue;
            bool const written = co_await write_all(stream, piece.bytes);
            if (!written) co_return Fate::ClientGone;
        }
        co_return script.whole ? Fate::Answered : Fate::Dropped;
    }

    asio::awaitable<void> serve_control(tcp::socket socket) {
        TcpStream stream(std::move(socket));
        Connection connection(*this, stream.socket());
        Faults none(0);
        std::string left_over;
        auto going = KeepAlive::Yes;
        while (going == KeepAlive::Yes && !stopping_) {
            Reading reading(none);
            std::optional<Millis> const for_ever;
            auto const received = co_await read_request(stream, connection.timer, reading,
                                                        left_over, false, for_ever);
            if (received.end == Received::End::Closed || stopping_) co_return;
            if (received.end == Received::End::Refused) {
                co_await refuse(stream, received.refusal);
                co_return;
            }
            auto const reply = handle_control(platform_, received.request, wall_now());
            agenda_.cancel();
            mind_listener();
            auto const wire = to_wire(reply, received.keep_alive, wall_now());
            bool const written = co_await write_all(stream, wire);
            going = written ? received.keep_alive : KeepAlive::No;
        }
    }

    Platform& platform_;
    asio::io_context io_{1};
    const Certificates& certificates_;
    ssl::context tls_;
    tcp::acceptor https_;
    tcp::acceptor control_;
    Ports ports_;
    asio::signal_set signals_;
    asio::steady_timer agenda_;
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
