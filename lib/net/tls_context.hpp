// What TLS means in this project: version 1.2 or later, and a peer that is always verified.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "cadence/error.hpp"

namespace net {

// A client's context. `ca_file`: PEM trust anchors used instead of the system's; empty: the
// system's. Errors: Configuration, naming ca_file and what is wrong with it.
[[nodiscard]] cadence::Result<boost::asio::ssl::context> make_tls_context(
    const std::string& ca_file);

// Before the handshake: announces `host` (SNI, unless it is an IP literal) and demands that the
// peer's certificate has it among its subject alternative names. Errors: Configuration.
[[nodiscard]] cadence::Result<void> expect_peer(SSL* tls, const std::string& host);

// Why the peer was not accepted ("certificate has expired"), or empty when verification passed.
[[nodiscard]] std::string verification_failure(const SSL* tls);

}  // namespace net
