#include "tests/net/tls_test_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace net_test {

namespace {

SSL_CTX* make_context(const TlsServerOptions& options) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(context, 0);  // old versions are part of the tests
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, options.newest_version);
    BIO* chain = BIO_new_mem_buf(options.identity.certificate_pem.data(), -1);
    const Certificate certificate(PEM_read_bio_X509(chain, nullptr, nullptr, nullptr));
    BIO* secret = BIO_new_mem_buf(options.identity.key_pem.data(), -1);
    const Key key(PEM_read_bio_PrivateKey(secret, nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context, certificate.get());
    SSL_CTX_use_PrivateKey(context, key.get());
    BIO_free(chain);
    BIO_free(secret);
    return context;
}

int listen_on_loopback(std::uint16_t& port) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener, generic, size) != 0 || ::listen(listener, 64) != 0 ||
        ::getsockname(listener, generic, &size) != 0) {
        throw std::runtime_error("the test server cannot listen");
    }
    port = ntohs(address.sin_port);
    return listener;
}

std::size_t announced_length(const std::string& head) {
    constexpr std::string_view kName = "Content-Length: ";
    const auto at = head.find(kName);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + kName.size()));
}

}  // namespace

bool TlsPeer::read_more() {
    std::array<char, 4096> piece{};
    const int size = SSL_read(tls_, piece.data(), static_cast<int>(piece.size()));
    if (size <= 0) return false;
    bytes_ += static_cast<std::size_t>(size);
    buffer_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
}

std::string TlsPeer::read_request() {
    auto end = buffer_.find("\r\n\r\n");
    for (; end == std::string::npos; end = buffer_.find("\r\n\r\n")) {
        if (!read_more()) return {};
    }
    const auto whole = end + 4 + announced_length(buffer_.substr(0, end));
    while (buffer_.size() < whole) {
        if (!read_more()) return {};
    }
    auto request = buffer_.substr(0, whole);
    buffer_.erase(0, whole);
    return request;
}

void TlsPeer::write(std::string_view bytes) {
    SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()));
}

void TlsPeer::hold() {
    while (read_more()) buffer_.clear();
}

std::string TlsPeer::server_name() const {
    const char* name = SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? "" : name;
}

TlsTestServer::TlsTestServer(TlsServerOptions options, Script script)
    : options_(std::move(options)),
      script_(std::move(script)),
      context_(make_context(options_)),
      listener_(listen_on_loopback(port_)) {
    ::signal(SIGPIPE, SIG_IGN);
    acceptor_ = std::thread(&TlsTestServer::accept_all, this);
}

TlsTestServer::~TlsTestServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
    SSL_CTX_free(context_);
}

void TlsTestServer::accept_all() {
    while (true) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        ++connections_;
        const std::lock_guard lock(mutex_);
        sockets_.push_back(socket);
        threads_.emplace_back(&TlsTestServer::serve, this, socket);
    }
}

void TlsTestServer::serve(int socket) {
    std::array<char, 256> ignored{};
    if (options_.before_tls == BeforeTls::Hold) {
        while (::read(socket, ignored.data(), ignored.size()) > 0) {
        }
    }
    if (options_.before_tls == BeforeTls::Proceed) serve_tls(socket);
    const std::lock_guard lock(mutex_);
    std::erase(sockets_, socket);
    ::close(socket);
}

// Leaves without a close_notify: a connection that broke, unless the script said otherwise.
void TlsTestServer::serve_tls(int socket) {
    SSL* tls = SSL_new(context_);
    SSL_set_fd(tls, socket);
    if (SSL_accept(tls) == 1) {
        TlsPeer peer(tls, application_bytes_);
        script_(peer);
    } else {
        // Whatever a client might send after refusing us would count.
        TlsPeer(tls, application_bytes_).hold();
    }
    SSL_free(tls);
}

std::string to_response(const std::string& status, const std::string& body,
                        const std::string& headers) {
    return "HTTP/1.1 " + status + "\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace net_test
