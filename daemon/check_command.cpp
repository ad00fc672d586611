#include "daemon/check_command.hpp"

#include <iostream>
#include <optional>

#include "cadence/printable.hpp"

namespace cadenced {
namespace {

std::optional<ExitCode> complain(const std::string& key, const cadence::Error& error) {
    std::cerr << "cadenced: " << cadence::to_printable(key + ": " + error.detail) << '\n';
    return exit_code_of(error.code);
}

std::optional<ExitCode> check_credential(const PlatformConfiguration& platform,
                                         const ServiceDirectories& directories) {
    if (platform.credential.empty()) return std::nullopt;  // said with the file's mistakes
    const bool bare = platform.credential.front() != '/';
    if (bare && directories.credentials.empty()) {
        std::cout << "note: platform." << cadence::to_printable(platform.name) << ".credential: \""
                  << cadence::to_printable(platform.credential)
                  << "\" is read from $CREDENTIALS_DIRECTORY, which is not set here\n";
        return std::nullopt;
    }
    const auto credential = load_credential(platform.credential, directories.credentials);
    if (credential) return std::nullopt;
    return complain("platform." + platform.name + ".credential", credential.error());
}

std::optional<ExitCode> check_platform(const PlatformConfiguration& platform,
                                       const ServiceDirectories& directories,
                                       const TrustCheck& check_trust) {
    auto wrong = check_credential(platform, directories);
    const auto trust = check_trust(platform.ca_file);
    if (trust) return wrong;
    const auto untrusted = complain("platform." + platform.name + ".ca_file", trust.error());
    return wrong ? wrong : untrusted;
}

}  // namespace

ExitCode check_configuration(const ConfigurationSource& source, cadence::Zones& zones,
                             const TrustCheck& check_trust) {
    const Draft draft = load_draft(source.file, source.directories, zones);
    std::optional<ExitCode> first_wrong;
    if (!draft.problems.empty()) {
        std::cerr << to_string(draft.problems, source.file) << '\n';
        first_wrong = ExitCode::Configuration;
    }
    for (const PlatformConfiguration& platform : draft.configuration.platforms) {
        const auto wrong = check_platform(platform, source.directories, check_trust);
        if (!first_wrong) first_wrong = wrong;
    }
    if (first_wrong) return *first_wrong;
    std::cout << source.file << ": ok\n";
    return ExitCode::Ok;
}

}  // namespace cadenced
