// The wall clock is set while wearers owe something: nobody is punished for it, nothing is sent
// again, and once it is right again life goes on as if nothing had been.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::Duration;
using cadence::WriteKind;

constexpr std::chrono::hours kDay{24};
constexpr std::chrono::hours kTenYears{24 * 3652};

class Clock : public EngineTest {
  protected:
    // Our clock is wrong by `by` from now on; the platform's is not.
    void set_wrong(Duration by) {
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
        return platform.writes_of(WriteKind::AddTime).size();
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

  private:
    Duration wrong_{0};
};

struct Wrong {
    const char* name;
    Duration by;
};

class ClockSetAndSetRight : public Clock, public ::testing::WithParamInterface<Wrong> {};

TEST_P(ClockSetAndSetRight, ChangesNothingThatStays) {
    live_a_day();
    set_wrong(GetParam().by);
    pass(10min);
    EXPECT_EQ(punished(), 1U) << "while it was wrong";
    set_right();
    pass(50min);
    EXPECT_EQ(punished(), 1U) << "nothing again";
    launch("wearer", "second");
    prove("wearer", "proof-1");
    EXPECT_EQ(platform.writes_of(WriteKind::Progress).size(), 1U);
    pass(13h + 30min);
    EXPECT_EQ(verdict_of_day(0), "missed count_not_reached");
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U) << "the second day was met";
    pass(23h);
    launch("wearer", "third");
    pass(1h);
    EXPECT_EQ(verdict_of_day(2), "missed count_not_reached") << "the third is judged as any";
    EXPECT_EQ(punished(), 2U) << "and punished";
    pass(1h);
    EXPECT_EQ(punished(), 2U);
}

TEST_P(ClockSetAndSetRight, JustBeforeTheEnd_LetsTheWearerMeetIt) {
    live_a_day();
    pass(12h);
    launch("wearer", "second");
    pass(1h + 50min);
    set_wrong(GetParam().by);
    pass(3min);
    set_right();
    EXPECT_EQ(punished(), 1U) << "ten minutes before the second day's end";
    prove("wearer", "proof-1");
    pass(2h);
    EXPECT_EQ(verdict_of_day(1), "met count_reached");
    EXPECT_EQ(punished(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Steps, ClockSetAndSetRight,
                         ::testing::Values(Wrong{"SecondAhead", 1s}, Wrong{"SecondBehind", -1s},
                                           Wrong{"HourAhead", 1h}, Wrong{"HourBehind", -1h},
                                           Wrong{"DayAhead", kDay}, Wrong{"DayBehind", -kDay},
                                           Wrong{"TenYearsAhead", kTenYears},
                                           Wrong{"TenYearsBehind", -kTenYears}),
                         [](const auto& given) { return std::string{given.param.name}; });

}  // namespace
}  // namespace engine_test
