// A socket server on a thread of its own, and clients that say exactly the bytes they are given.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "net/unix_http_server.hpp"

namespace net_test {

// One blocking connection. Reading gives up after ten seconds, with what has come by then.
class RawClient {
  public:
    explicit RawClient(const std::string& path);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient(RawClient&& other) noexcept;
    RawClient& operator=(RawClient&&) = delete;
    ~RawClient();

    [[nodiscard]] bool connected() const { return socket_ >= 0; }
    void send(std::string_view bytes) const;
    void finish_sending() const;  // and go on reading
    // Headers and a body with Content-Length.
    [[nodiscard]] std::string read_response();
    [[nodiscard]] std::string read_to_end();
    [[nodiscard]] std::string read_until(std::string_view mark);  // which is read, too

  private:
    bool read_more();

    int socket_{-1};
    std::string buffer_;
};

// The status of a response, or 0.
[[nodiscard]] int status_of(const std::string& response);
[[nodiscard]] std::string body_of(const std::string& response);

// A GET of `target` as a well-behaved client sends it, with more header lines.
[[nodiscard]] std::string get_text(const std::string& target, const std::string& headers = "");

class UnixServerTest : public testing::Test {
  protected:
    UnixServerTest();
    ~UnixServerTest() override;

    // The handler: /echo describes the request, /size counts the body, /throw throws, /stream
    // streams three pieces, /break throws in a stream, /bored reads one piece of a streamed body,
    // /hang waits until it is let go or cancelled.
    void start(net::UnixHttpOptions options = {});
    void stop();         // and waits for run() to return
    void cancel();       // likewise
    void emit_cancel();  // on the server's thread
    void let_go();       // ends every /hang
    [[nodiscard]] RawClient connect() const { return RawClient(path_); }
    [[nodiscard]] std::string exchange(std::string_view bytes) const;

    std::filesystem::path folder_;
    std::string path_;
    boost::asio::io_context io_;
    std::unique_ptr<net::UnixHttpServer> server_;
    std::atomic<int> hanging_{0};
    std::atomic<int> handled_{0};  // requests that reached the handler
    std::atomic<int> stop_asked_{0};

  private:
    [[nodiscard]] boost::asio::awaitable<net::HttpReply> handle(net::HttpRequest request);
    [[nodiscard]] boost::asio::awaitable<net::HttpReply> hang();
    void join();

    boost::asio::cancellation_signal signal_;
    std::atomic<bool> go_{false};
    std::thread thread_;
};

}  // namespace net_test
