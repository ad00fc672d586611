// The part of the audit that is about windows: their bounds by the calendar, what counts in them,
// their verdicts, by the ledger and in truth, and that a miss has its punishment's row.
#pragma once

#include <sqlite3.h>

#include "tests/simulation/model.hpp"
#include "tests/simulation/stage.hpp"

namespace simulation {

void audit_windows(const Model& model, sqlite3* database, Stage& stage, Instant wall);

}  // namespace simulation
