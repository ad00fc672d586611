// The real program in a directory of its own, and a TLS client that says how a connection ended.
#pragma once

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sandbox {

using Json = nlohmann::json;

class Socket {
  public:
    explicit Socket(int port);
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();
    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] static bool can_connect(int port);

  private:
    int fd_;
};

enum class Ended { Goodbye, Closed, Reset, Otherwise };

// One verified TLS connection. Destroying it closes the socket without a TLS goodbye, as a killed
// process does.
class TlsClient {
  public:
    enum class Version { Modern, Any };
    TlsClient(int port, const std::filesystem::path& authority, const char* host,
              Version version = Version::Modern);
    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] long verification() const { return SSL_get_verify_result(tls_.get()); }
    [[nodiscard]] std::string version() const { return SSL_get_version(tls_.get()); }

    void send(const std::string& text);
    std::string read_some();    // empty: it has ended
    std::string read_to_end();  // and then ended() tells how
    [[nodiscard]] Ended ended() const { return ended_; }

  private:
    struct Free {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
        void operator()(SSL* tls) const { SSL_free(tls); }
    };
    Socket socket_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> tls_;
    bool connected_{false};
    Ended ended_{Ended::Otherwise};
};

struct Ran {
    int code{0};
    std::string out;
    std::string err;
};
// Runs the program with these arguments to its end.
[[nodiscard]] Ran run_sandbox(const std::vector<std::string>& arguments);

// A started program with one lock session, s1, and one launch of it.
class ProgramTest : public ::testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    void stop();
    nlohmann::json control(const std::string& method, const std::string& path,
                           const std::string& body) const;
    void fault(const std::string& body) const { control("POST", "/faults", body); }

    // A request of the lock session's; `connection` is the header's value.
    [[nodiscard]] std::string action(const std::string& body,
                                     const std::string& connection = "close") const;
    [[nodiscard]] std::unique_ptr<TlsClient> connect() const;
    [[nodiscard]] std::string exchange(const std::string& request) const;
    // Sends the request on new connections until the fault with this id is used up; `look` sees
    // each answer and how it ended.
    void exchange_until_used_up(const std::string& request,
                                const std::function<void(const std::string&, Ended)>& look) const;

    [[nodiscard]] nlohmann::json fate_of_last_request() const;  // waits until it is known
    [[nodiscard]] std::size_t effects() const;

    std::filesystem::path dir_;
    pid_t pid_{0};
    int https_{0};
    int control_{0};
    std::string token_;

  private:
    void start();
};

}  // namespace sandbox
