// A wearer who owes one proof a day, and a machine whose wall clock the test sets wrong and right.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/engine_fixture.hpp"

namespace engine_test {

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kTenYears{24 * 3652};

class Clock : public EngineTest {
  protected:
    // Our clock is wrong by `by` from now on; the platform's is not.
    void set_wrong(cadence::Duration by) {
        wrong_ += by;
        platform.clock_skew = -wrong_;
        clock.step_to(clock.now() + by);
        settle();
    }
    void set_right() { set_wrong(-wrong_); }

    // The first day is missed and punished; it is ten in the morning of the second.
    void live_a_day() {
        ASSERT_EQ(sqlite3_exec(handle, "PRAGMA synchronous = OFF", nullptr, nullptr, nullptr),
                  SQLITE_OK);
        start();
        enrol("wearer");
        pass(13h);
        launch("wearer", "first");
        pass(11h);
        ASSERT_EQ(punished(), 1U);
    }

    [[nodiscard]] std::size_t punished() const {
        return platform.writes_of(cadence::WriteKind::AddTime).size();
    }

    std::string verdict_of_day(int day) {
        auto const start =
            std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + std::chrono::days{day};
        auto const found = run(writer->run<std::string>(
            [start](ledger::Database& database) -> cadence::Result<std::string> {
                auto row = database.query(
                    "SELECT ifnull(verdict, 'open') || ' ' || reason FROM window"
                    " WHERE start_at_ms = ?1");
                row.bind(cadence::Instant{start});
                return row.step() ? row.text(0) : std::string{"none"};
            }));
        return found.value_or("?");
    }

    std::int64_t count_windows(const std::string& id, const std::string& condition) {
        auto const sql =
            "SELECT count(*) FROM window JOIN requirement r ON r.id = requirement"
            " WHERE r.session = ?1 AND " +
            condition;
        auto const found = run(writer->run<std::int64_t>(
            [id, sql](ledger::Database& database) -> cadence::Result<std::int64_t> {
                auto row = database.query(sql);
                row.bind(id);
                return row.step() ? row.integer(0) : -1;
            }));
        return found.value_or(-1);
    }

    std::int64_t count(const std::string& what) {
        auto const found = run(writer->run<std::int64_t>(
            [what](ledger::Database& database) -> cadence::Result<std::int64_t> {
                auto row = database.query("SELECT count(*) FROM " + what);
                return row.step() ? row.integer(0) : -1;
            }));
        return found.value_or(-1);
    }

  private:
    cadence::Duration wrong_{0};
};

}  // namespace engine_test
