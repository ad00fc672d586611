// What the disk and SQLite can do by themselves, in a directory of the caller's.
#pragma once

#include <filesystem>

namespace bench {

// 4 KiB appended and synced, one after the other, for a second. A second.
[[nodiscard]] double raw_syncs(const std::filesystem::path& dir);

// Rows of the ledger's table `proof`, its index included, in commits of 1,000 with WAL and
// synchronous=FULL, without foreign keys, triggers and look-ups. A second.
[[nodiscard]] double sqlite_rows(const std::filesystem::path& dir, int rows);

}  // namespace bench
