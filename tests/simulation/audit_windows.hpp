// The part of the audit that is about windows: their bounds by the calendar, what counts in them,
// their verdicts, and that a miss has its punishment's row.
#pragma once

#include <sqlite3.h>

#include "tests/simulation/ledger_view.hpp"
#include "tests/simulation/stage.hpp"

namespace simulation {

void audit_windows(sqlite3* database, Stage& stage, Instant wall);

}  // namespace simulation
