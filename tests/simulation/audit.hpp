// The reckoning at the end of a life: the ledger's rows against what truly happened. By questions
// in SQL and the calendar alone.
#pragma once

#include <sqlite3.h>

#include "tests/simulation/model.hpp"

namespace simulation {

// After each start: everything that was acknowledged is there.
void check_acknowledged(const Model& model, sqlite3* database, Stage& stage);

// When all is calm, and everybody has launched, and some time has passed. `wall`: the daemon's
// clock.
void audit(const Model& model, sqlite3* database, Stage& stage, Instant wall);

}  // namespace simulation
