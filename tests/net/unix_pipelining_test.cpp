// Requests that are sent before the answer to the one before: never served, never half begun, and
// the answer that is there arrives whole. Whoever waits is served for ever.
#include "tests/net/unix_fixture.hpp"

namespace net_test {
namespace {

const std::string kPost = "POST /echo/2 HTTP/1.1\r\nHost: cadenced\r\n";

bool says_close(const std::string& response) {
    return response.find("Connection: close\r\n") != std::string::npos;
}

class Pipelining : public UnixServerTest {
  protected:
    // Sends all at once, and expects one answer that ends the connection.
    void expect_one_answer(const std::string& bytes, const std::string& body) {
        const int before = handled_;
        const auto answer = exchange(bytes);
        EXPECT_EQ(status_of(answer), 200) << answer;
        EXPECT_EQ(body_of(answer), body);
        EXPECT_TRUE(says_close(answer)) << answer;
        EXPECT_EQ(handled_ - before, 1);
    }
};

TEST_F(Pipelining, SecondRequestBehindAFirst_IsNotServed) {
    start();
    const auto next = get_text("/echo/next");
    expect_one_answer(get_text("/echo/1") + next, "GET [echo] [1]");
    expect_one_answer(get_text("/echo/1") + "G", "GET [echo] [1]");
    expect_one_answer(get_text("/echo/1") + "\r\n" + next, "GET [echo] [1]");
    expect_one_answer(get_text("/echo/1") + "nonsense", "GET [echo] [1]");
    expect_one_answer(kPost + "Content-Length: 4\r\n\r\nbody" + next, "POST [echo] [2] body");
    expect_one_answer(kPost + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" + next,
                      "POST [echo] [2] body");
}

TEST_F(Pipelining, SecondRequestBehindAStreamedBody_IsNotServed) {
    net::UnixHttpOptions options;
    options.streams = [](const net::HttpRequest& request) { return request.method == "POST"; };
    start(options);
    const auto next = get_text("/echo/next");
    expect_one_answer(kPost + "Content-Length: 4\r\n\r\nbody" + next, "4");
    expect_one_answer(kPost + "Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" + next,
                      "4");
}

TEST_F(Pipelining, SecondRequestBehindABodyThatWasWaitedFor_IsNotServed) {
    start();
    auto client = connect();
    client.send(kPost + "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_response(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("body" + get_text("/echo/next"));
    const auto answer = client.read_to_end();
    EXPECT_EQ(body_of(answer), "POST [echo] [2] body");
    EXPECT_TRUE(says_close(answer));
    EXPECT_EQ(handled_, 1);
}

TEST_F(Pipelining, RequestThatComesWhileTheFirstIsHandled_IsNotServed) {
    start();
    auto client = connect();
    client.send(get_text("/hang"));
    while (hanging_ < 1) std::this_thread::yield();
    client.send(get_text("/echo/next"));
    let_go();
    const auto answer = client.read_to_end();
    EXPECT_EQ(body_of(answer), "let go");
    EXPECT_TRUE(says_close(answer));
    EXPECT_EQ(handled_, 1);
}

TEST_F(Pipelining, MuchSentAhead_StillGetsTheWholeAnswer) {
    start();
    std::string much = get_text("/echo/1");
    while (much.size() < 2'000'000) much += get_text("/echo/next");
    expect_one_answer(much, "GET [echo] [1]");
}

TEST_F(Pipelining, EmptyLinesAroundRequests_AreNoRequest) {
    start();
    auto client = connect();
    client.send("\r\n\r\n" + kPost + "Content-Length: 4\r\n\r\nbody\r\n");
    const auto first = client.read_response();
    EXPECT_EQ(body_of(first), "POST [echo] [2] body");
    EXPECT_FALSE(says_close(first));
    client.send(get_text("/echo/3") + "\r");
    const auto second = client.read_response();
    EXPECT_EQ(body_of(second), "GET [echo] [3]");
    EXPECT_FALSE(says_close(second));
    client.send("\n" + get_text("/echo/4"));
    EXPECT_EQ(body_of(client.read_response()), "GET [echo] [4]");
}

TEST_F(Pipelining, EmptyLinesWithoutEnd_AreNoRequestEither) {
    net::UnixHttpOptions options;
    options.header_timeout = cadence::Duration{50};
    start(options);
    auto client = connect();
    client.send("\r\n\r\n\r\n");
    EXPECT_EQ(client.read_to_end(), "") << "closed when the time is up, as one that says nothing";
}

TEST_F(Pipelining, ClientThatWaits_IsServedRequestAfterRequest) {
    start();
    auto client = connect();
    for (int i = 0; i < 3'000; ++i) {
        client.send(kPost + "Content-Length: 4\r\n\r\nbody");
        const auto answer = client.read_response();
        ASSERT_EQ(body_of(answer), "POST [echo] [2] body") << i;
        ASSERT_FALSE(says_close(answer));
    }
}

TEST_F(Pipelining, ClientThatHasNoMoreToSay_GetsItsAnswer) {
    start();
    auto client = connect();
    client.send(get_text("/hang"));
    client.finish_sending();
    while (hanging_ < 1) std::this_thread::yield();
    let_go();
    EXPECT_EQ(body_of(client.read_to_end()), "let go");
}

}  // namespace
}  // namespace net_test
