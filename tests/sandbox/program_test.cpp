// The real program, started in a directory of its own and driven over real TLS.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

extern char** environ;

namespace sandbox {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

class Socket {
  public:
    explicit Socket(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto const* raw = reinterpret_cast<const sockaddr*>(&address);
        EXPECT_EQ(::connect(fd_, raw, sizeof(address)), 0);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { ::close(fd_); }
    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};

struct FreeTls {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* tls) const { SSL_free(tls); }
};

// One verified TLS connection. Destroying it closes the socket without a TLS goodbye, as a killed
// process does.
class TlsClient {
  public:
    TlsClient(int port, const fs::path& authority, const char* host)
        : socket_(port), context_(SSL_CTX_new(TLS_client_method())), tls_(nullptr) {
        EXPECT_EQ(SSL_CTX_load_verify_file(context_.get(), authority.c_str()), 1);
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
        tls_.reset(SSL_new(context_.get()));
        SSL_set1_host(tls_.get(), host);
        SSL_set_fd(tls_.get(), socket_.fd());
        connected_ = SSL_connect(tls_.get()) == 1;
    }
    [[nodiscard]] bool connected() const { return connected_; }

    void send(const std::string& text) {
        EXPECT_EQ(SSL_write(tls_.get(), text.data(), static_cast<int>(text.size())),
                  static_cast<int>(text.size()));
    }

    std::string read_to_end() {
        std::string text;
        char chunk[4096];
        for (int size = 0; (size = SSL_read(tls_.get(), chunk, sizeof(chunk))) > 0;) {
            text.append(chunk, static_cast<std::size_t>(size));
        }
        return text;
    }

  private:
    Socket socket_;
    std::unique_ptr<SSL_CTX, FreeTls> context_;
    std::unique_ptr<SSL, FreeTls> tls_;
    bool connected_{false};
};

class ProgramTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the program has closed
        std::string pattern = (fs::temp_directory_path() / "sandbox-test-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        dir_ = pattern;
        start();
        std::ifstream file(dir_ / "ports.json");
        auto const ports = Json::parse(file);
        https_ = ports["https"];
        control_ = ports["control"];
        EXPECT_EQ(ports["pid"], pid_);
        control("POST", "/sessions", R"({"id":"s1","timeRemainingSeconds":1000})");
        token_ = control("POST", "/sessions/s1/launch", "{}")["mainToken"];
    }

    void TearDown() override {
        stop();
        fs::remove_all(dir_);
    }

    // The program says on its standard output when it listens.
    void start() {
        int out[2];
        ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
        auto const program = std::string(CADENCED_BIN_DIR) + "/platform-sandbox";
        auto dir = dir_.string();
        auto journal = (dir_ / "journal.ndjson").string();
        std::string arguments[] = {"platform-sandbox", "--dir",     dir,    "--key",
                                   "dev-key",          "--journal", journal};
        char* argv[8] = {};
        for (std::size_t i = 0; i < 7; ++i) argv[i] = arguments[i].data();
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        ASSERT_EQ(::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(out[1]);
        char chunk[512];
        EXPECT_GT(::read(out[0], chunk, sizeof(chunk)), 0);
        ::close(out[0]);
    }

    void stop() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGTERM);
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = 0;
        EXPECT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 0);
    }

    Json control(const std::string& method, const std::string& path, const std::string& body) {
        Socket const socket(control_);
        auto const request = method + " " + path +
                             " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                             "Content-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body;
        EXPECT_EQ(::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(request.size()));
        std::string text;
        char chunk[4096];
        for (ssize_t size = 0; (size = ::recv(socket.fd(), chunk, sizeof(chunk), 0)) > 0;) {
            text.append(chunk, static_cast<std::size_t>(size));
        }
        return Json::parse(text.substr(text.find("\r\n\r\n") + 4));
    }

    std::string action(const std::string& body) {
        return "POST /api/extensions/sessions/s1/action HTTP/1.1\r\nHost: localhost\r\n"
               "Authorization: Bearer dev-key\r\nx-chastify-main-token: " +
               token_ + "\r\nIdempotency-Key: d1\r\nContent-Type: application/json\r\n" +
               "Connection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }

    std::string exchange(const std::string& request) {
        TlsClient client(https_, dir_ / "ca.pem", "localhost");
        EXPECT_TRUE(client.connected());
        client.send(request);
        return client.read_to_end();
    }

    // Asks until the last request's fate is known.
    Json fate_of_last_request() {
        auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        Json last;
        while (std::chrono::steady_clock::now() < deadline) {
            auto const items = control("GET", "/requests", "")["items"];
            last = items.empty() ? Json() : items.back();
            if (last.is_object() && last["outcome"] != "pending") break;
        }
        return last;
    }

    std::size_t effects() { return control("GET", "/effects?session=s1", "")["items"].size(); }

    fs::path dir_;
    pid_t pid_{0};
    int https_{0};
    int control_{0};
    std::string token_;
};

TEST_F(ProgramTest, AddTime_IsAnsweredAppliedAndJournalled) {
    auto const answer = exchange(action(R"({"name":"add_time","params":300})"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
    auto const fate = fate_of_last_request();
    EXPECT_EQ(fate["outcome"], "answered");
    EXPECT_TRUE(fate["appliedAtMs"].is_number());
    auto const session = control("GET", "/sessions/s1", "");
    EXPECT_GT(session["lockData"]["timeRemainingSeconds"], 1200);
    std::ifstream file(dir_ / "journal.ndjson");
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(Json::parse(line)["idempotencyKey"], "d1");
}

TEST_F(ProgramTest, ItsCertificate_IsGoodForItsNamesOnly) {
    EXPECT_TRUE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
    EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "chastify.net").connected());
}

TEST_F(ProgramTest, DropAfterApply_ClosesWithoutAnAnswer) {
    control("POST", "/faults", R"({"fault":"drop_after_apply","match":{"action":"freeze"}})");
    EXPECT_EQ(exchange(action(R"({"name":"freeze","params":{}})")), "");
    auto const fate = fate_of_last_request();
    EXPECT_EQ(fate["outcome"], "dropped");
    EXPECT_TRUE(fate["appliedAtMs"].is_number());
    EXPECT_TRUE(fate["answeredAtMs"].is_null());
    EXPECT_EQ(effects(), 1U);
}

TEST_F(ProgramTest, DropMidAnswer_CutsTheHeader) {
    control("POST", "/faults", R"({"fault":"drop_mid_answer"})");
    auto const answer = exchange(action(R"({"name":"unfreeze"})"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
    EXPECT_EQ(answer.find("\r\n\r\n"), std::string::npos);
}

TEST_F(ProgramTest, DropOnAccept_FailsTheHandshake) {
    control("POST", "/faults", R"({"fault":"drop_on_accept","times":1})");
    EXPECT_FALSE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
    EXPECT_TRUE(TlsClient(https_, dir_ / "ca.pem", "localhost").connected());
}

TEST_F(ProgramTest, ClientDiesWhileSlow_IsNoticedAndAppliedAsConfigured) {
    control("POST", "/faults",
            R"([{"fault":"slow_before","ms":100,"applyIfClientGone":false,"times":1},
                {"fault":"slow_before","ms":100,"times":1}])");
    auto const request = action(R"({"name":"add_time","params":300})");
    // The two rules compose on the first request; the second meets none.
    { TlsClient(https_, dir_ / "ca.pem", "localhost").send(request); }
    auto const unapplied = fate_of_last_request();
    EXPECT_EQ(unapplied["outcome"], "client_gone");
    EXPECT_TRUE(unapplied["appliedAtMs"].is_null());
    control("POST", "/faults", R"({"fault":"slow_after","ms":100})");
    control("DELETE", "/requests", "");
    { TlsClient(https_, dir_ / "ca.pem", "localhost").send(request); }
    auto const applied = fate_of_last_request();
    EXPECT_EQ(applied["clientGone"], true);
    EXPECT_TRUE(applied["appliedAtMs"].is_number());
    EXPECT_EQ(effects(), 1U);
}

TEST_F(ProgramTest, StoppedWithARequestInFlight_EndsAtOnceAndCleanly) {
    control("POST", "/faults", R"({"fault":"slow_before","ms":600000})");
    TlsClient client(https_, dir_ / "ca.pem", "localhost");
    client.send(action(R"({"name":"unfreeze"})"));
    stop();
    EXPECT_EQ(client.read_to_end(), "");
    EXPECT_FALSE(fs::exists(dir_ / "ports.json"));
}

}  // namespace
}  // namespace sandbox
