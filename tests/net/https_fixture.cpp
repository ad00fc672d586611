#include "tests/net/https_fixture.hpp"

#include <fstream>

namespace net_test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

const CertificateAuthority& authority() {
    static const CertificateAuthority kAuthority("the test run's authority");
    return kAuthority;
}

Identity good_identity() {
    static const Identity kIdentity =
        authority().issue({"server", "DNS:localhost,IP:127.0.0.1", Validity::Now});
    return kIdentity;
}

net::Deadline within(std::chrono::milliseconds limit) {
    return std::chrono::steady_clock::now() + limit;
}

net::HttpsRequest plain_get() {
    net::HttpsRequest request;
    request.target = "/";
    return request;
}

asio::awaitable<net::HttpsOutcome> call(net::HttpsPool& pool, net::HttpsRequest request,
                                        net::Deadline deadline) {
    auto lease = co_await pool.acquire(deadline);
    if (!lease) {
        net::HttpsOutcome outcome;
        outcome.error = lease.error();
        co_return outcome;
    }
    auto outcome = co_await lease->request(std::move(request), deadline);
    co_return outcome;
}

HttpsTest::HttpsTest() {
    std::string pattern = testing::TempDir() + "cadenced-https-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
}

HttpsTest::~HttpsTest() {
    pool_.reset();
    std::filesystem::remove_all(folder_);
}

std::string HttpsTest::write_file(const std::string& name, const std::string& text) {
    const auto path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
}

void HttpsTest::start(TlsServerOptions options, Script script, const std::string& host,
                      std::size_t max_connections) {
    pool_.reset();
    server_ = std::make_unique<TlsTestServer>(std::move(options), std::move(script));
    net::HttpsOptions wanted;
    wanted.host = host;
    wanted.port = server_->port();
    wanted.ca_file = write_file("ca.pem", authority().certificate_pem());
    wanted.max_connections = max_connections;
    auto pool = net::make_https_pool(io_.get_executor(), wanted);
    ASSERT_TRUE(pool) << pool.error().detail;
    pool_ = std::move(*pool);
}

net::HttpsOutcome HttpsTest::get() { return get_within(10s); }

net::HttpsOutcome HttpsTest::get_within(std::chrono::milliseconds limit) {
    return run(io_, call(*pool_, plain_get(), within(limit)));
}

cadence::Result<net::HttpsLease> HttpsTest::acquire() {
    return run(io_, pool_->acquire(within(10s)));
}

}  // namespace net_test
