// A stopped daemon's ledger made ready for a storm: every lock session gets a live, verified launch
// token, and may send from one instant on.
#pragma once

#include <filesystem>
#include <string>

#include "cadence/time.hpp"

namespace bench {

// The nth lock session's.
[[nodiscard]] std::string session_name(int number);

// Throws when the ledger does not take it. The daemon that made the ledger must have stopped.
void launch_all(const std::filesystem::path& database, int sessions, cadence::Instant due);

}  // namespace bench
