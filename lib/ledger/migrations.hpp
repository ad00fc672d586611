// The schema's history: forward-only steps, each in a transaction of its own. A file's user_version
// is the number of steps it has taken.
#pragma once

#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "ledger/database.hpp"

namespace ledger {

struct Migration {
    std::string name;  // the file's in schema/, without its extension
    std::string sql;
};

// What schema/ held when the program was built, in order.
[[nodiscard]] const std::vector<Migration>& embedded_migrations();

[[nodiscard]] int user_version_of(Database& database);

// Takes the steps that the file has not taken yet; repeating is fine. Each one and its number are
// one commit, read back. Errors: whatever SQLite says, naming the step; the steps before it stay
// taken.
[[nodiscard]] cadence::Result<void> migrate(Database& database,
                                            const std::vector<Migration>& migrations);

}  // namespace ledger
