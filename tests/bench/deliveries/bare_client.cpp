#include "tests/bench/deliveries/bare_client.hpp"

#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <exception>
#include <stdexcept>
#include <string>

#include "net/tls_context.hpp"
#include "tests/bench/cpu_time.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr std::chrono::seconds kTimeout{15};

// Byte for byte as long as the daemon's.
http::request<http::string_body> make_request(std::uint16_t port) {
    http::request<http::string_body> request{
        http::verb::post, "/api/extensions/sessions/wearer-0001/requirements/progress", 11};
    request.set(http::field::host, "localhost:" + std::to_string(port));
    request.set(http::field::user_agent, "cadenced");
    request.set(http::field::accept, "application/json");
    request.set(http::field::authorization, "Bearer benchmark-developer-key");
    request.set("x-chastify-main-token", "launch-token-of-wearer-0001");
    request.set(http::field::content_type, "application/json");
    request.set("Idempotency-Key", "cadenced-12345-1");
    request.body() = R"({"amount":1,"key":"metric-01"})";
    request.prepare_payload();
    return request;
}

asio::awaitable<void> converse(tcp::endpoint endpoint, ssl::context* tls, int requests) {
    const auto executor = co_await asio::this_coro::executor;
    beast::ssl_stream<beast::tcp_stream> stream(executor, *tls);
    if (!net::expect_peer(stream.native_handle(), "localhost")) throw std::runtime_error("name");
    auto& tcp_stream = beast::get_lowest_layer(stream);
    tcp_stream.expires_after(kTimeout);
    co_await tcp_stream.async_connect(endpoint, asio::use_awaitable);
    tcp_stream.socket().set_option(tcp::no_delay(true));
    co_await stream.async_handshake(ssl::stream_base::client, asio::use_awaitable);
    const auto request = make_request(endpoint.port());
    beast::flat_buffer buffer;
    for (int sent = 0; sent < requests; ++sent) {
        http::response<http::string_body> response;
        tcp_stream.expires_after(kTimeout);
        co_await http::async_write(stream, request, asio::use_awaitable);
        co_await http::async_read(stream, buffer, response, asio::use_awaitable);
        if (response.result() != http::status::ok) throw std::runtime_error("no success");
    }
}

void rethrow(const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

Bare run_bare_client(const Peer& peer, int connections, int requests) {
    auto tls = net::make_tls_context(peer.ca_file().string());
    if (!tls) throw std::runtime_error(tls.error().detail);
    const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), peer.port());
    const int each = requests / connections;
    const auto cpu_before = cpu_time_of(::getpid());
    const auto begun = std::chrono::steady_clock::now();
    asio::io_context io{1};
    for (int made = 0; made < connections; ++made) {
        asio::co_spawn(io, converse(endpoint, &*tls, each), rethrow);
    }
    io.run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    const int sent = each * connections;
    return {(cpu_time_of(::getpid()) - cpu_before) / sent, sent / took.count()};
}

}  // namespace bench
