#include "tests/sandbox/live_program.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>

extern char** environ;

namespace sandbox {
namespace {

namespace fs = std::filesystem;

int connected_to(int port) {  // negative: nobody listens
    auto const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto const* raw = reinterpret_cast<const sockaddr*>(&address);
    if (::connect(fd, raw, sizeof(address)) == 0) return fd;
    ::close(fd);
    return -1;
}

pid_t spawn(std::vector<std::string> arguments, int out, int err) {
    auto const program = std::string(CADENCED_BIN_DIR) + "/platform-sandbox";
    arguments.insert(arguments.begin(), "platform-sandbox");
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    if (err >= 0) posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    pid_t pid = 0;
    EXPECT_EQ(::posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

int wait_for(pid_t pid) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

fs::path make_directory() {
    auto pattern = (fs::temp_directory_path() / "sandbox-test-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    return pattern;
}

}  // namespace

Socket::Socket(int port) : fd_(connected_to(port)) { EXPECT_GE(fd_, 0); }

bool Socket::can_connect(int port) {
    auto const fd = connected_to(port);
    if (fd >= 0) ::close(fd);
    return fd >= 0;
}

Socket::~Socket() { ::close(fd_); }

TlsClient::TlsClient(int port, const fs::path& authority, const char* host, Version version)
    : socket_(port), context_(SSL_CTX_new(TLS_client_method())), tls_(nullptr) {
    EXPECT_EQ(SSL_CTX_load_verify_file(context_.get(), authority.c_str()), 1);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (version == Version::Any) {
        SSL_CTX_set_cipher_list(context_.get(), "DEFAULT:@SECLEVEL=0");
        SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    }
    tls_.reset(SSL_new(context_.get()));
    SSL_set1_host(tls_.get(), host);
    SSL_set_hostflags(tls_.get(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_set_fd(tls_.get(), socket_.fd());
    connected_ = SSL_connect(tls_.get()) == 1;
}

void TlsClient::send(const std::string& text) {
    EXPECT_EQ(SSL_write(tls_.get(), text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
}

std::string TlsClient::read_some() {
    char chunk[4096];
    ERR_clear_error();
    errno = 0;
    auto const size = SSL_read(tls_.get(), chunk, sizeof(chunk));
    if (size > 0) return {chunk, static_cast<std::size_t>(size)};
    auto const why = SSL_get_error(tls_.get(), size);
    if (why == SSL_ERROR_ZERO_RETURN) ended_ = Ended::Goodbye;
    if (why == SSL_ERROR_SYSCALL && errno == ECONNRESET) ended_ = Ended::Reset;
    if (why == SSL_ERROR_SSL &&
        ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ended_ = Ended::Closed;
    }
    return {};
}

std::string TlsClient::read_to_end() {
    std::string text;
    for (auto some = read_some(); !some.empty(); some = read_some()) text += some;
    return text;
}

Ran run_sandbox(const std::vector<std::string>& arguments) {
    auto const dir = make_directory();
    auto const open_file = [&dir](const char* name) {
        return ::open((dir / name).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    };
    auto const out = open_file("out");
    auto const err = open_file("err");
    Ran ran;
    ran.code = wait_for(spawn(arguments, out, err));
    ::close(out);
    ::close(err);
    ran.out = read_file(dir / "out");
    ran.err = read_file(dir / "err");
    fs::remove_all(dir);
    return ran;
}

void ProgramTest::SetUp() {
    ::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets that the program has closed
    dir_ = make_directory();
    start();
    auto const ports = Json::parse(read_file(dir_ / "ports.json"));
    https_ = ports["https"];
    control_ = ports["control"];
    EXPECT_EQ(ports["pid"], pid_);
    control("POST", "/sessions", R"({"id":"s1","timeRemainingSeconds":1000})");
    token_ = control("POST", "/sessions/s1/launch", "{}")["mainToken"];
}

void ProgramTest::TearDown() {
    stop();
    fs::remove_all(dir_);
}

// The program says on its standard output when it listens.
void ProgramTest::start() {
    int out[2];
    ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
    pid_ = spawn({"--dir", dir_.string(), "--key", "dev-key", "--seed", "7", "--journal",
                  (dir_ / "journal.ndjson").string()},
                 out[1], -1);
    ::close(out[1]);
    char chunk[512];
    EXPECT_GT(::read(out[0], chunk, sizeof(chunk)), 0);
    ::close(out[0]);
}

void ProgramTest::stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGTERM);
    EXPECT_EQ(wait_for(pid_), 0);
    pid_ = 0;
}

Json ProgramTest::control(const std::string& method, const std::string& path,
                          const std::string& body) const {
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
    EXPECT_TRUE(text.starts_with("HTTP/1.1 2")) << method << path << body << "\n" << text;
    return Json::parse(text.substr(text.find("\r\n\r\n") + 4));
}

std::string ProgramTest::action(const std::string& body, const std::string& connection) const {
    return "POST /api/extensions/sessions/s1/action HTTP/1.1\r\nHost: localhost\r\n"
           "Authorization: Bearer dev-key\r\nx-chastify-main-token: " +
           token_ + "\r\nIdempotency-Key: d1\r\nContent-Type: application/json\r\nConnection: " +
           connection + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::unique_ptr<TlsClient> ProgramTest::connect() const {
    auto client = std::make_unique<TlsClient>(https_, dir_ / "ca.pem", "localhost");
    EXPECT_TRUE(client->connected());
    return client;
}

std::string ProgramTest::exchange(const std::string& request) const {
    auto const client = connect();
    client->send(request);
    return client->read_to_end();
}

void ProgramTest::exchange_until_used_up(
    const std::string& request, const std::function<void(const std::string&, Ended)>& look) const {
    constexpr int kMost = 5000;
    for (int i = 0; i < kMost; ++i) {
        auto const client = connect();
        client->send(request);
        auto const answer = client->read_to_end();
        look(answer, client->ended());
        // Asking each time would double the test's length.
        bool const ask = i % 16 == 15 || answer.ends_with("}");
        if (ask && control("GET", "/faults", "")["items"][0]["timesLeft"] == 0) return;
    }
    FAIL() << "the fault is never used up";
}

// Asks until the last request's fate is known.
Json ProgramTest::fate_of_last_request() const {
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    Json last;
    while (std::chrono::steady_clock::now() < deadline) {
        auto const items = control("GET", "/requests", "")["items"];
        last = items.empty() ? Json() : items.back();
        if (last.is_object() && last["outcome"] != "pending") break;
    }
    return last;
}

std::size_t ProgramTest::effects() const {
    return control("GET", "/effects?session=s1", "")["items"].size();
}

}  // namespace sandbox
