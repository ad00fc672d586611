// SQLite's result codes in the words of the project.
#pragma once

#include <sqlite3.h>

#include <string>

#include "cadence/error.hpp"

namespace ledger {

// `extended`: SQLite's result code, primary or extended. `doing`: what was tried, without any
// value.
[[nodiscard]] cadence::Error storage_error(int extended, const std::string& doing);

}  // namespace ledger
