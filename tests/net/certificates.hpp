// Certificates made for one test run: an authority of its own and servers' identities, right or
// wrong on purpose.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

namespace net_test {

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeX509 {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using Certificate = std::unique_ptr<X509, FreeX509>;

// What a TLS server shows. PEM, unencrypted.
struct Identity {
    std::string certificate_pem;
    std::string key_pem;
};

enum class Validity { Now, Expired, NotYet };

struct CertificateSpec {
    std::string common_name{"test server"};
    // As in OpenSSL's configuration: "DNS:localhost,IP:127.0.0.1". Empty: no such extension.
    std::string subject_alternative_names;
    Validity validity{Validity::Now};
};

class CertificateAuthority {
  public:
    explicit CertificateAuthority(const std::string& name);

    [[nodiscard]] const std::string& certificate_pem() const { return certificate_pem_; }
    [[nodiscard]] Identity issue(const CertificateSpec& spec) const;

  private:
    Key key_;
    Certificate certificate_;
    std::string certificate_pem_;
};

// Signed by nobody but itself.
[[nodiscard]] Identity make_self_signed(const CertificateSpec& spec);

}  // namespace net_test
