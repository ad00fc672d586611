#include "daemon/running_configuration.hpp"

#include <utility>

#include "daemon/trust.hpp"
#include "daemon/version.hpp"

namespace cadenced {
namespace {

RoutesConfig to_routes_config(const Configuration& configuration) {
    RoutesConfig routes;
    routes.defaults = configuration.defaults;
    for (const PlatformConfiguration& platform : configuration.platforms) {
        routes.platforms.push_back(platform.name);
    }
    routes.policy = configuration.policy;
    routes.version = version();
    return routes;
}

const PlatformConfiguration* find_platform(const Configuration& configuration,
                                           const std::string& name) {
    for (const PlatformConfiguration& platform : configuration.platforms) {
        if (platform.name == name) return &platform;
    }
    return nullptr;
}

// The platforms that run keep their connections; credential and limits may change under way.
bool keep_platforms(const Configuration& running, Configuration& next) {
    std::vector<PlatformConfiguration> kept = running.platforms;
    for (PlatformConfiguration& platform : kept) {
        const PlatformConfiguration* const changed = find_platform(next, platform.name);
        if (changed == nullptr) continue;
        platform.limits = changed->limits;
        platform.credential = changed->credential;
    }
    const bool waits = kept != next.platforms;
    next.platforms = std::move(kept);
    return waits;
}

// Files and connections are set up once, at the start. Returns the keys that wait for the next one.
std::vector<std::string> keep_what_is_set_up(const Configuration& running, Configuration& next) {
    std::vector<std::string> waiting;
    if (next.state_dir != running.state_dir) waiting.emplace_back("state_dir");
    if (next.socket != running.socket) waiting.emplace_back("socket");
    if (keep_platforms(running, next)) waiting.emplace_back("platform");
    next.state_dir = running.state_dir;
    next.socket = running.socket;
    auto& chosen = next.defaults.platform;
    if (chosen && find_platform(next, *chosen) == nullptr) chosen = running.defaults.platform;
    return waiting;
}

cadence::Result<void> check_all_trust(const Configuration& configuration) {
    for (const PlatformConfiguration& platform : configuration.platforms) {
        const auto trusted = check_trust(platform.ca_file);
        if (trusted) continue;
        return cadence::fail(trusted.error().code,
                             "platform." + platform.name + ".ca_file: " + trusted.error().detail);
    }
    return {};
}

}  // namespace

cadence::Result<Loaded> load_all(const ConfigurationSource& source, cadence::Zones& zones) {
    auto configuration = load_configuration(source.file, source.directories, zones);
    if (!configuration) {
        return cadence::fail(cadence::ErrorCode::Configuration,
                             to_string(configuration.error(), source.file));
    }
    auto credentials = load_credentials(*configuration, source.directories);
    if (!credentials) return tl::unexpected<cadence::Error>(std::move(credentials.error()));
    return Loaded{*std::move(configuration), *std::move(credentials)};
}

RunningConfiguration::RunningConfiguration(ConfigurationSource source, cadence::Zones& zones,
                                           Loaded loaded, cadence::Instant now)
    : source_(std::move(source)),
      zones_(zones),
      loaded_(std::move(loaded)),
      for_routes_(to_routes_config(loaded_.configuration)),
      loaded_at_(now) {}

engine::Settings RunningConfiguration::for_engine() const {
    engine::Settings settings;
    settings.policy = current().policy;
    settings.enrolment_defaults = rules_of(current().defaults);
    for (const auto& platform : current().platforms) settings.lanes += platform.connections;
    return settings;
}

cadence::Result<std::vector<std::string>> RunningConfiguration::reload(cadence::Instant now) {
    auto next = load_all(source_, zones_);
    // The next start would need it, too.
    if (auto trusted = next ? check_all_trust(next->configuration) : cadence::Result<void>{};
        !trusted) {
        next = tl::unexpected<cadence::Error>(std::move(trusted.error()));
    }
    if (!next) {
        last_error_ = next.error().detail;
        refused_since_ = refused_since_.value_or(now);
        return tl::unexpected<cadence::Error>(std::move(next.error()));
    }
    auto waiting = keep_what_is_set_up(current(), next->configuration);
    // A platform that the new file does not name runs on, with the credential it has.
    for (const auto& [name, secret] : loaded_.credentials) next->credentials.emplace(name, secret);
    loaded_ = *std::move(next);
    for_routes_ = to_routes_config(loaded_.configuration);
    loaded_at_ = now;
    last_error_.clear();
    refused_since_.reset();
    return waiting;
}

}  // namespace cadenced
