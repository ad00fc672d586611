// What the socket server serves, how connections live, and how it stops.
#include "net/unix_http_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <ctime>
#include <vector>

#include "net/unix_http_client.hpp"
#include "tests/net/unix_fixture.hpp"

namespace net_test {

using namespace std::chrono_literals;

TEST_F(UnixServerTest, Request_ReachesTheHandlerDecoded) {
    start();
    auto client = connect();
    client.send(get_text("/echo/a%2Fb/%C3%A9/?x=1&y=a%26b&z&&q=1+1"));
    EXPECT_EQ(body_of(client.read_response()),
              "GET [echo] [a/b] [\xc3\xa9] [] (x=1) (y=a&b) (z=) (q=1+1)");
}

TEST_F(UnixServerTest, KeepAlive_ServesRequestAfterRequest) {
    start();
    auto client = connect();
    for (const std::string name : {"one", "two", "three"}) {
        client.send(get_text("/echo/" + name));
        EXPECT_EQ(body_of(client.read_response()), "GET [echo] [" + name + "]");
    }
}

TEST_F(UnixServerTest, ChunkedRequest_IsPutTogether) {
    start();
    auto client = connect();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: cadenced\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_EQ(body_of(client.read_response()), "POST [echo] abcde");
}

TEST_F(UnixServerTest, ExpectContinue_IsToldToGoOn) {
    start();
    auto client = connect();
    client.send(
        "POST /echo HTTP/1.1\r\nHost: cadenced\r\nContent-Length: 2\r\n"
        "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_EQ(body_of(client.read_response()), "POST [echo] ok");
}

TEST_F(UnixServerTest, HeadAndUnknownMethods_ReachTheHandler) {
    start();
    const auto head =
        exchange("HEAD /echo HTTP/1.1\r\nHost: cadenced\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(status_of(head), 200);
    EXPECT_EQ(body_of(head), "");
    const auto brew =
        exchange("BREW /echo HTTP/1.1\r\nHost: cadenced\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(body_of(brew), "BREW [echo]");
}

TEST_F(UnixServerTest, Stream_IsChunkedAndThenTheConnectionGoesOn) {
    start();
    auto client = connect();
    client.send(get_text("/stream"));
    EXPECT_EQ(body_of(client.read_until("0\r\n\r\n")),
              "8\r\npiece 3\n\r\n8\r\npiece 2\n\r\n8\r\npiece 1\n\r\n0\r\n\r\n");
    client.send(get_text("/echo", "Connection: close\r\n"));
    EXPECT_EQ(status_of(client.read_to_end()), 200);
}

TEST_F(UnixServerTest, StreamForHttp10_EndsWithTheConnection) {
    start();
    EXPECT_EQ(body_of(exchange("GET /stream HTTP/1.0\r\nHost: cadenced\r\n\r\n")),
              "piece 3\npiece 2\npiece 1\n");
}

TEST_F(UnixServerTest, StreamThatBreaks_HasNoLastChunk) {
    start();
    const auto all = exchange(get_text("/break"));
    EXPECT_NE(all.find("piece 2"), std::string::npos);
    EXPECT_EQ(all.find("0\r\n\r\n"), std::string::npos);
    EXPECT_EQ(status_of(exchange(get_text("/echo", "Connection: close\r\n"))), 200);
}

TEST_F(UnixServerTest, HandlerThatThrows_Is500AndTheServerLives) {
    start();
    const auto broken = exchange(get_text("/throw"));
    EXPECT_EQ(status_of(broken), 500);
    EXPECT_EQ(broken.find("the handler broke"), std::string::npos);
    EXPECT_EQ(status_of(exchange(get_text("/echo", "Connection: close\r\n"))), 200);
}

TEST_F(UnixServerTest, TwoHundredConnections_AreServedAtOnce) {
    net::UnixHttpOptions options;
    options.max_connections = 256;
    start(options);
    std::vector<RawClient> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(connect());
    for (auto& client : clients) client.send(get_text("/hang"));
    while (hanging_ < 200) std::this_thread::yield();
    let_go();
    for (auto& client : clients) EXPECT_EQ(body_of(client.read_response()), "let go");
}

TEST_F(UnixServerTest, OneConnectionTooMany_Is503UntilOneEnds) {
    net::UnixHttpOptions options;
    options.max_connections = 2;
    start(options);
    auto first = connect();
    first.send(get_text("/echo"));
    EXPECT_EQ(status_of(first.read_response()), 200);
    {
        auto second = connect();
        second.send(get_text("/echo"));
        EXPECT_EQ(status_of(second.read_response()), 200);
        EXPECT_EQ(status_of(exchange("")), 503);
    }
    while (status_of(exchange(get_text("/echo", "Connection: close\r\n"))) != 200) {
    }
    first.send(get_text("/echo"));
    EXPECT_EQ(status_of(first.read_response()), 200);
}

TEST_F(UnixServerTest, ConnectionTooManyThatSendsMuch_ReadsWhyItIsNotServed) {
    net::UnixHttpOptions options;
    options.max_connections = 1;
    start(options);
    auto first = connect();
    first.send(get_text("/echo"));
    EXPECT_EQ(status_of(first.read_response()), 200);
    const auto refused =
        exchange("POST /size HTTP/1.1\r\nHost: cadenced\r\nContent-Length: 900000\r\n\r\n" +
                 std::string(900'000, 'x'));
    EXPECT_EQ(status_of(refused), 503);
    EXPECT_NE(refused.find("Retry-After: 1\r\n"), std::string::npos) << refused;
    EXPECT_EQ(handled_, 1);
}

TEST_F(UnixServerTest, HundredsThatStall_KeepNobodyWaiting) {
    start();
    std::vector<RawClient> slow;
    for (int i = 0; i < 300; ++i) {
        slow.push_back(connect());
        slow.back().send(i % 2 == 0 ? "GET /echo HT"
                                    : "POST /size HTTP/1.1\r\nHost: cadenced\r\n"
                                      "Content-Length: 100\r\n\r\nabc");
    }
    auto quick = connect();
    for (int i = 0; i < 100; ++i) {
        quick.send(get_text("/echo"));
        ASSERT_EQ(status_of(quick.read_response()), 200);
    }
}

TEST_F(UnixServerTest, Stop_ClosesIdleConnectionsAndLetsRequestsFinish) {
    start();
    auto idle = connect();
    idle.send(get_text("/echo"));
    EXPECT_EQ(status_of(idle.read_response()), 200);
    auto busy = connect();
    busy.send(get_text("/hang"));
    while (hanging_ < 1) std::this_thread::yield();
    std::thread stopper([this] { stop(); });
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_FALSE(std::filesystem::exists(path_));
    let_go();
    const auto answer = busy.read_to_end();
    stopper.join();
    EXPECT_EQ(body_of(answer), "let go");
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(UnixServerTest, Cancel_CutsRequestsInHandAndReturns) {
    start();
    auto busy = connect();
    busy.send(get_text("/hang"));
    while (hanging_ < 1) std::this_thread::yield();
    cancel();
    EXPECT_EQ(busy.read_to_end(), "");
    EXPECT_FALSE(connect().connected());
}

TEST_F(UnixServerTest, CancelAfterStop_CutsWhatTheStopWaitsFor) {
    start();
    auto busy = connect();
    busy.send(get_text("/hang"));
    while (hanging_ < 1) std::this_thread::yield();
    std::thread stopper([this] { stop(); });
    while (stop_asked_ < 1) std::this_thread::yield();
    boost::asio::post(io_, [this] { emit_cancel(); });
    stopper.join();
    EXPECT_EQ(busy.read_to_end(), "");
}

TEST_F(UnixServerTest, Client_GetsAnswersAndLines) {
    start();
    const net::UnixHttpClient client(path_);
    net::UnixHttpCall call;
    call.method = "POST";
    call.target = "/echo";
    call.body = "hello";
    const auto answer = client.request(call);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "POST [echo] hello");
    EXPECT_EQ(answer->headers.find("content-type"), "text/plain");

    std::vector<std::string> lines;
    net::UnixHttpCall streamed;
    streamed.target = "/stream";
    streamed.on_line = [&lines](std::string_view line) { lines.emplace_back(line); };
    ASSERT_TRUE(client.request(streamed));
    EXPECT_EQ(lines, (std::vector<std::string>{"piece 3", "piece 2", "piece 1"}));
}

TEST_F(UnixServerTest, Client_TellsABrokenStreamFromAWholeOne) {
    start();
    net::UnixHttpCall call;
    call.target = "/break";
    const auto answer = net::UnixHttpClient(path_).request(call);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, cadence::ErrorCode::Interrupted);
}

// The client's end takes the last descriptor that the limit leaves, so that accept() finds none.
TEST_F(UnixServerTest, NoDescriptorLeft_RestsAndServesWhenThereIsOne) {
    start();
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(lowest);
    const rlimit tight{static_cast<rlim_t>(lowest) + 1, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
    auto client = connect();
    client.send(get_text("/echo"));
    const auto cpu_before = std::clock();
    ::poll(nullptr, 0, 250);  // time to spin in, for one that would
    const auto cpu = std::clock() - cpu_before;
    const int handled = handled_;
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    ASSERT_TRUE(client.connected());
    EXPECT_EQ(handled, 0);
    EXPECT_LT(cpu, CLOCKS_PER_SEC / 10);
    EXPECT_EQ(status_of(client.read_response()), 200);
}

TEST_F(UnixServerTest, ClientWithoutServer_IsNotFound) {
    net::UnixHttpCall call;
    call.target = "/";
    EXPECT_EQ(net::UnixHttpClient(path_).request(call).error().code, cadence::ErrorCode::NotFound);
    const auto long_path = "/" + std::string(200, 'x');
    EXPECT_EQ(net::UnixHttpClient(long_path).request(call).error().code,
              cadence::ErrorCode::InvalidArgument);
}

}  // namespace net_test
