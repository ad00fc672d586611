// Bodies that are handed on piece by piece as they arrive.
#include "tests/net/unix_fixture.hpp"

namespace net_test {
namespace {

using namespace std::chrono_literals;

const std::string kPostInPieces = "POST /pieces HTTP/1.1\r\nHost: cadenced\r\n";

net::UnixHttpOptions streaming() {
    net::UnixHttpOptions options;
    options.streams = [](const net::HttpRequest& request) { return request.method == "POST"; };
    options.max_streamed_bytes = 3'000'000;
    options.max_body_bytes = 10;
    return options;
}

std::string announced(const std::string& body) {
    return kPostInPieces + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(UnixServerTest, StreamedBody_ArrivesWholeAndTheConnectionGoesOn) {
    start(streaming());
    const RawClient client(path_);
    for (const std::size_t size : {0U, 1U, 3'000'000U}) {
        RawClient one(path_);
        one.send(announced(std::string(size, 'x')));
        EXPECT_EQ(body_of(one.read_response()), std::to_string(size));
        one.send(get_text("/echo"));
        EXPECT_EQ(status_of(one.read_response()), 200);
    }
}

TEST_F(UnixServerTest, StreamedBodyThatHasArrived_ComesInLargePieces) {
    start(streaming());
    RawClient client(path_);
    client.send("POST /late HTTP/1.1\r\nHost: cadenced\r\nContent-Length: 150000\r\n\r\n" +
                std::string(100'000, 'x'));
    let_go();
    const int size = std::stoi(body_of(client.read_response()));
    EXPECT_GT(size, 64 * 1024);
    EXPECT_LE(size, 128 * 1024);
}

TEST_F(UnixServerTest, StreamedChunksThatHaveArrived_ComeTogether) {
    start(streaming());
    RawClient client(path_);
    std::string chunks;
    for (int i = 0; i < 500; ++i) chunks += "64\r\n" + std::string(100, 'x') + "\r\n";
    client.send("POST /late HTTP/1.1\r\nHost: cadenced\r\nTransfer-Encoding: chunked\r\n\r\n" +
                chunks);
    let_go();
    EXPECT_GT(std::stoi(body_of(client.read_response())), 40'000);
}

TEST_F(UnixServerTest, StreamedChunks_ArriveWhole) {
    start(streaming());
    RawClient client(path_);
    client.send(kPostInPieces + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n");
    client.send("3\r\nfgh\r\n0\r\n\r\n");
    EXPECT_EQ(body_of(client.read_response()), "8");
}

TEST_F(UnixServerTest, StreamedBodyOverItsLimit_Is413OrAnError) {
    start(streaming());
    RawClient told(path_);
    told.send(kPostInPieces + "Content-Length: 3000001\r\n\r\n");
    EXPECT_EQ(status_of(told.read_response()), 413);
    RawClient untold(path_);
    untold.send(kPostInPieces + "Transfer-Encoding: chunked\r\n\r\n2dc6c0\r\n" +
                std::string(3'000'000, 'x') + "\r\n1\r\nx\r\n");
    EXPECT_EQ(body_of(untold.read_response()), "too_large after 3000000");
}

TEST_F(UnixServerTest, StreamedBodyThatStalls_TimesOut) {
    auto options = streaming();
    options.body_timeout = cadence::Duration{50};
    start(options);
    RawClient client(path_);
    client.send(kPostInPieces + "Content-Length: 10\r\n\r\nabc");
    EXPECT_EQ(body_of(client.read_response()), "timed_out after 3");
}

TEST_F(UnixServerTest, StreamedBodyThatGoesWrong_IsHandedOnUntilThen) {
    start(streaming());
    RawClient client(path_);
    client.send(kPostInPieces + "Transfer-Encoding: chunked\r\n\r\n11170\r\n" +
                std::string(70'000, 'x') + "\r\nzz\r\n");
    EXPECT_EQ(body_of(client.read_response()), "malformed after 70000");
}

TEST_F(UnixServerTest, StreamedBodyThatIsNoChunk_IsMalformed) {
    start(streaming());
    RawClient client(path_);
    client.send(kPostInPieces + "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    EXPECT_EQ(body_of(client.read_response()), "malformed after 0");
}

TEST_F(UnixServerTest, StreamedBodyLeftUnread_EndsTheConnectionAfterTheAnswer) {
    start(streaming());
    RawClient client(path_);
    client.send("POST /bored HTTP/1.1\r\nHost: cadenced\r\nContent-Length: 1000000\r\n\r\n" +
                std::string(500'000, 'x'));
    const auto answer = client.read_to_end();
    EXPECT_EQ(status_of(answer), 200);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(UnixServerTest, ClientThatGoesInAStreamedBody_LeavesTheServerAlive) {
    start(streaming());
    {
        const RawClient client(path_);
        client.send(kPostInPieces + "Content-Length: 10\r\n\r\nabc");
    }
    EXPECT_EQ(status_of(exchange(get_text("/echo", "Connection: close\r\n"))), 200);
}

TEST_F(UnixServerTest, ExpectBeforeAStreamedBody_IsToldToGoOn) {
    start(streaming());
    RawClient client(path_);
    client.send(kPostInPieces + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(status_of(client.read_response()), 100);
    client.send("abc");
    EXPECT_EQ(body_of(client.read_response()), "3");
}

}  // namespace
}  // namespace net_test
