// What a wake-up touches, counted beside more and more that is stored.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/ledger/stocked_ledger.hpp"

namespace bench {

// Markdown, on standard output: a row for each unit and number of due windows, a column for each
// stock, by its name. Says whether the counts are equal.
void print_counts(
    const std::vector<std::pair<std::string, std::vector<ledger_test::UnitCost>>>& stocks);

}  // namespace bench
