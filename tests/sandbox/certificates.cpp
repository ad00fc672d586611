#include "tests/sandbox/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
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

struct Subject {
    const char* common_name;
    const char* alternative_names;  // null: none
    const char* not_before;
    const char* not_after;
};

constexpr const char* kOurNames = "DNS:localhost,IP:127.0.0.1,IP:::1";
constexpr const char* kLongAgo = "20000101000000Z";
constexpr const char* kFarAway = "20991231235959Z";
constexpr Subject kAuthority{"platform-sandbox authority", nullptr, kLongAgo, kFarAway};

enum class Signer { Authority, Stranger, Itself };

struct Wanted {
    std::string_view name;
    Subject subject;
    Signer signer;
};

constexpr std::array kIdentities{
    Wanted{"good", {"platform-sandbox", kOurNames, kLongAgo, kFarAway}, Signer::Authority},
    Wanted{
        "expired", {"platform-sandbox", kOurNames, kLongAgo, "20010101000000Z"}, Signer::Authority},
    Wanted{"not_yet_valid",
           {"platform-sandbox", kOurNames, "20980101000000Z", kFarAway},
           Signer::Authority},
    Wanted{"wrong_host",
           {"platform-sandbox", "DNS:elsewhere.invalid", kLongAgo, kFarAway},
           Signer::Authority},
    Wanted{"self_signed", {"platform-sandbox", kOurNames, kLongAgo, kFarAway}, Signer::Itself},
    Wanted{
        "unknown_authority", {"platform-sandbox", kOurNames, kLongAgo, kFarAway}, Signer::Stranger},
    Wanted{"name_in_subject_only", {"localhost", nullptr, kLongAgo, kFarAway}, Signer::Authority},
};

// Version 3, a fresh serial, the validity and the key; no extensions and no signature yet.
Certificate make_blank(const Subject& subject, EVP_PKEY* key) {
    Certificate certificate(X509_new());
    auto* const raw = certificate.get();
    bool const good =
        certificate && X509_set_version(raw, X509_VERSION_3) == 1 && set_serial(raw) &&
        set_subject(raw, subject.common_name) &&
        ASN1_TIME_set_string_X509(X509_getm_notBefore(raw), subject.not_before) == 1 &&
        ASN1_TIME_set_string_X509(X509_getm_notAfter(raw), subject.not_after) == 1 &&
        X509_set_pubkey(raw, key) == 1;
    return good ? std::move(certificate) : nullptr;
}

struct Identified {
    Certificate certificate;
    Key key;
};

Identified make_authority() {
    Identified made{nullptr, make_key()};
    if (!made.key) return made;
    auto certificate = make_blank(kAuthority, made.key.get());
    auto* const raw = certificate.get();
    bool const good =
        raw != nullptr && X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
        add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(raw, raw, NID_subject_key_identifier, "hash") &&
        X509_sign(raw, made.key.get(), EVP_sha256()) > 0;
    if (good) made.certificate = std::move(certificate);
    return made;
}

bool add_names(X509* certificate, X509* issuer, const Subject& subject) {
    return subject.alternative_names == nullptr ||
           add_extension(certificate, issuer, NID_subject_alt_name, subject.alternative_names);
}

// Without an issuer it signs itself.
Identified make_server(const Subject& subject, const Identified* issuer) {
    Identified made{nullptr, make_key()};
    if (!made.key) return made;
    auto certificate = make_blank(subject, made.key.get());
    auto* const raw = certificate.get();
    auto* const parent = issuer != nullptr ? issuer->certificate.get() : raw;
    auto* const parent_key = issuer != nullptr ? issuer->key.get() : made.key.get();
    bool const good = raw != nullptr &&
                      X509_set_issuer_name(raw, X509_get_subject_name(parent)) == 1 &&
                      add_extension(raw, parent, NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(raw, parent, NID_key_usage, "critical,digitalSignature") &&
                      add_extension(raw, parent, NID_ext_key_usage, "serverAuth") &&
                      add_names(raw, parent, subject) &&
                      add_extension(raw, parent, NID_subject_key_identifier, "hash") &&
                      add_extension(raw, parent, NID_authority_key_identifier, "keyid:always") &&
                      X509_sign(raw, parent_key, EVP_sha256()) > 0;
    if (good) made.certificate = std::move(certificate);
    return made;
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
    auto const authority = make_authority();
    auto const stranger = make_authority();
    Certificates all;
    if (authority.certificate) all.authority = to_pem(authority.certificate.get());
    for (auto const& wanted : kIdentities) {
        if (!authority.certificate || !stranger.certificate) break;
        auto const* issuer = wanted.signer == Signer::Authority  ? &authority
                             : wanted.signer == Signer::Stranger ? &stranger
                                                                 : nullptr;
        auto const made = make_server(wanted.subject, issuer);
        if (!made.certificate) break;
        all.identities[std::string(wanted.name)] = {to_pem(made.certificate.get()),
                                                    to_pem(made.key.get())};
    }
    if (all.identities.size() == kIdentities.size()) return all;
    char text[256];
    ERR_error_string_n(ERR_get_error(), text, sizeof(text));
    return cadence::fail(cadence::ErrorCode::Internal,
                         std::string("cannot make the sandbox's certificates: ") + text);
}

bool is_certificate_name(std::string_view name) {
    auto const fits = [name](const Wanted& known) { return known.name == name; };
    return std::any_of(kIdentities.begin(), kIdentities.end(), fits);
}

std::string certificate_names() {
    std::string names;
    for (auto const& known : kIdentities) {
        if (!names.empty()) names += ", ";
        names += known.name;
    }
    return names;
}

}  // namespace sandbox
