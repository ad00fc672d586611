#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace net {

namespace ssl = boost::asio::ssl;
using cadence::ErrorCode;
using cadence::fail;
using cadence::Result;

namespace {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};

tl::unexpected<cadence::Error> fail_ca(const std::string& ca_file, const std::string& why) {
    return fail(ErrorCode::Configuration,
                "ca_file " + ca_file + ": " + why +
                    "; it must be a readable PEM file with at least one certificate",
                "ca_file");
}

bool at_end_of_pem() {
    const auto code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

Result<void> add_anchors(X509_STORE* store, const std::string& ca_file) {
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(ca_file.c_str(), "re"));
    if (!file) return fail_ca(ca_file, std::generic_category().message(errno));
    std::size_t added = 0;
    ERR_clear_error();
    while (true) {
        const std::unique_ptr<X509, FreeCertificate> certificate(
            PEM_read_X509(file.get(), nullptr, nullptr, nullptr));
        if (!certificate) break;
        X509_STORE_add_cert(store, certificate.get());
        ++added;
    }
    const bool ended = at_end_of_pem();
    ERR_clear_error();
    // fread of a directory fails only now.
    if (std::ferror(file.get()) != 0) return fail_ca(ca_file, "cannot be read");
    if (!ended)
        return fail_ca(ca_file, "its certificate no. " + std::to_string(added + 1) + " is damaged");
    if (added == 0) return fail_ca(ca_file, "holds no certificate");
    return {};
}

Result<void> trust(ssl::context& context, const std::string& ca_file) {
    if (ca_file.empty()) {
        boost::system::error_code error;
        context.set_default_verify_paths(error);
        if (!error) return {};
        return fail(ErrorCode::Configuration,
                    "cannot load the system's trust anchors: " + error.message());
    }
    X509_STORE* store = SSL_CTX_get_cert_store(context.native_handle());
    // Whoever names an intermediate certificate as an anchor means it.
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    return add_anchors(store, ca_file);
}

bool is_ip_literal(const std::string& host) {
    boost::system::error_code error;
    boost::asio::ip::make_address(host, error);
    return !error;
}

bool expect_name(SSL* tls, const std::string& host) {
    SSL_set_hostflags(tls,
                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(tls, host.c_str()) == 1 &&
           SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char*>(host.c_str())) == 1;
}

}  // namespace

Result<ssl::context> make_tls_context(const std::string& ca_file) {
    ssl::context context(ssl::context::tls_client);
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    context.set_verify_mode(ssl::verify_peer);
    constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    SSL_CTX_set_alpn_protos(native, kAlpn.data(), kAlpn.size());
    if (auto trusted = trust(context, ca_file); !trusted) return tl::unexpected(trusted.error());
    return context;
}

Result<void> expect_peer(SSL* tls, const std::string& host) {
    const bool accepted =
        is_ip_literal(host) ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str()) == 1
                            : expect_name(tls, host);
    ERR_clear_error();
    if (accepted) return {};
    return fail(ErrorCode::Configuration, "'" + host + "' cannot be the name of a TLS server");
}

std::string verification_failure(const SSL* tls) {
    const long result = SSL_get_verify_result(tls);
    return result == X509_V_OK ? std::string() : X509_verify_cert_error_string(result);
}

}  // namespace net
