// What becomes of a request once it may have left: every way in which an answer can be good, bad,
// half or absent.
#include "tests/net/https_fixture.hpp"

namespace net_test {

using cadence::ErrorCode;
using cadence::Secret;
using namespace std::chrono_literals;

namespace {

// Reads one request, says exactly these bytes, breaks the connection.
Script say(std::string bytes) {
    return [bytes = std::move(bytes)](TlsPeer& peer) {
        if (!peer.read_request().empty()) peer.write(bytes);
    };
}

void expect_no_answer(const net::HttpsOutcome& outcome, ErrorCode code) {
    EXPECT_FALSE(outcome.response);
    EXPECT_EQ(outcome.error.code, code) << outcome.error.detail;
    EXPECT_TRUE(outcome.bytes_sent);
}

void expect_cut_answer(const net::HttpsOutcome& outcome, int status) {
    ASSERT_TRUE(outcome.response) << outcome.error.detail;
    EXPECT_EQ(outcome.response->status, status);
    EXPECT_FALSE(outcome.response->body_complete);
    EXPECT_TRUE(outcome.bytes_sent);
}

}  // namespace

TEST_F(HttpsTest, Post_CarriesHeadersSecretsAndBody) {
    start([](TlsPeer& peer) { peer.write(to_response("201 Created", peer.read_request())); });
    net::HttpsRequest request;
    request.method = "POST";
    request.target = "/action?x=1";
    request.headers = {{"Authorization", Secret("Bearer something")}};
    request.body = "{}";
    const auto outcome = run(io_, call(*pool_, request, within(10s)));
    ASSERT_TRUE(outcome.response) << outcome.error.detail;
    EXPECT_EQ(outcome.response->status, 201);
    EXPECT_TRUE(outcome.response->body_complete);
    EXPECT_TRUE(outcome.bytes_sent);
    const auto port = std::to_string(server_->port());
    EXPECT_EQ(outcome.response->body, "POST /action?x=1 HTTP/1.1\r\nHost: localhost:" + port +
                                          "\r\nUser-Agent: cadenced\r\n"
                                          "Authorization: Bearer something\r\n"
                                          "Content-Length: 2\r\n\r\n{}");
}

TEST_F(HttpsTest, ResponseHeaders_AreFoundByLowerCaseName) {
    start(say(to_response("429 Slow", "", "Retry-After: 7\r\nDATE: today\r\n")));
    const auto outcome = get();
    ASSERT_TRUE(outcome.response);
    EXPECT_EQ(outcome.response->headers.find("retry-after"), "7");
    EXPECT_EQ(outcome.response->headers.find("date"), "today");
    EXPECT_EQ(outcome.response->headers.find("absent"), std::nullopt);
}

TEST_F(HttpsTest, Redirect_IsReturnedAndNotFollowed) {
    const auto port = [this] { return std::to_string(server_->port()); };
    start([port](TlsPeer& peer) {
        if (peer.read_request().empty()) return;
        peer.write(to_response("302 Found", "", "Location: https://localhost:" + port() + "/\r\n"));
    });
    const auto outcome = get();
    ASSERT_TRUE(outcome.response);
    EXPECT_EQ(outcome.response->status, 302);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpsTest, InterimResponses_AreSkipped) {
    start(say("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
              to_response("200 OK", "done")));
    const auto outcome = get();
    ASSERT_TRUE(outcome.response) << outcome.error.detail;
    EXPECT_EQ(outcome.response->body, "done");
}

TEST_F(HttpsTest, ConnectionClosedAfterTheRequest_IsInterrupted) {
    start(say(""));
    expect_no_answer(get(), ErrorCode::Interrupted);
}

TEST_F(HttpsTest, ConnectionClosedInTheStatusLine_IsInterrupted) {
    start(say("HTTP/1.1 20"));
    expect_no_answer(get(), ErrorCode::Interrupted);
}

TEST_F(HttpsTest, ConnectionClosedInTheHeaders_IsInterrupted) {
    start(say("HTTP/1.1 200 OK\r\nContent-Le"));
    expect_no_answer(get(), ErrorCode::Interrupted);
}

TEST_F(HttpsTest, UnreadableStatusLine_IsMalformed) {
    start(say("hello there, this is no HTTP\r\n\r\n"));
    expect_no_answer(get(), ErrorCode::Malformed);
}

TEST_F(HttpsTest, HeadersOver64KiB_AreMalformed) {
    start(say("HTTP/1.1 200 OK\r\nX: " + std::string(80 * 1024, 'x') + "\r\n\r\n"));
    expect_no_answer(get(), ErrorCode::Malformed);
}

TEST_F(HttpsTest, NoAnswerInTime_IsTimedOut) {
    start([](TlsPeer& peer) { peer.hold(); });
    const auto outcome = get_within(150ms);
    expect_no_answer(outcome, ErrorCode::TimedOut);
    EXPECT_GE(outcome.elapsed, 1ms);
    EXPECT_LE(outcome.elapsed, 5s);
}

TEST_F(HttpsTest, BodyCut_IsAResponseAllTheSame) {
    start(say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
    expect_cut_answer(get(), 200);
}

TEST_F(HttpsTest, BodyThatStalls_IsAResponseAllTheSame) {
    start([](TlsPeer& peer) {
        if (peer.read_request().empty()) return;
        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        peer.hold();
    });
    expect_cut_answer(get_within(300ms), 200);
}

TEST_F(HttpsTest, GarbageChunks_AreAResponseAllTheSame) {
    start(say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nbroken"));
    expect_cut_answer(get(), 200);
}

TEST_F(HttpsTest, AnnouncedBodyOver1MiB_IsAResponseWithoutIt) {
    start(say("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nx"));
    expect_cut_answer(get(), 200);
}

TEST_F(HttpsTest, UnannouncedBodyOver1MiB_IsAResponseWithoutIt) {
    start(say("HTTP/1.1 200 OK\r\n\r\n" + std::string(1024 * 1024 + 1, 'x')));
    expect_cut_answer(get(), 200);
}

TEST_F(HttpsTest, BodyOf1MiB_IsRead) {
    start(say(to_response("200 OK", std::string(1024 * 1024, 'x'))));
    const auto outcome = get();
    ASSERT_TRUE(outcome.response);
    EXPECT_TRUE(outcome.response->body_complete);
    EXPECT_EQ(outcome.response->body.size(), 1024U * 1024U);
}

TEST_F(HttpsTest, ChunkedBody_IsPutTogether) {
    start(say(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));
    const auto outcome = get();
    ASSERT_TRUE(outcome.response);
    EXPECT_EQ(outcome.response->body, "abcde");
    EXPECT_TRUE(outcome.response->body_complete);
}

TEST_F(HttpsTest, RequestThatWouldBreakItsLines_IsRefusedUnsent) {
    start(say(to_response("200 OK", "")));
    auto injected = plain_get();
    injected.headers = {{"X-Token", Secret("abc\r\nX-Evil: 1")}};
    auto target = plain_get();
    target.target = "/a b";
    auto reserved = plain_get();
    reserved.headers = {{"Content-Length", Secret("5")}};
    for (const auto& request : {injected, target, reserved}) {
        const auto outcome = run(io_, call(*pool_, request, within(10s)));
        EXPECT_EQ(outcome.error.code, ErrorCode::InvalidArgument);
        EXPECT_FALSE(outcome.bytes_sent);
        EXPECT_EQ(outcome.error.detail.find("abc"), std::string::npos);
    }
    EXPECT_EQ(server_->application_bytes(), 0U);
}

}  // namespace net_test
