// A certificate authority of the sandbox's own, made anew at each start, and a server certificate
// for localhost, 127.0.0.1 and ::1. Both are valid from 2000 to 2099, so that shifted clocks accept
// them.
#pragma once

#include <string>

#include "cadence/error.hpp"

namespace sandbox {

struct Certificates {
    std::string authority;    // PEM: what clients trust
    std::string certificate;  // PEM: what the server shows
    std::string key;          // PEM: the server's private key; never leaves the process
};

[[nodiscard]] cadence::Result<Certificates> make_certificates();

}  // namespace sandbox
