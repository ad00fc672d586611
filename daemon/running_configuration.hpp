// The configuration that is in force, and how another takes its place while the daemon runs. A file
// with mistakes changes nothing. Loop's thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "daemon/configuration.hpp"
#include "daemon/credentials.hpp"
#include "daemon/routes/routes.hpp"
#include "engine/engine.hpp"

namespace cadenced {

struct ConfigurationSource {
    std::string file;
    ServiceDirectories directories;
};

// What a start needs: a configuration without mistakes and every platform's credential.
struct Loaded {
    Configuration configuration;
    Credentials credentials;
};

// Errors: Configuration and PermissionDenied; the detail has one line for each mistake.
[[nodiscard]] cadence::Result<Loaded> load_all(const ConfigurationSource& source,
                                               cadence::Zones& zones);

class RunningConfiguration {
  public:
    // `zones` outlives this.
    RunningConfiguration(ConfigurationSource source, cadence::Zones& zones, Loaded loaded,
                         cadence::Instant now);

    [[nodiscard]] const Configuration& current() const { return loaded_.configuration; }
    [[nodiscard]] const Credentials& credentials() const { return loaded_.credentials; }
    [[nodiscard]] const RoutesConfig& for_routes() const { return for_routes_; }
    [[nodiscard]] engine::Settings for_engine() const;
    [[nodiscard]] cadence::Instant loaded_at() const { return loaded_at_; }
    [[nodiscard]] const std::string& last_error() const { return last_error_; }
    // When a reload was refused first, of those in a row; empty: the last one was taken.
    [[nodiscard]] std::optional<cadence::Instant> refused_since() const { return refused_since_; }

    // Reads file and credentials again. The value lists the keys whose change waits for a restart;
    // of those the old values stay in force. Errors as load_all's: nothing has changed.
    [[nodiscard]] cadence::Result<std::vector<std::string>> reload(cadence::Instant now);

  private:
    ConfigurationSource source_;
    cadence::Zones& zones_;
    Loaded loaded_;
    RoutesConfig for_routes_;
    cadence::Instant loaded_at_;
    std::string last_error_;
    std::optional<cadence::Instant> refused_since_;
};

}  // namespace cadenced
