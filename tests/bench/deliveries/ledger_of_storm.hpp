// A stopped daemon's ledger made ready for a storm: every lock session gets a live, verified launch
// token, and may send from one instant on.
#pragma once

#include <filesystem>
#include <string>

#include "cadence/time.hpp"

namespace bench {

// The nth lock session's.
[[nodiscard]] std::string session_name(int number);

// The instant is `wait` from now. Throws when the ledger does not take it. The daemon that made the
// ledger must have stopped.
[[nodiscard]] cadence::Instant launch_all(const std::filesystem::path& database, int sessions,
                                          cadence::Duration wait);

}  // namespace bench
