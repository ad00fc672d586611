#include "tests/zones/oracle_zones.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>

#include "tests/zones/csv_file.hpp"

namespace oracle {
namespace {

int take_number(std::string_view& text) {
    int value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) throw std::runtime_error("not a date");
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return value;
}

}  // namespace

Zones::Zones() {
    CsvFile table{"zones.csv"};
    while (table.next()) {
        const std::string name{table.text("zone")};
        const auto rules = database_.find_zone(name);
        const auto hash = ":" + std::string(table.text("tzif_sha256_16"));
        Zone zone{nullptr, table.number("special_days")};
        if (rules && rules.value()->version().ends_with(hash)) zone.rules = *rules;
        if (!zone.rules) ++differing_;
        zones_.emplace(name, std::move(zone));
    }
}

const cadence::ZoneRules* Zones::find(std::string_view name) const {
    const auto found = zones_.find(name);
    if (found == zones_.end()) throw std::runtime_error("unlisted zone " + std::string(name));
    return found->second.rules.get();
}

cadence::LocalDate parse_date(std::string_view text) {
    const int year = take_number(text);
    const int month = take_number(text);
    const int day = take_number(text);
    const auto date = std::chrono::year{year} / month / day;
    if (!date.ok()) throw std::runtime_error("no such date");
    return cadence::LocalDate{date};
}

void Tally::report(const std::string& table, std::int64_t rows, const Zones& zones) const {
    std::printf(
        "oracle: %s: %lld rows, %lld checked, %lld skipped (%d zones differ from tzdata "
        "2025b)\n",
        table.c_str(), static_cast<long long>(checked_ + skipped_),
        static_cast<long long>(checked_), static_cast<long long>(skipped_), zones.differing());
    testing::Test::RecordProperty("rows", std::to_string(checked_ + skipped_));
    testing::Test::RecordProperty("checked", std::to_string(checked_));
    testing::Test::RecordProperty("skipped", std::to_string(skipped_));
    testing::Test::RecordProperty("zones_that_differ", zones.differing());
    EXPECT_EQ(checked_ + skipped_, rows);
    EXPECT_GE(checked_ * 100, rows * 50)
        << "too many zones differ from the oracle's tzdata for this test to mean anything";
}

}  // namespace oracle
