// A real TLS server on a loopback port of the kernel's choice that does to each connection what the
// test's script says: answer, delay, drop, lie. Blocking, one thread a connection, plain OpenSSL,
// so that it shares no code with what it tests.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/net/certificates.hpp"

namespace net_test {

// The server's end of one connection, TLS established.
class TlsPeer {
  public:
    TlsPeer(SSL* tls, std::atomic<std::size_t>& bytes) : tls_(tls), bytes_(bytes) {}

    // Headers and body (by Content-Length). Empty when the client closes first.
    [[nodiscard]] std::string read_request();
    void write(std::string_view bytes);
    // Until the client closes: a delay that no clock decides.
    void hold();
    [[nodiscard]] std::string server_name() const;

  private:
    bool read_more();

    SSL* tls_;
    std::atomic<std::size_t>& bytes_;
    std::string buffer_;
};

using Script = std::function<void(TlsPeer&)>;

enum class BeforeTls { Proceed, Drop, Hold };

struct TlsServerOptions {
    Identity identity;
    BeforeTls before_tls{BeforeTls::Proceed};
    int newest_version{TLS1_3_VERSION};
};

class TlsTestServer {
  public:
    TlsTestServer(TlsServerOptions options, Script script);
    TlsTestServer(const TlsTestServer&) = delete;
    TlsTestServer& operator=(const TlsTestServer&) = delete;
    ~TlsTestServer();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t connections() const { return connections_; }
    // Decrypted bytes of any request, whatever became of it.
    [[nodiscard]] std::size_t application_bytes() const { return application_bytes_; }

  private:
    void accept_all();
    void serve(int socket);
    void serve_tls(int socket);

    TlsServerOptions options_;
    Script script_;
    SSL_CTX* context_;
    std::uint16_t port_{0};  // set by what makes the listener
    int listener_{-1};
    std::atomic<std::size_t> connections_{0};
    std::atomic<std::size_t> application_bytes_{0};
    std::mutex mutex_;
    std::vector<int> sockets_;  // open ones
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// A whole response with Content-Length.
[[nodiscard]] std::string to_response(const std::string& status, const std::string& body,
                                      const std::string& headers = "");

}  // namespace net_test
