// Whether a file holds our schema, looked at without changing a byte of it or of what lies beside
// it.
#pragma once

#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "ledger/migrations.hpp"

namespace ledger {

// Looks into the file at `path` through SQLite. Errors: StorageForeign (its version is newer than
// `migrations`), StorageCorrupt (SQLite says so; a table, index, trigger or view of ours is absent
// or not what it should be, and the error names it), StorageBusy (another program holds it).
[[nodiscard]] cadence::Result<void> check_schema(const std::string& path,
                                                 const std::vector<Migration>& migrations);

}  // namespace ledger
