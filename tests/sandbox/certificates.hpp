// The sandbox's own authority and what it may show as its certificate: the good one, and wrong ones
// on demand. All are made anew at each start, and valid from 2000 to 2099 unless they are wrong in
// just that, so that shifted clocks accept them.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cadence/error.hpp"

namespace sandbox {

struct Identity {
    std::string certificate;  // PEM
    std::string key;          // PEM
};

struct Certificates {
    std::string authority;  // PEM: what a client must trust
    // "good" is for localhost, 127.0.0.1 and ::1; the others are those of certificate_names().
    std::map<std::string, Identity, std::less<>> identities;
};

[[nodiscard]] cadence::Result<Certificates> make_certificates();

[[nodiscard]] bool is_certificate_name(std::string_view name);
[[nodiscard]] std::string certificate_names();  // for a complaint: "good, expired, …"

}  // namespace sandbox
