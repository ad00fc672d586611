// Who is talked to, and that nobody else sees a byte.
#include <filesystem>

#include "tests/net/https_fixture.hpp"

namespace net_test {

using cadence::ErrorCode;
using namespace std::chrono_literals;

namespace {

void answer_ok(TlsPeer& peer) {
    if (!peer.read_request().empty()) peer.write(to_response("200 OK", peer.server_name()));
    peer.hold();
}

struct BadIdentity {
    const char* name;
    Identity (*make)();
    const char* host;
};

class HttpsBadIdentity : public HttpsTest, public testing::WithParamInterface<BadIdentity> {};

Identity issue(const CertificateSpec& spec) { return authority().issue(spec); }

const BadIdentity kBadIdentities[] = {
    {"OtherName",
     [] {
         return issue({"localhost", "DNS:elsewhere.test"});
     },
     "localhost"},
    {"CommonNameOnly",
     [] {
         return issue({"localhost", ""});
     },
     "localhost"},
    {"PartialWildcard",
     [] {
         return issue({"x", "DNS:local*"});
     },
     "localhost"},
    {"Expired",
     [] {
         return issue({"x", "DNS:localhost", Validity::Expired});
     },
     "localhost"},
    {"NotYetValid",
     [] {
         return issue({"x", "DNS:localhost", Validity::NotYet});
     },
     "localhost"},
    {"SelfSigned",
     [] {
         return make_self_signed({"x", "DNS:localhost"});
     },
     "localhost"},
    {"OtherAuthority",
     [] {
         return CertificateAuthority("another").issue({"x", "DNS:localhost"});
     },
     "localhost"},
    {"AddressNotNamed",
     [] {
         return issue({"127.0.0.1", "DNS:localhost"});
     },
     "127.0.0.1"},
    {"AddressAsName",
     [] {
         return issue({"x", "DNS:127.0.0.1"});
     },
     "127.0.0.1"},
    {"OtherAddress",
     [] {
         return issue({"x", "IP:127.0.0.2"});
     },
     "127.0.0.1"},
};

}  // namespace

TEST_P(HttpsBadIdentity, Request_IsRefusedBeforeTheFirstByte) {
    start({GetParam().make()}, answer_ok, GetParam().host);
    const auto outcome = get();
    EXPECT_FALSE(outcome.response);
    EXPECT_EQ(outcome.error.code, ErrorCode::CannotConnect) << outcome.error.detail;
    EXPECT_FALSE(outcome.bytes_sent);
    pool_.reset();
    EXPECT_EQ(server_->connections(), 1U);
    const auto* server = server_.get();
    EXPECT_EQ(server->application_bytes(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Certificates, HttpsBadIdentity, testing::ValuesIn(kBadIdentities),
                         [](const auto& one) { return std::string(one.param.name); });

TEST_F(HttpsTest, NamedServer_IsToldItsNameAndTrusted) {
    start(answer_ok);
    const auto outcome = get();
    ASSERT_TRUE(outcome.response) << outcome.error.detail;
    EXPECT_EQ(outcome.response->body, "localhost");
}

TEST_F(HttpsTest, WildcardCertificate_DoesNotCoverTheBareName) {
    start({authority().issue({"x", "DNS:*.localhost"})}, answer_ok, "localhost");
    EXPECT_FALSE(get().response);
}

TEST_F(HttpsTest, AddressInTheCertificate_IsTrustedAndNotSentAsAName) {
    start({good_identity()}, answer_ok, "127.0.0.1");
    const auto outcome = get();
    ASSERT_TRUE(outcome.response) << outcome.error.detail;
    EXPECT_EQ(outcome.response->body, "");
}

TEST_F(HttpsTest, ServerWithTls11Only_IsRefused) {
    start({good_identity(), BeforeTls::Proceed, TLS1_1_VERSION}, answer_ok);
    const auto outcome = get();
    EXPECT_EQ(outcome.error.code, ErrorCode::CannotConnect);
    EXPECT_EQ(server_->application_bytes(), 0U);
}

TEST_F(HttpsTest, ServerWithTls12Only_IsServed) {
    start({good_identity(), BeforeTls::Proceed, TLS1_2_VERSION}, answer_ok);
    EXPECT_TRUE(get().response);
}

TEST_F(HttpsTest, ConnectionDroppedAtOnce_IsCannotConnect) {
    start({good_identity(), BeforeTls::Drop}, answer_ok);
    const auto outcome = get();
    EXPECT_EQ(outcome.error.code, ErrorCode::CannotConnect);
    EXPECT_FALSE(outcome.bytes_sent);
}

TEST_F(HttpsTest, HandshakeThatNeverEnds_IsTimedOutWithNothingSent) {
    start({good_identity(), BeforeTls::Hold}, answer_ok);
    const auto outcome = get_within(100ms);
    EXPECT_EQ(outcome.error.code, ErrorCode::TimedOut);
    EXPECT_FALSE(outcome.bytes_sent);
}

TEST_F(HttpsTest, NobodyListens_IsCannotConnect) {
    start(answer_ok);
    server_.reset();
    EXPECT_EQ(get().error.code, ErrorCode::CannotConnect);
}

TEST_F(HttpsTest, UnusableCaFile_IsAConfigurationErrorThatNamesIt) {
    auto damaged = authority().certificate_pem();
    damaged[damaged.size() / 2] = '!';
    const std::pair<std::string, std::string> cases[] = {
        {(folder_ / "absent.pem").string(), "No such file"},
        {folder_.string(), "cannot be read"},
        {write_file("empty.pem", ""), "holds no certificate"},
        {write_file("text.pem", "not a certificate\n"), "holds no certificate"},
        {write_file("key.pem", good_identity().key_pem), "holds no certificate"},
        {write_file("damaged.pem", damaged), "no. 1 is damaged"},
        {write_file("second.pem", authority().certificate_pem() + damaged), "no. 2 is damaged"},
    };
    for (const auto& [ca_file, reason] : cases) {
        net::HttpsOptions options;
        options.host = "localhost";
        options.ca_file = ca_file;
        const auto pool = net::make_https_pool(io_.get_executor(), options);
        ASSERT_FALSE(pool) << ca_file;
        EXPECT_EQ(pool.error().code, ErrorCode::Configuration);
        EXPECT_NE(pool.error().detail.find(ca_file), std::string::npos);
        EXPECT_NE(pool.error().detail.find(reason), std::string::npos) << pool.error().detail;
    }
}

TEST_F(HttpsTest, SystemTrust_IsUsedWithoutCaFileAndDoesNotKnowTheTestsAuthority) {
    start(answer_ok);
    net::HttpsOptions options;
    options.host = "localhost";
    options.port = server_->port();
    auto pool = net::make_https_pool(io_.get_executor(), options);
    ASSERT_TRUE(pool);
    const auto outcome = run(io_, call(**pool, plain_get(), within(10s)));
    EXPECT_EQ(outcome.error.code, ErrorCode::CannotConnect);
    EXPECT_EQ(server_->application_bytes(), 0U);
}

}  // namespace net_test
