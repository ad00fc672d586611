// A wake-up costs what is due, not what is stored: counted in SQLite's own steps beside few and
// beside many lock sessions.
#include <gtest/gtest.h>

#include <algorithm>

#include "ledger/store.hpp"
#include "tests/ledger/sample_zones.hpp"
#include "tests/ledger/stocked_ledger.hpp"
#include "tests/ledger/temp_directory.hpp"

namespace {

using namespace std::chrono_literals;
using ledger_test::StatementWork;
using ledger_test::UnitCost;

// In Berlin it is one o'clock; New York's day ends five hours later, and nobody else's till then.
const cadence::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 6 / 8} + 23h;

struct Counted {
    std::vector<UnitCost> costs;
    std::string scans;  // statements whose plan reads a whole table that grows
};

// A scan that goes along an index and stops at its first row is none.
bool stops_at_once(const std::string& sql, const std::string& plan) {
    return plan.find(" USING ") != std::string::npos && sql.find("LIMIT 1") != std::string::npos;
}

bool scans(const std::string& plan, const std::string& table) {
    return plan.find("SCAN " + table + "\n") != plan.npos ||
           plan.find("SCAN " + table + " ") != plan.npos;
}

std::string scans_in(sqlite3* connection, const std::vector<UnitCost>& costs) {
    // For each row that a trigger's statement adds SQLite plans to look for rows that refer to it,
    // and does so only where one is known to be missing. The count of steps sees that it does not.
    sqlite3_db_config(connection, SQLITE_DBCONFIG_ENABLE_FKEY, 0, nullptr);
    std::string found;
    for (const UnitCost& cost : costs) {
        for (const auto& [sql, steps] : cost.work.statements) {
            const std::string plan = ledger_test::plan_of(connection, sql);
            for (const char* const table :
                 {"session", "pause", "token", "context_seen", "requirement", "generation",
                  "window", "delivery", "proof", "attempt", "reading", "event", "paused_session",
                  "ending", "w", "r", "s", "d"}) {
                if (scans(plan, table) && !stops_at_once(sql, plan)) found += sql + "\n" + plan;
            }
        }
    }
    return found;
}

// What differs between the two, statement by statement.
std::string difference(const UnitCost& few, const UnitCost& many) {
    std::string text;
    for (const auto& [sql, steps] : many.work.statements) {
        const auto other = few.work.statements.find(sql);
        const auto before = other == few.work.statements.end() ? 0 : other->second;
        if (steps != before) {
            text += std::to_string(before) + " -> " + std::to_string(steps) + ": " + sql + "\n";
        }
    }
    return text;
}

Counted count_beside(int lock_sessions, const std::vector<ledger_test::Owing>& due) {
    const ledger_test::TempDirectory directory;
    ledger_test::SampleZones zones;
    const std::string path = directory.path("ledger.db");
    ledger_test::make_stocked_ledger(path, zones, {lock_sessions, 1, {"Europe/Berlin"}, kNow});
    auto opened = ledger::open_ledger(path).value();
    opened.database.execute_script("PRAGMA synchronous = OFF");
    Counted counted{count_wake_ups(opened.database, zones, kNow, due), {}};
    counted.scans = scans_in(opened.database.handle(), counted.costs);
    return counted;
}

TEST(WakeUp, ManyStored_TouchesWhatIsDue) {
    const Counted few = count_beside(100, {{10, "America/New_York"}});
    const Counted many = count_beside(10'000, {{10, "America/New_York"}});
    ASSERT_EQ(few.costs.size(), many.costs.size());
    for (std::size_t i = 0; i < few.costs.size(); ++i) {
        const UnitCost& cost = many.costs[i];
        SCOPED_TRACE(cost.unit + " with " + std::to_string(cost.due) + " due");
        EXPECT_GT(cost.work.steps, 0) << "the counter counts";
        EXPECT_EQ(cost.work.steps, few.costs[i].work.steps) << difference(few.costs[i], cost);
        EXPECT_EQ(cost.work.auto_indexes, 0);
    }
    EXPECT_EQ(many.scans, "");
}

TEST(WakeUp, MoreDue_CostsMoreInThatMeasureAndNoOtherUnit) {
    const auto one = count_beside(10, {{1, "America/New_York"}}).costs;
    const auto many = count_beside(10, {{100, "America/New_York"}}).costs;
    for (std::size_t i = 0; i < one.size(); ++i) {
        SCOPED_TRACE(one[i].unit + "\n" + difference(one[i], many[i]));
        if (many[i].due == 0) continue;
        if (one[i].unit == "work_off") {
            EXPECT_GT(many[i].work.steps, 50 * one[i].work.steps);
            EXPECT_LT(many[i].work.steps, 110 * one[i].work.steps);
        } else if (one[i].unit != "find_due_lanes") {
            EXPECT_LT(many[i].work.steps, one[i].work.steps + one[i].work.steps / 2);
        }
    }
}

}  // namespace
