// The ledger files that stored_bench looks at.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cadence/time.hpp"
#include "cadence/zones.hpp"
#include "tests/ledger/stocked_ledger.hpp"

namespace bench {

// Zones whose day has begun over an hour ago and ends in over five, so that nobody's window ends
// while a daemon is looked at.
[[nodiscard]] std::vector<std::string> quiet_zones(cadence::Instant now);
// Those that owe `due` windows each, in zones whose days end one after the other within four hours.
[[nodiscard]] std::vector<ledger_test::Owing> owing_soon(cadence::Instant now,
                                                         const std::vector<int>& due);

struct Made {
    double seconds{0};
    double mib{0};
    std::int64_t windows{0};
};

// Makes `path` and checks it: SQLite's quick_check, and every reference. Says so on standard error
// as it goes. Throws std::runtime_error.
[[nodiscard]] Made make_stock(const std::filesystem::path& path, cadence::Zones& zones,
                              int lock_sessions, int days, cadence::Instant now);

}  // namespace bench
