#include "tests/bench/stored/counts.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace bench {
namespace {

using ledger_test::UnitCost;
using Stocks = std::vector<std::pair<std::string, std::vector<UnitCost>>>;

bool equal_everywhere(const Stocks& stocks, std::size_t row) {
    for (const auto& [name, costs] : stocks) {
        if (costs[row].work.steps != stocks.front().second[row].work.steps) return false;
    }
    return true;
}

void print_head(const Stocks& stocks) {
    fmt::print(
        "\n### What a wake-up touches: steps of SQLite's virtual machine, and pages looked at\n\n"
        "| unit of work | windows due |");
    for (const auto& [name, costs] : stocks) fmt::print(" {} |", name);
    fmt::print(" whatever is stored |\n|---|---|");
    for (std::size_t i = 0; i < stocks.size(); ++i) fmt::print("---|");
    fmt::print("---|\n");
}

}  // namespace

void print_counts(const Stocks& stocks) {
    print_head(stocks);
    std::size_t equal = 0;
    std::int64_t scanned = 0;
    const std::size_t rows = stocks.front().second.size();
    for (std::size_t row = 0; row < rows; ++row) {
        const UnitCost& first = stocks.front().second[row];
        fmt::print("| {} | {} |", first.unit, first.due);
        for (const auto& [name, costs] : stocks) {
            const auto& work = costs[row].work;
            scanned += work.auto_indexes;
            fmt::print(" {} steps, {} pages |", work.steps, work.pages);
        }
        const bool same = equal_everywhere(stocks, row);
        equal += same ? 1 : 0;
        fmt::print(" {} |\n", same ? "equal" : "DIFFERS");
    }
    fmt::print(
        "\n{} of {} counts of steps are equal whatever is stored; rows put into automatic "
        "indexes: {}. Pages grow with the depth of the trees.\n",
        equal, rows, scanned);
    std::fflush(stdout);
}

}  // namespace bench
