// What truly happened in one cell of the crash matrix, beside what the daemon says of it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tests/e2e/crash_cells.hpp"
#include "tests/e2e/daemon_process.hpp"
#include "tests/e2e/sandbox.hpp"

namespace e2e {

// The proof of a cell: of steps now, or, late, of the day that was missed.
[[nodiscard]] nlohmann::json proof_of(const CrashCell& cell, std::int64_t since_ms);

struct CrashBook {
    CrashCell cell;
    std::int64_t since_ms{0};

    // Every promise that does not hold, a sentence each.
    [[nodiscard]] std::vector<std::string> violations(const Sandbox& sandbox,
                                                      const DaemonProcess& daemon) const;
};

}  // namespace e2e
