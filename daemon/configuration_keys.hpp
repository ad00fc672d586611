// The declarative part of the configuration: every key, its kind of value and its range.
#pragma once

#include <optional>
#include <string>

#include "daemon/configuration.hpp"
#include "daemon/key_table.hpp"

namespace cadenced {

enum class PlatformKind { Chastify, ChastityTracker };

// A [platform.NAME] while it is being read.
struct PlatformDraft {
    PlatformConfiguration platform;
    std::optional<PlatformKind> kind;
};

// The keys of the file's top level, but for [platform.…].
[[nodiscard]] Keys<Configuration> configuration_keys();
[[nodiscard]] Keys<PlatformDraft> platform_keys();

}  // namespace cadenced
