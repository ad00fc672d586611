// Which connection a request goes out on, who gets it, and what cancelling means.
#include "net/https_pool.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/net/https_fixture.hpp"

namespace net_test {

namespace asio = boost::asio;
using cadence::ErrorCode;
using namespace std::chrono_literals;

namespace {

void answer_for_ever(TlsPeer& peer) {
    while (!peer.read_request().empty()) peer.write(to_response("200 OK", "hello"));
}

asio::awaitable<void> acquire_and_note(net::HttpsPool& pool, int who, std::vector<int>& order) {
    auto lease = co_await pool.acquire(within(10s));
    EXPECT_TRUE(lease);
    order.push_back(who);
    const auto outcome = co_await lease->request(plain_get(), within(10s));
    EXPECT_TRUE(outcome.response);
}

// What a coroutine that is cancelled still says.
template <class T>
class Cancellable {
  public:
    Cancellable(asio::io_context& io, asio::awaitable<T> operation) : io_(io) {
        asio::co_spawn(io, store(std::move(operation), result_),
                       asio::bind_cancellation_slot(signal_.slot(),
                                                    [this](std::exception_ptr) { done_ = true; }));
    }
    T cancel() {
        signal_.emit(asio::cancellation_type::terminal);
        io_.restart();
        while (!done_) io_.run_one();
        return std::move(*result_);
    }
    template <class Condition>
    void run_until(Condition reached) {
        io_.restart();
        while (!reached()) io_.run_one_for(10ms);
    }

  private:
    asio::io_context& io_;
    asio::cancellation_signal signal_;
    std::optional<T> result_;
    bool done_{false};
};

}  // namespace

TEST_F(HttpsTest, ConnectionThatAnsweredWithinTheLastSecond_IsUsedAgain) {
    start(answer_for_ever);
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(get().response);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpsTest, ConnectionThatAnsweredASecondAgo_IsNotUsed) {
    start(answer_for_ever);
    auto lease = acquire();
    ASSERT_TRUE(lease);
    EXPECT_TRUE(run(io_, lease->request(plain_get(), within(10s))).response);
    EXPECT_TRUE(lease->ready());
    while (lease->ready()) io_.run_one_for(20ms);
    const auto late = run(io_, lease->request(plain_get(), within(10s)));
    EXPECT_EQ(late.error.code, ErrorCode::CannotConnect);
    EXPECT_FALSE(late.bytes_sent);
    EXPECT_TRUE(get().response);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpsTest, ConnectionNotUsedYet_OutlastsASlowCommit) {
    start(answer_for_ever);
    auto lease = acquire();
    ASSERT_TRUE(lease);
    io_.run_for(2s);
    EXPECT_TRUE(lease->ready());
    EXPECT_TRUE(run(io_, lease->request(plain_get(), within(10s))).response);
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpsTest, ResponseThatSaysClose_EndsTheConnection) {
    start([](TlsPeer& peer) {
        while (!peer.read_request().empty()) {
            peer.write(to_response("200 OK", "x", "Connection: close\r\n"));
        }
    });
    EXPECT_TRUE(get().response);
    EXPECT_TRUE(get().response);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpsTest, Http10Response_EndsTheConnection) {
    start([](TlsPeer& peer) {
        if (!peer.read_request().empty()) {
            peer.write("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
        }
        peer.hold();
    });
    EXPECT_TRUE(get().response);
    EXPECT_TRUE(get().response);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpsTest, BytesAfterTheResponse_EndTheConnection) {
    start([](TlsPeer& peer) {
        if (!peer.read_request().empty()) peer.write(to_response("200 OK", "x") + "HTTP/1.1 200");
        peer.hold();
    });
    EXPECT_TRUE(get().response);
    EXPECT_TRUE(get().response);
    EXPECT_EQ(server_->connections(), 2U);
}

TEST_F(HttpsTest, ServerThatClosesWhileIdle_IsNoticedBeforeTheWrite) {
    start([](TlsPeer& peer) {
        if (!peer.read_request().empty()) peer.write(to_response("200 OK", "x"));
    });
    auto lease = acquire();
    ASSERT_TRUE(lease);
    const auto first = run(io_, lease->request(plain_get(), within(10s)));
    ASSERT_TRUE(first.response);
    while (lease->ready()) io_.run_one_for(5ms);
    const auto second = run(io_, lease->request(plain_get(), within(10s)));
    EXPECT_FALSE(second.bytes_sent);
    EXPECT_LT(first.elapsed, 900ms);
}

TEST_F(HttpsTest, OneConnection_IsHandedOnFirstComeFirstServed) {
    start({good_identity()}, answer_for_ever, "localhost", 1);
    std::vector<int> order;
    int running = 0;
    for (int who = 0; who < 6; ++who) {
        ++running;
        asio::co_spawn(io_, acquire_and_note(*pool_, who, order),
                       [&running](std::exception_ptr) { --running; });
    }
    while (running > 0) io_.run_one();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(server_->connections(), 1U);
}

TEST_F(HttpsTest, NoSlotInTime_IsCrowded) {
    start({good_identity()}, answer_for_ever, "localhost", 1);
    const auto held = acquire();
    ASSERT_TRUE(held);
    const auto outcome = get_within(50ms);
    EXPECT_EQ(outcome.error.code, ErrorCode::Crowded);
    EXPECT_FALSE(outcome.bytes_sent);
}

TEST_F(HttpsTest, LeaseGivenBack_FreesItsSlotEvenWhenTheConnectionIsDead) {
    start(
        {good_identity()}, [](TlsPeer&) {}, "localhost", 1);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(get().response);
    EXPECT_EQ(server_->connections(), 3U);
}

TEST_F(HttpsTest, CancelledWhileWaitingForTheResponse_SaysThatBytesWereSent) {
    start([](TlsPeer& peer) { peer.hold(); });
    Cancellable<net::HttpsOutcome> request(io_, call(*pool_, plain_get(), within(10s)));
    request.run_until([this] { return server_->application_bytes() > 0; });
    const auto outcome = request.cancel();
    EXPECT_EQ(outcome.error.code, ErrorCode::Cancelled);
    EXPECT_TRUE(outcome.bytes_sent);
    EXPECT_FALSE(outcome.response);
}

TEST_F(HttpsTest, CancelledInTheHandshake_SaysThatNothingWasSent) {
    start({good_identity(), BeforeTls::Hold}, answer_for_ever);
    Cancellable<net::HttpsOutcome> request(io_, call(*pool_, plain_get(), within(10s)));
    request.run_until([this] { return server_->connections() > 0; });
    const auto outcome = request.cancel();
    EXPECT_EQ(outcome.error.code, ErrorCode::Cancelled);
    EXPECT_FALSE(outcome.bytes_sent);
}

TEST_F(HttpsTest, CancelledWhileWaitingForASlot_LeavesTheQueue) {
    start({good_identity()}, answer_for_ever, "localhost", 1);
    auto held = acquire();
    ASSERT_TRUE(held);
    Cancellable<net::HttpsOutcome> request(io_, call(*pool_, plain_get(), within(10s)));
    io_.restart();
    io_.poll();
    EXPECT_EQ(request.cancel().error.code, ErrorCode::Cancelled);
    held = cadence::fail(ErrorCode::Internal, "given back");
    EXPECT_TRUE(get().response);
}

TEST_F(HttpsTest, PoolDestroyed_ReleasesWhoWaitsAndLeavesLeasesUsable) {
    start({good_identity()}, answer_for_ever, "localhost", 1);
    auto held = acquire();
    ASSERT_TRUE(held);
    Cancellable<net::HttpsOutcome> waiting(io_, call(*pool_, plain_get(), within(10s)));
    io_.restart();
    io_.poll();
    pool_.reset();
    EXPECT_EQ(waiting.cancel().error.code, ErrorCode::Cancelled);
    EXPECT_TRUE(run(io_, held->request(plain_get(), within(10s))).response);
}

}  // namespace net_test
