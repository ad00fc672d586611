// The database file as a whole: made when it is absent, refused when it is not ours to write, and
// brought up to date. A file that is refused is left untouched, byte for byte, with what lies
// beside it.
#pragma once

#include <string>

#include "cadence/error.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"
#include "ledger/migrations.hpp"

namespace ledger {

// In every file of ours, where SQLite keeps an application's number ("Cdnc").
constexpr std::uint32_t kApplicationId = 0x43646e63;

struct OpenedLedger {
    Database database;      // for the Writer
    bool created{false};    // there was none
    bool was_clean{false};  // the last daemon stopped cleanly: no quick_check is needed
};

// Opens `path` for the writer; the lock file is held already. A file that is absent or empty
// becomes a new ledger (mode 0600), complete or not at all. Errors say the path, what is wrong and
// what to do: StorageForeign (no SQLite file, another program's, of a newer version),
// StorageCorrupt (header, length or schema are damaged), PermissionDenied, Configuration (no such
// directory, a pragma that does not hold), StorageBusy (another program holds it; disk).
[[nodiscard]] cadence::Result<OpenedLedger> open_ledger(
    const std::string& path, const std::vector<Migration>& migrations = embedded_migrations());

// Reads all of the file on a connection of its own and says what is damaged. Takes its time.
[[nodiscard]] cadence::Result<void> quick_check(const std::string& path);

// The last unit of work of a daemon that stops: nothing may be written after it.
void mark_clean_stop(Database& database, cadence::Instant now);

}  // namespace ledger
