#include "tests/sandbox/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <memory>

namespace sandbox {
namespace {

template <auto function>
struct Free {
    template <class T>
    void operator()(T* value) const {
        function(value);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

Key make_key() { return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }

bool set_serial(X509* certificate) {
    std::uint64_t serial = 0;
    auto* const bytes = reinterpret_cast<unsigned char*>(&serial);  // NOLINT: OpenSSL's bytes
    return RAND_bytes(bytes, sizeof(serial)) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U) == 1;
}

bool set_subject(X509* certificate, const char* name) {
    auto const* bytes = reinterpret_cast<const unsigned char*>(name);  // NOLINT: OpenSSL's bytes
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                      bytes, -1, -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    Extension const extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Version 3, a fresh serial, the long validity and the key; no extensions and no signature yet.
Certificate make_blank(const char* name, EVP_PKEY* key) {
    Certificate certificate(X509_new());
    bool const good =
        certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
        set_serial(certificate.get()) && set_subject(certificate.get(), name) &&
        ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate.get()), "20000101000000Z") == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate.get()), "20991231235959Z") == 1 &&
        X509_set_pubkey(certificate.get(), key) == 1;
    return good ? std::move(certificate) : nullptr;
}

Certificate make_authority(EVP_PKEY* key) {
    auto certificate = make_blank("platform-sandbox authority", key);
    auto* const raw = certificate.get();
    bool const good =
        raw != nullptr && X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
        add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(raw, raw, NID_subject_key_identifier, "hash") &&
        X509_sign(raw, key, EVP_sha256()) > 0;
    return good ? std::move(certificate) : nullptr;
}

Certificate make_server(EVP_PKEY* key, X509* authority, EVP_PKEY* authority_key) {
    auto certificate = make_blank("platform-sandbox", key);
    auto* const raw = certificate.get();
    bool const good =
        raw != nullptr && X509_set_issuer_name(raw, X509_get_subject_name(authority)) == 1 &&
        add_extension(raw, authority, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(raw, authority, NID_key_usage, "critical,digitalSignature") &&
        add_extension(raw, authority, NID_ext_key_usage, "serverAuth") &&
        add_extension(raw, authority, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
        add_extension(raw, authority, NID_authority_key_identifier, "keyid:always") &&
        X509_sign(raw, authority_key, EVP_sha256()) > 0;
    return good ? std::move(certificate) : nullptr;
}

std::string text_of(BIO* bio) {
    char* data = nullptr;
    auto const size = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* certificate) {
    Bio const bio(BIO_new(BIO_s_mem()));
    if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return {};
    return text_of(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
    Bio const bio(BIO_new(BIO_s_mem()));
    if (!bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return {};
    }
    return text_of(bio.get());
}

}  // namespace

cadence::Result<Certificates> make_certificates() {
    auto const authority_key = make_key();
    auto const key = make_key();
    if (authority_key && key) {
        auto const authority = make_authority(authority_key.get());
        auto const server =
            authority ? make_server(key.get(), authority.get(), authority_key.get()) : nullptr;
        if (server) {
            return Certificates{to_pem(authority.get()), to_pem(server.get()), to_pem(key.get())};
        }
    }
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof(text));
    return cadence::fail(cadence::ErrorCode::Internal,
                         std::string("cannot make the sandbox's certificates: ") + text);
}

}  // namespace sandbox
