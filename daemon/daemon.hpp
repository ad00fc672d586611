// The composition root: the one place that knows which clock, ledger, platform and socket the parts
// work with. It puts them together, runs them, and takes them apart in good order.
#pragma once

#include "daemon/environment.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/options.hpp"

namespace cadenced {

// Runs until SIGTERM, SIGINT or a failure that leaves nothing else; says why on stderr.
[[nodiscard]] ExitCode run_daemon(const Options& options, const Environment& environment);

// cadenced --check-config.
[[nodiscard]] ExitCode run_check(const Options& options, const Environment& environment);

// cadenced --backfill: by the running daemon, else under the lock by itself.
[[nodiscard]] ExitCode run_backfill(const Options& options, const Environment& environment);

}  // namespace cadenced
