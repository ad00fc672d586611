// The adapter over real TLS on loopback: the bytes that leave, and what comes of the bytes that
// come back.
#include "platform/chastify/chastify.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "tests/net/run.hpp"
#include "tests/net/tls_test_server.hpp"

namespace {

using namespace std::chrono_literals;
using cadence::Answer;
using cadence::AnswerKind;
using cadence::Secret;
using cadence::SessionId;
using cadence::Write;
using cadence::WriteKind;
using net_test::TlsPeer;

namespace asio = boost::asio;

constexpr const char* kContext = R"({"role":"wearer","lockData":{"frozen":true}})";

class RealClock final : public engine::Clock {
  public:
    [[nodiscard]] cadence::Instant now() const override {
        return std::chrono::floor<cadence::Duration>(std::chrono::system_clock::now());
    }
    [[nodiscard]] cadence::Monotonic steady_now() const override {
        return std::chrono::steady_clock::now();
    }
    [[nodiscard]] cadence::Duration uptime() const override { return {}; }
    [[nodiscard]] std::string boot() const override { return {}; }
    [[nodiscard]] std::unique_ptr<engine::Alarm> make_alarm() override { return nullptr; }
};

class ChastifyTest : public testing::Test {
  protected:
    ChastifyTest()
        : folder_(std::filesystem::temp_directory_path() /
                  ("cadenced-chastify-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / "ca.pem") << authority_.certificate_pem();
    }
    ~ChastifyTest() override { std::filesystem::remove_all(folder_); }

    void start(net_test::Script script, std::chrono::milliseconds timeout = 10s) {
        const auto identity = authority_.issue({"test server", "DNS:localhost"});
        server_.emplace(net_test::TlsServerOptions{identity}, std::move(script));
        net::HttpsOptions pool;
        pool.host = "localhost";
        pool.port = server_->port();
        pool.ca_file = (folder_ / "ca.pem").string();
        pool_ = net::make_https_pool(io_.get_executor(), pool).value();
        chastify::Options options;
        options.credential = Secret("dev-key-secret");
        options.timeout = timeout;
        platform_ = chastify::make_chastify(*pool_, std::move(options), clock_);
    }

    // False when the client has gone.
    bool receive(TlsPeer& peer) {
        std::string request = peer.read_request();
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
        if (!requests_.back().empty()) return true;
        requests_.pop_back();
        return false;
    }

    net_test::Script always(std::string response) {
        return [this, response = std::move(response)](TlsPeer& peer) {
            while (receive(peer)) peer.write(response);
        };
    }
    // Says this to the first request, and breaks the connection.
    net_test::Script once(std::string bytes) {
        return [this, bytes = std::move(bytes)](TlsPeer& peer) {
            if (receive(peer)) peer.write(bytes);
        };
    }
    net_test::Script never() {
        return [this](TlsPeer& peer) {
            if (receive(peer)) peer.hold();
        };
    }

    std::unique_ptr<engine::Channel> connect() {
        auto connected = net_test::run(io_, platform_->connect());
        EXPECT_TRUE(connected.channel) << connected.answer.detail;
        return std::move(connected.channel);
    }

    Answer submit(engine::Channel& channel, const Write& write) {
        return net_test::run(io_, channel.submit(SessionId{"lock-1"}, Secret("launch-token-secret"),
                                                 write, "delivery-7"));
    }
    Answer submit(const Write& write) {
        const auto channel = connect();
        return submit(*channel, write);
    }
    engine::ContextAnswer load(engine::Channel& channel) {
        return net_test::run(
            io_, channel.load_context(SessionId{"lock-1"}, Secret("launch-token-secret")));
    }

    std::vector<std::string> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    std::string head(const std::string& method, const std::string& path) {
        return method + " /api/extensions/sessions/lock-1" + path +
               " HTTP/1.1\r\nHost: localhost:" + std::to_string(server_->port()) +
               "\r\nUser-Agent: cadenced\r\nAccept: application/json\r\n"
               "Authorization: Bearer dev-key-secret\r\n"
               "x-chastify-main-token: launch-token-secret\r\n";
    }

    net_test::CertificateAuthority authority_{"test authority"};
    std::filesystem::path folder_;
    RealClock clock_;
    asio::io_context io_;
    std::mutex mutex_;
    std::vector<std::string> requests_;
    std::optional<net_test::TlsTestServer> server_;
    std::unique_ptr<net::HttpsPool> pool_;
    std::unique_ptr<chastify::Chastify> platform_;
};

const Write kAddTime{WriteKind::AddTime, "", 0, 3600s, ""};

TEST_F(ChastifyTest, LoadContext_SendsExactlyThis) {
    start(always(
        net_test::to_response("200 OK", kContext, "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n")));
    const auto channel = connect();
    const auto result = load(*channel);
    EXPECT_EQ(result.answer.kind, AnswerKind::Applied);
    EXPECT_EQ(result.answer.server_time, cadence::from_ms(784'111'777'000));
    ASSERT_TRUE(result.context);
    EXPECT_EQ(result.context->lock.frozen, true);
    EXPECT_EQ(requests(), std::vector<std::string>{head("GET", "") + "\r\n"});
}

TEST_F(ChastifyTest, EachKindOfWrite_SendsExactlyThis) {
    start(always(net_test::to_response("200 OK", "{}")));
    const std::pair<Write, std::string> writes[] = {
        {{WriteKind::Progress, "check_in", 2, 0s, ""}, R"({"key":"check_in","amount":2})"},
        {kAddTime, R"({"name":"add_time","params":3600})"},
        {{WriteKind::RemoveTime, "", 0, 60s, ""}, R"({"name":"remove_time","params":60})"},
        {{WriteKind::Freeze, "", 0, 60s, ""},
         R"({"name":"freeze","params":{"durationSeconds":60}})"},
        {{WriteKind::Unfreeze, "", 0, 60s, ""}, R"({"name":"unfreeze","params":{}})"},
        {{WriteKind::Pillory, "", 0, 60s, "late"},
         R"({"name":"pillory","params":{"durationSeconds":60,"reason":"late"}})"},
        {{WriteKind::PilloryEnd, "", 0, 60s, ""}, R"({"name":"pillory.end","params":{}})"},
    };
    std::vector<std::string> expected;
    for (const auto& [write, body] : writes) {
        EXPECT_EQ(submit(write).kind, AnswerKind::Applied);
        const bool progress = write.kind == WriteKind::Progress;
        expected.push_back(head("POST", progress ? "/requirements/progress" : "/action") +
                           "Content-Type: application/json\r\nIdempotency-Key: delivery-7\r\n"
                           "Content-Length: " +
                           std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    EXPECT_EQ(requests(), expected);
}

TEST_F(ChastifyTest, ReadThenWriteOnOneChannel_UseOneConnection) {
    start(always(net_test::to_response("200 OK", kContext)));
    const auto channel = connect();
    EXPECT_TRUE(channel->ready());
    EXPECT_EQ(load(*channel).answer.kind, AnswerKind::Applied);
    EXPECT_TRUE(channel->ready());
    EXPECT_EQ(submit(*channel, kAddTime).kind, AnswerKind::Applied);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(ChastifyTest, WriteOnAChannelThatIsNotReady_IsNotSent) {
    start(once(""));
    const auto channel = connect();
    EXPECT_EQ(submit(*channel, kAddTime).kind, AnswerKind::Unknown);
    EXPECT_FALSE(channel->ready());
    EXPECT_EQ(submit(*channel, kAddTime).kind, AnswerKind::NotSent);
    EXPECT_EQ(requests().size(), 1U);
}

TEST_F(ChastifyTest, AnswerThatEchoesTheSecrets_ShowsNone) {
    start(always(net_test::to_response(
        "400 Bad Request", R"({"error":"bad","message":"dev-key-secret launch-token-secret"})")));
    const Answer answer = submit(kAddTime);
    EXPECT_EQ(answer.kind, AnswerKind::Rejected);
    EXPECT_EQ(answer.code, "bad");
    EXPECT_EQ(answer.detail, "[redacted] [redacted]");
}

TEST_F(ChastifyTest, SuccessWithACutBody_IsAppliedForAWriteOnly) {
    start(once("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"ro"));
    EXPECT_EQ(submit(kAddTime).kind, AnswerKind::Applied);
    const auto channel = connect();
    const auto read = load(*channel);
    EXPECT_EQ(read.answer.kind, AnswerKind::HostFault);
    EXPECT_EQ(read.answer.code, "unreadable_context");
}

TEST_F(ChastifyTest, SilenceUntilTheDeadline_IsUnknownForAWriteOnly) {
    start(never(), 200ms);
    const Answer write = submit(kAddTime);
    EXPECT_EQ(write.kind, AnswerKind::Unknown);
    EXPECT_EQ(write.code, "timed_out");
    const auto channel = connect();
    EXPECT_EQ(load(*channel).answer.kind, AnswerKind::HostFault);
}

TEST_F(ChastifyTest, CancelledAfterBytesLeft_IsUnknown) {
    asio::cancellation_signal signal;
    start([this, &signal](TlsPeer& peer) {
        if (!receive(peer)) return;
        asio::post(io_, [&signal] { signal.emit(asio::cancellation_type::terminal); });
        peer.hold();
    });
    const auto channel = connect();
    std::optional<Answer> answer;
    asio::co_spawn(io_,
                   channel->submit(SessionId{"lock-1"}, Secret("token"), kAddTime, "delivery-7"),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&answer](std::exception_ptr thrown, Answer result) {
                           EXPECT_FALSE(thrown);
                           answer = std::move(result);
                       }));
    io_.restart();
    while (!answer) io_.run_one();
    EXPECT_EQ(answer->kind, AnswerKind::Unknown);
    EXPECT_EQ(answer->code, "cancelled");
}

TEST_F(ChastifyTest, PeerThatIsNotTheOneWeTrust_GetsNoByte) {
    start(always(net_test::to_response("200 OK", "{}")));
    const net_test::CertificateAuthority other("another authority");
    std::ofstream(folder_ / "ca.pem") << other.certificate_pem();
    net::HttpsOptions options;
    options.host = "localhost";
    options.port = server_->port();
    options.ca_file = (folder_ / "ca.pem").string();
    const auto pool = net::make_https_pool(io_.get_executor(), options).value();
    const auto platform =
        chastify::make_chastify(*pool, {Secret("dev-key-secret"), {}, 10s}, clock_);
    const auto connected = net_test::run(io_, platform->connect());
    EXPECT_FALSE(connected.channel);
    EXPECT_EQ(connected.answer.kind, AnswerKind::NotSent);
    EXPECT_EQ(connected.answer.code, "cannot_connect");
    EXPECT_EQ(server_->application_bytes(), 0U);
}

TEST_F(ChastifyTest, WithoutCredential_NothingIsConnected) {
    start(always(net_test::to_response("200 OK", "{}")));
    platform_->replace(Secret(), {});
    EXPECT_FALSE(platform_->has_credential());
    const auto connected = net_test::run(io_, platform_->connect());
    EXPECT_FALSE(connected.channel);
    EXPECT_EQ(connected.answer.kind, AnswerKind::NotSent);
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ChastifyTest, ReplacedCredentialAndLimits_HoldFromTheNextRequest) {
    start(always(net_test::to_response("200 OK", kContext)));
    EXPECT_EQ(platform_->limit(cadence::CallClass::Action), 20);
    EXPECT_EQ(platform_->limit(cadence::CallClass::Write), 60);
    EXPECT_EQ(platform_->limit(cadence::CallClass::Read), 120);
    const auto channel = connect();
    EXPECT_TRUE(load(*channel).context);
    platform_->replace(Secret("new-key-secret"), {1, 2, 3});
    EXPECT_TRUE(load(*channel).context);
    ASSERT_EQ(requests().size(), 2U);
    EXPECT_NE(requests()[1].find("Authorization: Bearer new-key-secret\r\n"), std::string::npos);
    EXPECT_EQ(platform_->limit(cadence::CallClass::Action), 1);
    EXPECT_EQ(platform_->limit(cadence::CallClass::Read), 3);
}

}  // namespace
