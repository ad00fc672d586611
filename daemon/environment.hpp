// What the service manager tells the process by environment variables, read once at the start.
#pragma once

#include "daemon/configuration.hpp"

namespace cadenced {

struct Environment {
    ServiceDirectories directories;
    bool journal{false};  // stderr is the systemd journal
};

// Reads the environment and looks whether stderr is what $JOURNAL_STREAM names.
[[nodiscard]] Environment load_environment();

}  // namespace cadenced
