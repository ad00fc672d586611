// The platforms' credentials, read from files that nobody else can read.
#pragma once

#include <map>
#include <string>

#include "cadence/error.hpp"
#include "cadence/secret.hpp"
#include "daemon/configuration.hpp"

namespace cadenced {

// By the platform's name.
using Credentials = std::map<std::string, cadence::Secret>;

// Reads one credential: a bare name from `directory` ($CREDENTIALS_DIRECTORY, kept closed by the
// service manager), an absolute path from a regular file of mode 0600 or 0400 that is ours or
// root's. One line feed at the end is dropped. Errors: PermissionDenied (others may read it, we may
// not), Configuration (absent, empty, too long, with control characters in it). None repeats the
// content.
[[nodiscard]] cadence::Result<cadence::Secret> load_credential(const std::string& name,
                                                               const std::string& directory);

// All platforms'; the first error names the platform.
[[nodiscard]] cadence::Result<Credentials> load_credentials(const Configuration& configuration,
                                                            const ServiceDirectories& directories);

}  // namespace cadenced
