// A ledger file in which many lock sessions are stored: ten that lived through the same days in ten
// ways, by the ledger's own units of work, and copies of them (stored_copies.hpp). For tests and
// benchmarks of what storing much costs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cadence/zones.hpp"
#include "ledger/database.hpp"
#include "tests/ledger/statement_work.hpp"

namespace ledger_test {

struct Stock {
    int lock_sessions{10};           // a multiple of ten
    int days{7};                     // windows behind each of them; one more is open
    std::vector<std::string> zones;  // theirs in turn
    cadence::Instant now;            // where the last day ends
};

// Three in ten prove every day, have it delivered and hold a live token; one proves and waits for a
// launch; four miss every day, and their punishments wait; one is paused; one has ended. What was
// done is committed but not synced. Throws std::runtime_error.
void make_stocked_ledger(const std::string& path, cadence::Zones& zones, const Stock& stock);

// What one unit of work did cost while `due` windows were due.
struct UnitCost {
    std::string unit;
    int due{0};
    StatementWork work;
};

// Lock sessions that owe a day in `zone`, `due` of them.
struct Owing {
    int due{0};
    std::string zone;
};

// Enrols and launches the owing beside what is stored, moves the time from midnight to midnight
// (theirs, in the order given), and counts what each unit of a wake-up costs there. Nobody else's
// day may end meanwhile.
[[nodiscard]] std::vector<UnitCost> count_wake_ups(ledger::Database& database,
                                                   cadence::Zones& zones, cadence::Instant now,
                                                   const std::vector<Owing>& all_owing);

}  // namespace ledger_test
