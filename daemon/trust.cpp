#include "daemon/trust.hpp"

#include "net/tls_context.hpp"

namespace cadenced {

cadence::Result<void> check_trust(const std::string& ca_file) {
    const auto context = net::make_tls_context(ca_file);
    if (!context) return tl::unexpected<cadence::Error>(context.error());
    return {};
}

}  // namespace cadenced
