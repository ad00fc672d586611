#include "tests/net/unix_fixture.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <stdexcept>

namespace net_test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

RawClient::RawClient(const std::string& path)
    : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return;
    ::close(socket_);
    socket_ = -1;
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() {
    if (socket_ >= 0) ::close(socket_);
}

void RawClient::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::finish_sending() const { ::shutdown(socket_, SHUT_WR); }

bool RawClient::read_more() {
    pollfd readable{socket_, POLLIN, 0};
    if (::poll(&readable, 1, 10'000) != 1) return false;
    std::array<char, 4096> piece{};
    const auto size = ::read(socket_, piece.data(), piece.size());
    if (size <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
}

std::string RawClient::read_response() {
    constexpr std::string_view kLength = "Content-Length: ";
    auto end = buffer_.find("\r\n\r\n");
    for (; end == std::string::npos; end = buffer_.find("\r\n\r\n")) {
        if (!read_more()) return std::exchange(buffer_, {});
    }
    const auto at = buffer_.find(kLength);
    const auto length = at < end ? std::stoul(buffer_.substr(at + kLength.size())) : 0;
    while (buffer_.size() < end + 4 + length) {
        if (!read_more()) break;
    }
    auto response = buffer_.substr(0, end + 4 + length);
    buffer_.erase(0, response.size());
    return response;
}

std::string RawClient::read_to_end() {
    while (read_more()) {
    }
    return std::exchange(buffer_, {});
}

std::string RawClient::read_until(std::string_view mark) {
    auto at = buffer_.find(mark);
    for (; at == std::string::npos; at = buffer_.find(mark)) {
        if (!read_more()) return std::exchange(buffer_, {});
    }
    auto text = buffer_.substr(0, at + mark.size());
    buffer_.erase(0, text.size());
    return text;
}

int status_of(const std::string& response) {
    return response.rfind("HTTP/1.1 ", 0) == 0 ? std::stoi(response.substr(9, 3)) : 0;
}

std::string body_of(const std::string& response) {
    const auto end = response.find("\r\n\r\n");
    return end == std::string::npos ? "" : response.substr(end + 4);
}

std::string get_text(const std::string& target, const std::string& headers) {
    return "GET " + target + " HTTP/1.1\r\nHost: cadenced\r\n" + headers + "\r\n";
}

namespace {

std::string describe(const net::HttpRequest& request) {
    auto text = request.method;
    for (const auto& segment : request.path) text += " [" + segment + "]";
    for (const auto& [name, value] : request.query) text += " (" + name + "=" + value + ")";
    return request.body.empty() ? text : text + " " + request.body;
}

net::HttpReply plain(int status, std::string body) {
    net::HttpReply reply;
    reply.status = status;
    reply.content_type = "text/plain";
    reply.body = std::move(body);
    return reply;
}

asio::awaitable<std::optional<std::string>> next_piece(std::shared_ptr<int> left, bool breaks) {
    if (breaks && *left == 1) throw std::runtime_error("the stream broke");
    if (*left == 0) co_return std::nullopt;
    co_return "piece " + std::to_string((*left)--) + "\n";
}

// Counts what comes; gives up after `most` bytes.
asio::awaitable<net::HttpReply> count_pieces(net::HttpRequest request, std::size_t most) {
    std::size_t bytes = 0;
    while (bytes < most) {
        auto reading = request.next_piece();
        const auto piece = co_await std::move(reading);
        if (!piece) {
            co_return plain(418, std::string(cadence::to_string(piece.error().code)) + " after " +
                                     std::to_string(bytes));
        }
        if (piece->empty()) break;
        bytes += piece->size();
    }
    co_return plain(200, std::to_string(bytes));
}

net::HttpReply stream(bool breaks) {
    auto reply = plain(200, "");
    const auto left = std::make_shared<int>(3);
    reply.next_chunk = [left, breaks] { return next_piece(left, breaks); };
    return reply;
}

}  // namespace

UnixServerTest::UnixServerTest() {
    std::string pattern = testing::TempDir() + "cadenced-unix-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = (folder_ / "socket").string();
}

UnixServerTest::~UnixServerTest() {
    let_go();
    if (thread_.joinable()) stop();
    server_.reset();
    std::filesystem::remove_all(folder_);
}

asio::awaitable<net::HttpReply> UnixServerTest::hang() {
    ++hanging_;
    asio::steady_timer timer(io_);
    while (!go_) {
        timer.expires_after(5ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return plain(200, "let go");
}

asio::awaitable<net::HttpReply> UnixServerTest::handle(net::HttpRequest request) {
    ++handled_;
    const auto name = request.path.empty() ? std::string() : request.path.front();
    if (name == "hang") {
        auto waiting = hang();
        auto reply = co_await std::move(waiting);
        co_return reply;
    }
    if (name == "late") {
        auto waiting = hang();
        co_await std::move(waiting);
        auto reading = request.next_piece();
        const auto piece = co_await std::move(reading);
        co_return plain(200, std::to_string(piece.value().size()));
    }
    if (request.next_piece) {
        auto counting = count_pieces(std::move(request), name == "bored" ? 1 : SIZE_MAX);
        auto reply = co_await std::move(counting);
        co_return reply;
    }
    if (name == "throw") throw std::runtime_error("the handler broke");
    if (name == "stream") co_return stream(false);
    if (name == "break") co_return stream(true);
    if (name == "size") co_return plain(200, std::to_string(request.body.size()));
    if (name == "echo") co_return plain(200, describe(request));
    co_return plain(404, describe(request));
}

void UnixServerTest::start(net::UnixHttpOptions options) {
    options.path = path_;
    options.make_problem = [](int status, const std::string& detail) {
        auto reply = plain(status, detail);
        reply.content_type = "application/problem+json";
        return reply;
    };
    auto server = net::make_unix_http_server(
        io_.get_executor(), std::move(options),
        [this](net::HttpRequest request) { return handle(std::move(request)); });
    ASSERT_TRUE(server) << server.error().detail;
    server_ = std::move(*server);
    asio::co_spawn(io_, server_->run(),
                   asio::bind_cancellation_slot(signal_.slot(), [](std::exception_ptr) {}));
    thread_ = std::thread([this] { io_.run(); });
}

void UnixServerTest::join() { thread_.join(); }

void UnixServerTest::stop() {
    asio::post(io_, [this] {
        server_->stop();
        ++stop_asked_;
    });
    join();
}

void UnixServerTest::cancel() {
    asio::post(io_, [this] { emit_cancel(); });
    join();
}

void UnixServerTest::emit_cancel() { signal_.emit(asio::cancellation_type::terminal); }

void UnixServerTest::let_go() { go_ = true; }

std::string UnixServerTest::exchange(std::string_view bytes) const {
    auto client = connect();
    client.send(bytes);
    return client.read_to_end();
}

}  // namespace net_test
