// cadenced --check-config: everything that can be wrong before a start, told without one.
#pragma once

#include <functional>
#include <string>

#include "cadence/error.hpp"
#include "cadence/zones.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/running_configuration.hpp"

namespace cadenced {

// Whether a CA file can be used.
using TrustCheck = std::function<cadence::Result<void>(const std::string& ca_file)>;

// Reads the configuration, the credentials and the CA files. Where $CREDENTIALS_DIRECTORY is not
// set, a bare credential name is only noted. Prints what is wrong to stderr, else a line to stdout.
[[nodiscard]] ExitCode check_configuration(const ConfigurationSource& source, cadence::Zones& zones,
                                           const TrustCheck& check_trust);

}  // namespace cadenced
