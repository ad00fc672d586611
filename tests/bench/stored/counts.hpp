// What a wake-up touches, counted beside more and more that is stored.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/bench/report.hpp"
#include "tests/ledger/stocked_ledger.hpp"

namespace bench {

// A figure for each unit and number of due windows: by how many steps the stocks differ, which come
// with their names, the least first; that one is the baseline.
[[nodiscard]] Report report_counts(
    const std::vector<std::pair<std::string, std::vector<ledger_test::UnitCost>>>& stocks);

}  // namespace bench
