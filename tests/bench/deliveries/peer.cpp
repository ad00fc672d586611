#include "tests/bench/deliveries/peer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <exception>
#include <new>
#include <stdexcept>

#include "tests/e2e/program.hpp"
#include "tests/net/certificates.hpp"

namespace bench {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

constexpr const char* kContext =
    R"({"role":"wearer","extensionConfig":{"extensionRequirements":{"enabled":false,)"
    R"("metric":"metric-00","requiredCount":1,"cadence":{"every":1,"unit":"day"},)"
    R"("punishment":{"type":"none","seconds":0}}},"lockData":{"frozen":false,"unlockable":false,)"
    R"("trusted":true,"taskAssigned":false,"timeLockedSeconds":86400,)"
    R"("timeRemainingSeconds":864000,"lockTitle":"A lock","wearerUsername":"wearer",)"
    R"("keyholderUsername":"keyholder"}})";

std::string answer_with(const std::string& body) {
    return fmt::format(
        "HTTP/1.1 200 OK\r\nDate: {:%a, %d %b %Y %H:%M:%S} GMT\r\nServer: peer\r\n"
        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        fmt::gmtime(std::time(nullptr)), body.size(), body);
}

class Service {
  public:
    Service(const net_test::Identity& identity, Peer::Counts& counts)
        : counts_(counts), acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        tls_.use_certificate(asio::buffer(identity.certificate_pem), ssl::context::pem);
        tls_.use_private_key(asio::buffer(identity.key_pem), ssl::context::pem);
    }

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    void run() {
        asio::co_spawn(io_, accept(), rethrow);
        io_.run();
    }

  private:
    static void rethrow(const std::exception_ptr& failure) {
        if (failure) std::rethrow_exception(failure);
    }

    asio::awaitable<void> accept() {
        for (;;) {
            auto [failed, socket] = co_await acceptor_.async_accept(kTuple);
            if (failed) continue;
            socket.set_option(tcp::no_delay(true));
            asio::co_spawn(io_, serve(std::move(socket)), rethrow);
        }
    }

    asio::awaitable<void> serve(tcp::socket socket) {
        ssl::stream<tcp::socket> stream(std::move(socket), tls_);
        const auto [refused] = co_await stream.async_handshake(ssl::stream_base::server, kTuple);
        if (refused) co_return;
        beast::flat_buffer buffer;
        for (;;) {
            http::request<http::string_body> request;
            const auto [unread, size] = co_await http::async_read(stream, buffer, request, kTuple);
            if (unread) co_return;
            const bool reads = request.method() == http::verb::get;
            const std::string answer = answer_with(reads ? kContext : R"({"ok":true})");
            const auto bytes = asio::buffer(answer);
            const auto [unsent, sent] = co_await asio::async_write(stream, bytes, kTuple);
            if (unsent) co_return;
            ++(reads ? counts_.reads : counts_.writes);
        }
    }

    Peer::Counts& counts_;
    asio::io_context io_{1};
    ssl::context tls_{ssl::context::tls_server};
    tcp::acceptor acceptor_;
};

Peer::Counts* share_counts() {
    void* page = ::mmap(nullptr, sizeof(Peer::Counts), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw std::runtime_error("mmap failed");
    return new (page) Peer::Counts;
}

// Whatever goes wrong here ends the child, and the run with it.
[[noreturn]] void serve_for_ever(Service& service) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    try {
        service.run();
    } catch (const std::exception& error) {
        fmt::print(stderr, "deliveries_bench: the peer failed: {}\n", error.what());
    }
    ::_exit(70);
}

}  // namespace

Peer::Peer(std::filesystem::path ca_file) : ca_file_(std::move(ca_file)), counts_(share_counts()) {
    const net_test::CertificateAuthority authority("benchmark");
    e2e::write_text(ca_file_, authority.certificate_pem());
    net_test::CertificateSpec spec;
    spec.subject_alternative_names = "DNS:localhost,IP:127.0.0.1";
    const auto identity = authority.issue(spec);
    int ports[2];
    if (::pipe(ports) != 0) throw std::runtime_error("pipe failed");
    process_ = ::fork();
    if (process_ == 0) {
        Service service(identity, *counts_);
        const auto port = service.port();
        if (::write(ports[1], &port, sizeof port) != sizeof port) ::_exit(70);
        serve_for_ever(service);
    }
    const auto got = ::read(ports[0], &port_, sizeof port_);
    ::close(ports[0]);
    ::close(ports[1]);
    if (got != sizeof port_) throw std::runtime_error("the peer did not start");
}

Peer::~Peer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    ::munmap(counts_, sizeof(Counts));
}

}  // namespace bench
