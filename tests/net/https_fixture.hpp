// A pool whose only trust anchor is an authority made for the test, and what is needed to call it.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "net/https_pool.hpp"
#include "tests/net/run.hpp"
#include "tests/net/tls_test_server.hpp"

namespace net_test {

// One authority for the whole program: keys are the slow part.
[[nodiscard]] const CertificateAuthority& authority();

// Valid for localhost and 127.0.0.1.
[[nodiscard]] Identity good_identity();

[[nodiscard]] net::Deadline within(std::chrono::milliseconds limit);

// GET / with nothing special about it.
[[nodiscard]] net::HttpsRequest plain_get();

// Acquires, requests, gives back. The error of a failed acquire becomes the outcome's.
[[nodiscard]] boost::asio::awaitable<net::HttpsOutcome> call(net::HttpsPool& pool,
                                                             net::HttpsRequest request,
                                                             net::Deadline deadline);

class HttpsTest : public testing::Test {
  protected:
    HttpsTest();
    ~HttpsTest() override;

    // Replaces the server and the pool; the pool connects to `host` at the server's port.
    void start(TlsServerOptions options, Script script, const std::string& host = "localhost",
               std::size_t max_connections = 4);
    void start(Script script) { start({good_identity()}, std::move(script)); }

    [[nodiscard]] net::HttpsOutcome get();
    [[nodiscard]] net::HttpsOutcome get_within(std::chrono::milliseconds limit);
    [[nodiscard]] cadence::Result<net::HttpsLease> acquire();
    [[nodiscard]] std::string write_file(const std::string& name, const std::string& text);

    boost::asio::io_context io_;
    std::filesystem::path folder_;
    std::unique_ptr<TlsTestServer> server_;
    std::unique_ptr<net::HttpsPool> pool_;  // goes first: the server's threads wait for its clients
};

}  // namespace net_test
