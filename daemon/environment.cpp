#include "daemon/environment.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace cadenced {
namespace {

std::string variable(const char* name) {
    // Nothing in this program ever sets a variable, so reading them is safe at any time.
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::string{} : std::string{value};
}

bool is_journal(const std::string& stream) {
    struct stat facts {};
    if (stream.empty() || ::fstat(STDERR_FILENO, &facts) != 0) return false;
    return stream == std::to_string(facts.st_dev) + ":" + std::to_string(facts.st_ino);
}

}  // namespace

Environment load_environment() {
    Environment environment;
    environment.directories.state = variable("STATE_DIRECTORY");
    environment.directories.runtime = variable("RUNTIME_DIRECTORY");
    environment.directories.credentials = variable("CREDENTIALS_DIRECTORY");
    environment.journal = is_journal(variable("JOURNAL_STREAM"));
    return environment;
}

}  // namespace cadenced
