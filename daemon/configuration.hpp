// The operator's configuration file, parsed into the domain's own types. Every mistake in it is
// reported at once, each with its place and its remedy. Reads the file and nothing else:
// credentials and trust anchors are credentials.hpp's and the HTTPS pool's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "daemon/defaults.hpp"
#include "daemon/problem.hpp"

namespace cadenced {

enum class LogLevel { Trace, Debug, Info, Warn, Error };

// Calls in any 60 seconds, per key and lock session.
struct CallLimits {
    int action{20};
    int write{60};
    int read{120};

    friend bool operator==(const CallLimits&, const CallLimits&) = default;
};

struct Origin {
    std::string host;  // a name in lower case or an IP literal, IPv6 without brackets
    std::uint16_t port{443};

    friend bool operator==(const Origin&, const Origin&) = default;
};

// One [platform.NAME].
struct PlatformConfiguration {
    std::string name;
    Origin origin{"chastify.net", 443};
    std::string credential;  // a bare file name, or an absolute path
    std::string ca_file;     // absolute; empty: the system's trust anchors
    int connections{8};
    cadence::Duration timeout{std::chrono::seconds{15}};
    CallLimits limits;

    friend bool operator==(const PlatformConfiguration&, const PlatformConfiguration&) = default;
};

struct Configuration {
    std::string state_dir{"/var/lib/cadenced"};
    std::string socket{"/run/cadenced/cadenced.sock"};
    LogLevel log_level{LogLevel::Info};
    std::vector<PlatformConfiguration> platforms;  // by name; at least one
    Defaults defaults;
    cadence::Policy policy;
};

// What the service manager says of directories; empty where it says nothing.
struct ServiceDirectories {
    std::string state;        // $STATE_DIRECTORY
    std::string runtime;      // $RUNTIME_DIRECTORY
    std::string credentials;  // $CREDENTIALS_DIRECTORY
};

template <class T>
using Checked = tl::expected<T, Problems>;

// `zones` answers whether [defaults] timezone exists.
[[nodiscard]] Checked<Configuration> parse_configuration(std::string_view text,
                                                         const ServiceDirectories& directories,
                                                         cadence::Zones& zones);

// What of a file could be read, and all that is wrong with it. Values that were wrong have their
// defaults; a platform's credential is empty then.
struct Draft {
    Configuration configuration;
    Problems problems;
};
[[nodiscard]] Draft load_draft(const std::string& path, const ServiceDirectories& directories,
                               cadence::Zones& zones);

// As above, from a file of at most 1 MiB. A file that is absent or cannot be read is a problem,
// too.
[[nodiscard]] Checked<Configuration> load_configuration(const std::string& path,
                                                        const ServiceDirectories& directories,
                                                        cadence::Zones& zones);

}  // namespace cadenced
