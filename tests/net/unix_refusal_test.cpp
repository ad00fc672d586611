// What the socket server refuses, and that nothing a client sends ends it.
#include <map>
#include <random>

#include "tests/net/unix_fixture.hpp"

namespace net_test {

using namespace std::chrono_literals;

namespace {

struct Refused {
    const char* name;
    std::string text;
    int status;
};

class UnixRefusal : public UnixServerTest, public testing::WithParamInterface<Refused> {};

const std::string kHost = "Host: cadenced\r\n";

std::string post_text(const std::string& headers, const std::string& body = "") {
    return "POST /echo HTTP/1.1\r\n" + kHost + headers + "\r\n" + body;
}

const Refused kRefused[] = {
    {"Origin", get_text("/echo", "Origin: http://localhost\r\n"), 403},
    {"Referer", get_text("/echo", "referer: http://localhost/\r\n"), 403},
    {"OtherHost", "GET /echo HTTP/1.1\r\nHost: evil.test\r\n\r\n", 403},
    {"HostWithOddPort", "GET /echo HTTP/1.1\r\nHost: localhost:8x\r\n\r\n", 403},
    {"HostAsPrefix", "GET /echo HTTP/1.1\r\nHost: localhost.evil.test\r\n\r\n", 403},
    {"EmptyHost", "GET /echo HTTP/1.1\r\nHost:\r\n\r\n", 403},
    {"NoHost", "GET /echo HTTP/1.1\r\n\r\n", 400},
    {"NoHostHttp10", "GET /echo HTTP/1.0\r\n\r\n", 400},
    {"TwoHosts", "GET /echo HTTP/1.1\r\nHost: cadenced\r\nHost: evil.test\r\n\r\n", 400},
    {"BrokenEncoding", get_text("/echo/%zz"), 400},
    {"CutEncoding", get_text("/echo/%4"), 400},
    {"EncodedNul", get_text("/echo/a%00b"), 400},
    {"EncodedControl", get_text("/echo/a%0Ab"), 400},
    {"EncodedControlInQuery", get_text("/echo?x=%1f"), 400},
    {"InvalidUtf8", get_text("/echo/%ff"), 400},
    {"OverlongUtf8", get_text("/echo/%c0%af"), 400},
    {"Surrogate", get_text("/echo/%ed%a0%80"), 400},
    {"RawControl", get_text(std::string("/echo/\x01")), 400},
    {"Fragment", get_text("/echo#x"), 400},
    {"AbsoluteTarget", get_text("http://cadenced/echo"), 400},
    {"Asterisk", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", 400},
    {"NoHttp", "hello\r\n\r\n", 400},
    {"OtherVersion", "GET /echo HTTP/2.0\r\n" + kHost + "\r\n", 400},
    {"HeaderWithoutColon", "GET /echo HTTP/1.1\r\n" + kHost + "broken\r\n\r\n", 400},
    {"BlankInHeaderName", "GET /echo HTTP/1.1\r\n" + kHost + "a b: c\r\n\r\n", 400},
    {"TlsHello", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
    {"BadLength", post_text("Content-Length: five\r\n"), 400},
    {"NegativeLength", post_text("Content-Length: -5\r\n"), 400},
    {"TwoLengths", post_text("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
    {"LengthAndChunks",
     post_text("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"BadChunk", post_text("Transfer-Encoding: chunked\r\n", "xyz\r\n"), 400},
    {"OtherEncoding", post_text("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
    {"OtherExpectation", post_text("Expect: magic\r\nContent-Length: 1\r\n", "x"), 417},
    {"LargeHeaders", get_text("/echo", "X: " + std::string(20'000, 'x') + "\r\n"), 431},
    {"LargeTarget", get_text("/echo/" + std::string(20'000, 'x')), 431},
    {"LargeBody", post_text("Content-Length: 1048577\r\n", std::string(1'048'577, 'x')), 413},
    {"HugeLength", post_text("Content-Length: 999999999999999\r\n"), 413},
    {"LargeChunkedBody",
     post_text("Transfer-Encoding: chunked\r\n",
               "100001\r\n" + std::string(1'048'577, 'x') + "\r\n0\r\n\r\n"),
     413},
};

net::UnixHttpOptions impatient() {
    net::UnixHttpOptions options;
    options.header_timeout = 60ms;
    options.body_timeout = 60ms;
    options.idle_timeout = 60ms;
    return options;
}

}  // namespace

TEST_P(UnixRefusal, Request_GetsAProblemAndTheServerLives) {
    start();
    const auto answer = exchange(GetParam().text);
    EXPECT_EQ(status_of(answer), GetParam().status) << answer;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(status_of(exchange(get_text("/echo", "Connection: close\r\n"))), 200);
}

INSTANTIATE_TEST_SUITE_P(Requests, UnixRefusal, testing::ValuesIn(kRefused),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_F(UnixServerTest, HeadThatIsRefused_HasNoBody) {
    start();
    const std::string head = "HEAD /echo HTTP/1.1\r\n";
    for (const auto& [rest, status] :
         std::map<std::string, int>{{"Host: evil.test\r\n\r\n", 403},
                                    {kHost + "Content-Length: 1048577\r\n\r\n", 413},
                                    {kHost + "broken\r\n\r\n", 400},
                                    {kHost + "X: " + std::string(20'000, 'x') + "\r\n\r\n", 431}}) {
        auto client = connect();
        client.send(head + rest);
        const auto answer = client.read_to_end();
        EXPECT_EQ(status_of(answer), status) << answer;
        EXPECT_EQ(answer.find("\r\n\r\n") + 4, answer.size()) << answer;
    }
}

TEST_F(UnixServerTest, LargeBody_IsToldTheLimit) {
    net::UnixHttpOptions options;
    options.max_streamed_bytes = std::size_t{64} * 1024 * 1024;
    options.streams = [](const net::HttpRequest& request) {
        return request.headers.count("x-stream") == 1;
    };
    start(options);
    const std::string huge = "Content-Length: 99999999\r\n";
    EXPECT_NE(exchange(post_text(huge)).find("larger than 1 MiB"), std::string::npos);
    EXPECT_NE(exchange(post_text(huge + "X-Stream: 1\r\n")).find("larger than 64 MiB"),
              std::string::npos);
}

TEST_F(UnixServerTest, LocalHosts_AreServed) {
    start();
    for (const std::string host : {"cadenced", "localhost", "LocalHost:8080", "cadenced:1"}) {
        const auto answer =
            exchange("GET /echo HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n");
        EXPECT_EQ(status_of(answer), 200) << host;
    }
}

TEST_F(UnixServerTest, BodyOf1MiB_IsServed) {
    start();
    const auto answer = exchange("POST /size HTTP/1.1\r\nConnection: close\r\n" + kHost +
                                 "Content-Length: 1048576\r\n\r\n" + std::string(1'048'576, 'x'));
    EXPECT_EQ(body_of(answer), "1048576");
}

TEST_F(UnixServerTest, HeadersThatStall_Are408) {
    start(impatient());
    EXPECT_EQ(status_of(exchange("GET /echo HTTP/1.1\r\nHos")), 408);
}

TEST_F(UnixServerTest, BodyThatStalls_Is408) {
    start(impatient());
    EXPECT_EQ(status_of(exchange(post_text("Content-Length: 5\r\n", "ab"))), 408);
}

TEST_F(UnixServerTest, RequestThatEndsHalfWay_Is400) {
    start();
    for (const std::string& text :
         {std::string("GET /echo HTTP/1.1\r\nHos"), post_text("Content-Length: 5\r\n", "ab"),
          post_text("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n")}) {
        auto client = connect();
        client.send(text);
        client.finish_sending();
        const auto answer = client.read_to_end();
        EXPECT_EQ(status_of(answer), 400) << answer;
        EXPECT_NE(answer.find("ended before it was whole"), std::string::npos) << answer;
    }
}

TEST_F(UnixServerTest, SilentClients_AreDroppedWithoutAWord) {
    start(impatient());
    EXPECT_EQ(exchange(""), "");
    auto client = connect();
    client.send(get_text("/echo"));
    EXPECT_EQ(status_of(client.read_response()), 200);
    EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(UnixServerTest, ClientThatLeavesHalfWay_IsForgotten) {
    net::UnixHttpOptions options;
    options.max_connections = 1;
    start(options);
    for (const std::string& text :
         {std::string("GET /ec"), post_text("Content-Length: 5\r\n", "ab"), std::string()}) {
        auto client = connect();
        client.send(text);
    }
    while (status_of(exchange(get_text("/echo", "Connection: close\r\n"))) != 200) {
    }
}

// Random bytes, and requests with random damage; a fixed seed, so that a failure can be repeated.
TEST_F(UnixServerTest, HostileBytes_NeverEndTheServer) {
    start();
    std::mt19937 random(20260101);
    const std::string good = post_text("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n") +
                             get_text("/echo/%41?x=%42");
    for (int i = 0; i < 1500; ++i) {
        std::string text = i % 2 == 0 ? good : std::string(random() % 300, ' ');
        const auto damages = i % 2 == 0 ? 1 + random() % 6 : text.size();
        for (std::size_t k = 0; k < damages; ++k) {
            const auto at = i % 2 == 0 ? random() % text.size() : k;
            text[at] = static_cast<char>(random());
        }
        auto client = connect();
        ASSERT_TRUE(client.connected());
        client.send(text);
    }
    while (status_of(exchange(get_text("/echo", "Connection: close\r\n"))) != 200) {
    }
}

}  // namespace net_test
