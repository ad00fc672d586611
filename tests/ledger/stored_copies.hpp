// Many lock sessions quickly: what the ledger has stored for a few is laid once more under other
// names, row for row and column for column, so that it is what the ledger would have stored.
#pragma once

#include <sqlite3.h>

namespace ledger_test {

// Lays every lock session of the file, and all that belongs to it, `copies` more times; "wearer" is
// followed by "0000001-wearer" and so on. Constraints and triggers hold as ever. Throws
// std::runtime_error with SQLite's words.
void copy_stored(sqlite3* connection, int copies);

}  // namespace ledger_test
