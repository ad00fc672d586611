// The command line of cadenced. Pure: arguments in, what to do out; prints nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/time.hpp"

namespace cadenced {

struct BackfillOptions {
    cadence::LocalDate from{};
    cadence::LocalDate to{};  // inclusive
    std::optional<std::string> session;
    std::optional<std::string> metric;
    bool dry_run{false};
    bool punish{false};
    bool json{false};
};

enum class Command { Run, CheckConfiguration, Backfill, Print };

struct Options {
    Command command{Command::Run};
    std::string configuration_file{"/etc/cadenced/cadenced.toml"};
    BackfillOptions backfill;  // of Backfill
    std::string text;          // of Print: the help or the version
};

// `arguments` without the program's name. Errors: InvalidArgument, one line: what, where, what to
// do.
[[nodiscard]] cadence::Result<Options> parse_options(std::vector<std::string> arguments);

}  // namespace cadenced
