// What a connection does besides thinking: reads a request, waits, writes an answer piece by piece,
// and parts. Included by the server alone, whose thread owns everything here.
#pragma once

#include <poll.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <optional>
#include <string>

#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/incoming.hpp"

namespace sandbox {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using TcpStream = beast::tcp_stream;
using TlsStream = ssl::stream<TcpStream>;
using boost::system::error_code;

inline constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
inline constexpr auto kDrainFor = std::chrono::seconds(2);

inline TcpStream& tcp_of(TcpStream& stream) { return stream; }
inline TcpStream& tcp_of(TlsStream& stream) { return stream.next_layer(); }

// Whether the other side has closed or died. Bytes it sent before do not hide that.
inline bool is_gone(tcp::socket& socket) {
    pollfd watched{socket.native_handle(), POLLRDHUP, 0};
    return ::poll(&watched, 1, 0) != 0;
}

inline asio::awaitable<void> wait(asio::steady_timer& timer, Millis duration) {
    if (duration <= Millis{0}) co_return;
    timer.expires_after(duration);
    co_await timer.async_wait(kTuple);
}

struct Received {
    enum class End { Complete, Closed, Refused, Broken };
    End end{End::Closed};
    int refusal{0};  // a status
    Parting parting{Parting::Close};
    HttpRequest request;
    KeepAlive keep_alive{KeepAlive::Yes};
};

inline Received to_received(Incoming& incoming) {
    Received received;
    received.refusal = incoming.refusal();
    received.end = incoming.done() ? Received::End::Complete : Received::End::Refused;
    if (!incoming.done()) {
        if (received.refusal == 0) received.refusal = 400;  // corrupted until it had no end
        return received;
    }
    received.request = incoming.request();
    received.keep_alive = incoming.keep_alive();
    return received;
}

// Everything that was read is read; what the rules make of it.
inline Received completed(Incoming& incoming, Reading& reading) {
    auto raw = incoming.so_far();
    if (!incoming.done() || !reading.complete(raw, incoming.request()))
        return to_received(incoming);
    Incoming corrupted(std::move(raw));
    corrupted.parse();
    return to_received(corrupted);
}

// Reads one request. `left_over` is what came with the last one, and then with this. `idle` is how
// long to wait for it to begin; none: for ever.
template <class Stream>
asio::awaitable<Received> read_request(Stream& stream, asio::steady_timer& timer, Reading& reading,
                                       std::string& left_over, bool reused,
                                       std::optional<Millis> idle) {
    std::array<char, 1U << 14U> chunk{};
    Incoming incoming(std::move(left_over));
    left_over.clear();
    if (idle) tcp_of(stream).expires_after(*idle);
    Received received;
    while (true) {
        incoming.parse();
        reading.read_on(incoming.so_far(), reused);
        bool const whole = incoming.done() || incoming.refusal() != 0;
        if (whole) received = completed(incoming, reading);
        auto step = reading.next();
        while (step.kind == ReadingStep::Kind::Wait) {
            co_await wait(timer, step.wait);
            step = reading.next();
        }
        if (step.kind == ReadingStep::Kind::Break) {
            received.end = Received::End::Broken;
            received.parting = step.parting;
            co_return received;
        }
        if (whole) break;
        auto const room = asio::buffer(chunk, reading.most());
        auto const [ec, size] = co_await stream.async_read_some(room, kTuple);
        if (ec) co_return received;
        tcp_of(stream).expires_never();
        incoming.add(chunk.data(), size);
    }
    left_over = incoming.left_over();
    co_return received;
}

template <class Stream>
asio::awaitable<bool> write_all(Stream& stream, const std::string& bytes) {
    auto const view = asio::buffer(bytes);
    auto const [ec, size] = co_await asio::async_write(stream, view, kTuple);
    co_return !ec;
}

// Ends our side in that manner, and lets the other side end its own: a socket that is closed while
// bytes wait in it would send a reset where an orderly end was ordered.
template <class Stream>
asio::awaitable<void> drain(Stream& stream) {
    std::array<char, 4096> chunk{};
    auto const room = asio::buffer(chunk);
    while (true) {
        auto const [ec, size] = co_await stream.async_read_some(room, kTuple);
        if (ec) co_return;
    }
}

inline asio::awaitable<void> part(TlsStream& stream, Parting parting) {
    auto& tcp_stream = stream.next_layer();
    error_code ignored;
    if (parting == Parting::Reset) {
        tcp_stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
        tcp_stream.socket().close(ignored);
        co_return;
    }
    tcp_stream.expires_after(kDrainFor);
    if (parting == Parting::Goodbye) co_await stream.async_shutdown(kTuple);
    tcp_stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_await drain(tcp_stream);
}

// The client's first message of the handshake, in TCP bytes, while faults watch it.
class Hello {
  public:
    // Reads until the position; empty when the client ended before.
    asio::awaitable<std::optional<std::uint64_t>> read_to(TcpStream& stream, Position at) {
        constexpr std::uint64_t kRecordHead = 5;
        std::optional<std::uint64_t> place = resolve_early(at);
        if (!place || *place > kRecordHead) {
            bool const begun = co_await fill(stream, kRecordHead);
            if (!begun) co_return std::nullopt;
            auto const high = static_cast<unsigned char>(bytes_[3]);
            auto const low = static_cast<unsigned char>(bytes_[4]);
            size_ = kRecordHead + (std::uint64_t{high} << 8U) + low;
            place = resolve(at, {*size_, *size_});
        }
        bool const filled = co_await fill(stream, *place);
        if (!filled) place.reset();
        co_return place;
    }

    [[nodiscard]] bool at_end(std::uint64_t place) const { return size_ && place >= *size_; }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    asio::awaitable<bool> fill(TcpStream& stream, std::uint64_t wanted) {
        std::array<char, 4096> chunk{};
        while (bytes_.size() < wanted) {
            auto const room = asio::buffer(chunk, wanted - bytes_.size());
            auto const [ec, size] = co_await stream.async_read_some(room, kTuple);
            if (ec) co_return false;
            bytes_.append(chunk.data(), size);
        }
        co_return true;
    }

    std::string bytes_;
    std::optional<std::uint64_t> size_;
};

}  // namespace sandbox
