// The oracle's tables of windows. The first row that differs is printed in full and ends the test.
#include <gtest/gtest.h>

#include <stdexcept>

#include "cadence/cadence.hpp"
#include "tests/zones/csv_file.hpp"
#include "tests/zones/oracle_zones.hpp"

namespace {

using cadence::Cadence;
using cadence::CadenceUnit;
using cadence::Result;
using cadence::WindowBounds;
using oracle::CsvFile;
using oracle::parse_date;
using oracle::Tally;
using oracle::Zones;
using std::chrono::seconds;

cadence::Instant instant_in(const CsvFile& row, std::string_view column) {
    return cadence::Instant{seconds{row.number(column)}};
}

Cadence cadence_in(const CsvFile& row) {
    const auto unit = row.text("unit");
    if (unit != "day" && unit != "week") throw std::runtime_error("unknown unit");
    return {unit == "day" ? CadenceUnit::Day : CadenceUnit::Week,
            static_cast<int>(row.number("every")),
            std::chrono::weekday{static_cast<unsigned>(row.number("week_start"))},
            parse_date(row.text("anchor_date"))};
}

WindowBounds window_in(const CsvFile& row) {
    return {row.number("window_index"), instant_in(row, "start_utc"), instant_in(row, "end_utc"),
            parse_date(row.text("local_start_date")), parse_date(row.text("local_end_date"))};
}

std::string to_text(const Result<WindowBounds>& window) {
    if (!window) return window.error().detail;
    return "index " + std::to_string(window->index) + ", start_ms " +
           std::to_string(cadence::to_ms(window->start)) + ", end_ms " +
           std::to_string(cadence::to_ms(window->end)) + ", days since 1970 " +
           std::to_string(window->local_start.time_since_epoch().count()) + " to " +
           std::to_string(window->local_end.time_since_epoch().count());
}

void check_rows_by_instant(const std::string& name, std::int64_t rows) {
    const Zones zones;
    CsvFile row{name};
    Tally tally;
    while (row.next()) {
        const auto* const zone = zones.find(row.text("zone"));
        if (zone == nullptr) {
            tally.skip();
            continue;
        }
        const auto expected = window_in(row);
        const auto cadence = cadence_in(row);
        const auto found = window_containing(*zone, cadence, instant_in(row, "instant_epoch"));
        ASSERT_TRUE(found && *found == expected) << row.line() << "\nfound: " << to_text(found);
        const auto by_index = window_by_index(*zone, cadence, expected.index);
        ASSERT_TRUE(by_index && *by_index == expected)
            << row.line() << "\nby index: " << to_text(by_index);
        tally.check();
    }
    tally.report(name, rows, zones);
}

TEST(Oracle, SampleRows_AllAgree) { check_rows_by_instant("windows_sample.csv.gz", 189'726); }

TEST(Oracle, HardCases_AllAgree) { check_rows_by_instant("hard_cases.csv", 498); }

TEST(Oracle, WindowsByIndex_AllAgree) {
    const Zones zones;
    CsvFile row{"windows_by_index.csv"};
    Tally tally;
    int empty = 0;
    while (row.next()) {
        const auto* const zone = zones.find(row.text("zone"));
        if (zone == nullptr) {
            tally.skip();
            continue;
        }
        const auto expected = window_in(row);
        const auto found = window_by_index(*zone, cadence_in(row), expected.index);
        ASSERT_TRUE(found && *found == expected) << row.line() << "\nfound: " << to_text(found);
        ASSERT_EQ(found->empty(), row.text("comment").starts_with("EMPTY")) << row.line();
        if (found->empty()) ++empty;
        tally.check();
    }
    tally.report("windows_by_index.csv", 171, zones);
    EXPECT_GT(empty, 0);
}

}  // namespace
