#include "tests/net/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace net_test {

namespace {

constexpr long kDay = 24 * 60 * 60;

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("making a certificate: ") + what);
}

Key make_key() {
    Key key(EVP_EC_gen("P-256"));
    require(key != nullptr, "key");
    return key;
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
    require(extension != nullptr, "extension");
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

void set_name(X509_NAME* name, const std::string& common_name) {
    const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1, "name");
}

void set_validity(X509* certificate, Validity validity) {
    const long shift = validity == Validity::Now ? 0 : validity == Validity::Expired ? -10 : 10;
    X509_gmtime_adj(X509_getm_notBefore(certificate), (shift - 1) * kDay);
    X509_gmtime_adj(X509_getm_notAfter(certificate), (shift + 5) * kDay);
}

// Everything but issuer and signature.
Certificate draft(const CertificateSpec& spec, EVP_PKEY* key) {
    static long serial = 1;
    Certificate certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
    set_validity(certificate.get(), spec.validity);
    X509_set_pubkey(certificate.get(), key);
    set_name(X509_get_subject_name(certificate.get()), spec.common_name);
    if (!spec.subject_alternative_names.empty()) {
        add_extension(certificate.get(), NID_subject_alt_name, spec.subject_alternative_names);
    }
    return certificate;
}

void sign(X509* certificate, const X509_NAME* issuer, EVP_PKEY* key) {
    X509_set_issuer_name(certificate, issuer);
    require(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
}

template <class Write>
std::string to_pem(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    require(write(bio) == 1, "PEM");
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return pem;
}

Identity to_identity(X509* certificate, EVP_PKEY* key) {
    return {to_pem([certificate](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
            to_pem([key](BIO* bio) {
                return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name) : key_(make_key()) {
    CertificateSpec spec;
    spec.common_name = name;
    certificate_ = draft(spec, key_.get());
    add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    sign(certificate_.get(), X509_get_subject_name(certificate_.get()), key_.get());
    certificate_pem_ = to_identity(certificate_.get(), key_.get()).certificate_pem;
}

Identity CertificateAuthority::issue(const CertificateSpec& spec) const {
    const auto key = make_key();
    const auto certificate = draft(spec, key.get());
    sign(certificate.get(), X509_get_subject_name(certificate_.get()), key_.get());
    return to_identity(certificate.get(), key.get());
}

Identity make_self_signed(const CertificateSpec& spec) {
    const auto key = make_key();
    const auto certificate = draft(spec, key.get());
    sign(certificate.get(), X509_get_subject_name(certificate.get()), key.get());
    return to_identity(certificate.get(), key.get());
}

}  // namespace net_test
