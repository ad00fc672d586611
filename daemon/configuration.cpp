#include "daemon/configuration.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "cadence/ids.hpp"
#include "daemon/configuration_keys.hpp"
#include "daemon/key_table.hpp"

namespace cadenced {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;
constexpr std::size_t kLongestDefaultSocket = 107;

// $STATE_DIRECTORY and $RUNTIME_DIRECTORY may name several, separated by colons; ours is the first.
std::string first_of(const std::string& directories) {
    return directories.substr(0, directories.find(':'));
}

Configuration start_from(const ServiceDirectories& directories) {
    Configuration configuration;
    if (!directories.state.empty()) configuration.state_dir = first_of(directories.state);
    if (!directories.runtime.empty()) {
        configuration.socket = first_of(directories.runtime) + "/cadenced.sock";
    }
    return configuration;
}

bool is_platform_name(std::string_view name) {
    return cadence::is_metric(std::string{name}) && name.find(':') == std::string_view::npos;
}

void require_key(const toml::table& table, const std::string& prefix, const char* key,
                 const char* remedy, Problems& problems) {
    if (table.contains(key)) return;
    problems.push_back(problem_at(table.source(), prefix + key, "is missing", remedy));
}

void read_platform(const toml::key& name, const toml::table& table, Configuration& configuration,
                   Problems& problems) {
    static const Keys<PlatformDraft> keys = platform_keys();
    const std::string prefix = "platform." + std::string{name.str()} + ".";
    if (!is_platform_name(name.str())) {
        problems.push_back(problem_at(name.source(), "platform." + std::string{name.str()},
                                      "is not a platform's name",
                                      "use 1 to 64 of the characters A-Z a-z 0-9 _ -"));
    }
    PlatformDraft draft;
    draft.platform.name = std::string{name.str()};
    read_table(table, prefix, keys, draft, problems);
    require_key(table, prefix, "kind", "add kind = \"chastify\"", problems);
    require_key(table, prefix, "credential",
                "add credential = \"chastify-key\" or the absolute path of a file", problems);
    if (draft.kind == PlatformKind::Chastify && table.contains("owner_credential")) {
        problems.push_back(problem_at(table.get("owner_credential")->source(),
                                      prefix + "owner_credential",
                                      "belongs to the kind chastity-tracker", "remove it"));
    }
    configuration.platforms.push_back(std::move(draft.platform));
}

void read_platforms(const Value& value, Configuration& configuration) {
    const toml::table* const platforms = value.node.as_table();
    if (platforms == nullptr) {
        value.complain("must be a table, not " + name_of_type(value.node),
                       "write one [platform.NAME] for each platform");
        return;
    }
    for (const auto& [name, node] : *platforms) {
        if (const toml::table* const table = node.as_table()) {
            read_platform(name, *table, configuration, value.problems);
            continue;
        }
        const std::string key = "platform." + std::string{name.str()};
        value.problems.push_back(problem_at(node.source(), key,
                                            "must be a table, not " + name_of_type(node),
                                            "write [platform.NAME] above the platform's keys"));
    }
}

toml::source_region place_of(const toml::table& root, const char* path) {
    const auto found = root.at_path(path);
    return found ? found.node()->source() : root.source();
}

void check_default_platform(const toml::table& root, Configuration& configuration,
                            Problems& problems) {
    const auto& platforms = configuration.platforms;
    auto& chosen = configuration.defaults.platform;
    if (!chosen && platforms.size() == 1) chosen = platforms.front().name;
    if (platforms.empty()) return;
    const toml::source_region place = place_of(root, "defaults.platform");
    if (!chosen && !root.at_path("defaults.platform")) {
        problems.push_back(problem_at(place, "defaults.platform", "is missing",
                                      "name one of the platforms, as there are several"));
    }
    const auto is_chosen = [&chosen](const PlatformConfiguration& one) {
        return one.name == chosen;
    };
    if (!chosen || std::any_of(platforms.begin(), platforms.end(), is_chosen)) return;
    std::string remedy = "name one of:";
    for (const PlatformConfiguration& one : platforms) remedy += " " + one.name;
    problems.push_back(problem_at(place, "defaults.platform",
                                  "there is no [platform." + *chosen + "]", std::move(remedy)));
}

void check_timezone(const toml::table& root, const Configuration& configuration,
                    cadence::Zones& zones, Problems& problems) {
    const auto zone = zones.find_zone(configuration.defaults.timezone);
    if (zone) return;
    // It says itself what to do, most often.
    const std::string& detail = zone.error().detail;
    const std::size_t end = detail.find("; ");
    const bool advised = end != std::string::npos;
    problems.push_back(problem_at(
        place_of(root, "defaults.timezone"), "defaults.timezone", detail.substr(0, end),
        advised ? detail.substr(end + 2) : "write an IANA time zone such as Europe/Berlin"));
}

// What no key alone can tell.
void check_together(const toml::table& root, Configuration& configuration, cadence::Zones& zones,
                    Problems& problems) {
    if (!root.contains("platform") || (configuration.platforms.empty() && problems.empty())) {
        problems.push_back(problem_at(root.source(), "platform", "is missing",
                                      "add a [platform.chastify] with its kind and credential"));
    }
    if (configuration.socket.size() > kLongestDefaultSocket && !root.contains("socket")) {
        problems.push_back(problem_at(root.source(), "socket",
                                      "$RUNTIME_DIRECTORY makes too long a path",
                                      "set socket to a path of at most 107 bytes"));
    }
    check_default_platform(root, configuration, problems);
    check_timezone(root, configuration, zones, problems);
}

Draft fail_with(Problem problem) { return {{}, Problems{std::move(problem)}}; }

Draft draft_of(std::string_view text, const ServiceDirectories& directories,
               cadence::Zones& zones) {
    toml::table root;
    try {
        root = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return fail_with(problem_at(error.source(), "", std::string{error.description()},
                                    "correct the TOML here; what follows was not looked at"));
    }
    Keys<Configuration> keys = configuration_keys();
    keys.push_back({"platform", read_platforms});
    Draft draft{start_from(directories), {}};
    read_table(root, "", keys, draft.configuration, draft.problems);
    check_together(root, draft.configuration, zones, draft.problems);
    sort_by_place(draft.problems);
    return draft;
}

Checked<Configuration> finished(Draft draft) {
    if (draft.problems.empty()) return std::move(draft.configuration);
    return tl::unexpected<Problems>(std::move(draft.problems));
}

}  // namespace

Checked<Configuration> parse_configuration(std::string_view text,
                                           const ServiceDirectories& directories,
                                           cadence::Zones& zones) {
    return finished(draft_of(text, directories, zones));
}

Draft load_draft(const std::string& path, const ServiceDirectories& directories,
                 cadence::Zones& zones) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return fail_with({0, 0, "", std::string{"cannot be opened: "} + std::strerror(errno),
                          "write the configuration there or name another file with --config"});
    }
    std::string text(kLargestFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) {
        return fail_with({0, 0, "", "cannot be read", "name a regular file with --config"});
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kLargestFile) {
        return fail_with({0, 0, "", "is larger than 1 MiB", "name a configuration with --config"});
    }
    return draft_of(text, directories, zones);
}

Checked<Configuration> load_configuration(const std::string& path,
                                          const ServiceDirectories& directories,
                                          cadence::Zones& zones) {
    return finished(load_draft(path, directories, zones));
}

}  // namespace cadenced
