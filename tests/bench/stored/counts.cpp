#include "tests/bench/stored/counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace bench {
namespace {

using ledger_test::UnitCost;
using Stocks = std::vector<std::pair<std::string, std::vector<UnitCost>>>;

// The most that any stock's count differs from the first's.
std::int64_t difference(const Stocks& stocks, std::size_t row) {
    std::int64_t most = 0;
    for (const auto& [name, costs] : stocks) {
        const auto more = costs[row].work.steps - stocks.front().second[row].work.steps;
        most = std::max(most, std::abs(more));
    }
    return most;
}

std::string counts_of(const Stocks& stocks, std::size_t row) {
    std::string text;
    for (const auto& [name, costs] : stocks) {
        text += fmt::format("{}{}: {} steps, {} pages", text.empty() ? "" : "; ", name,
                            costs[row].work.steps, costs[row].work.pages);
    }
    return text;
}

std::int64_t automatic_indexes(const std::vector<UnitCost>& costs) {
    std::int64_t rows = 0;
    for (const UnitCost& cost : costs) rows += cost.work.auto_indexes;
    return rows;
}

}  // namespace

Report report_counts(const Stocks& stocks) {
    const auto& [least, first] = stocks.front();
    Report report(
        "What a wake-up touches: more or fewer steps of SQLite's virtual machine than "
        "with " +
        least + " lock sessions");
    for (std::size_t row = 0; row < first.size(); ++row) {
        report.add({fmt::format("{}, {} windows due", first[row].unit, first[row].due),
                    static_cast<double>(difference(stocks, row)), "steps", Wanted::AtMost, 0,
                    counts_of(stocks, row)});
    }
    std::int64_t rows = 0;
    for (const auto& [name, costs] : stocks) rows += automatic_indexes(costs);
    report.add({"rows put into automatic indexes, all of these together", static_cast<double>(rows),
                "", Wanted::AtMost, 0, fmt::format("{}: {}", least, automatic_indexes(first))});
    report.note("Pages grow with the depth of the trees. Counts are the same on every machine.");
    return report;
}

}  // namespace bench
