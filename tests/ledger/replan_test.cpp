// The zone database is replaced between two runs of the daemon: open windows follow, closed ones
// stay.
#include "ledger/replan.hpp"

#include "tests/ledger/ledger_fixture.hpp"
#include "tests/ledger/statement_work.hpp"

namespace ledger_test {
namespace {

class ReplanTest : public LedgerTest {
  protected:
    // Berlin as it would be if it had moved to another offset for good: two hours in June so far.
    void move_berlin(std::chrono::seconds offset) {
        const std::vector<cadence::ZoneRules::Period> always{
            {std::chrono::sys_seconds::min(), offset}};
        zones.replace(std::make_shared<const cadence::ZoneRules>("Europe/Berlin", "sample:2",
                                                                 always, std::nullopt));
    }

    int restart() {
        const auto recovered = run(docket->recover(policy, now, {}));
        if (recovered) return recovered->replanned;
        ADD_FAILURE() << recovered.error().detail;
        return -1;
    }

    // Of SQLite's virtual machine.
    std::int64_t steps_of_a_start() {
        const auto count = [this](ledger::Database& database) -> cadence::Result<std::int64_t> {
            WorkMeter meter(database.handle());
            static_cast<void>(ledger::replan_open_windows(database, zones, policy, now));
            return meter.take().steps;
        };
        return *run(writer->run<std::int64_t>(count));
    }

    Instant end_of_newest() {
        return cadence::from_ms(number("SELECT max(end_at_ms) FROM window"));
    }
};

TEST_F(ReplanTest, SameDatabase_ChangesNothing) {
    must_put(session({daily()}));
    EXPECT_EQ(restart(), 0);
    EXPECT_EQ(end_of_newest(), utc(2026, 6, 1, 22h));
}

TEST_F(ReplanTest, OpenWindow_EndsWhereItsDateDoesNowAndTheNextBeginsThere) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    move_berlin(1h);
    EXPECT_EQ(restart(), 1);
    EXPECT_EQ(end_of_newest(), utc(2026, 6, 2, 23h));
    EXPECT_EQ(text("SELECT zone_version FROM window ORDER BY id DESC"), "sample:2");
    EXPECT_EQ(number("SELECT end_at_ms FROM window ORDER BY id"),
              cadence::to_ms(utc(2026, 6, 1, 22h)))
        << "a closed one stays";
    live_until(utc(2026, 6, 2, 22h + 30min));
    must_work_off();
    EXPECT_EQ(windows().back(), "2026-06-02..2026-06-03 open ") << "by the old rules it is over";
    live_until(utc(2026, 6, 2, 23h + 5min));
    must_work_off();
    EXPECT_EQ(windows(), (Lines{"2026-06-01..2026-06-02 missed count_not_reached",
                                "2026-06-02..2026-06-03 missed count_not_reached",
                                "2026-06-03..2026-06-04 open "}));
    EXPECT_EQ(end_of_newest(), utc(2026, 6, 3, 23h));
    EXPECT_EQ(restart(), 0);
}

TEST_F(ReplanTest, MetWindow_MovesToo) {
    must_put(session({daily()}));
    proof("p1");
    move_berlin(1h);
    EXPECT_EQ(restart(), 1);
    EXPECT_EQ(end_of_newest(), utc(2026, 6, 1, 23h));
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 met count_reached"});
}

TEST_F(ReplanTest, EndThatHasGoneByAlready_StaysWhereItWas) {
    must_put(session({daily()}));
    live_until(utc(2026, 6, 1, 21h + 30min));
    move_berlin(3h);
    EXPECT_EQ(restart(), 0);
    EXPECT_EQ(end_of_newest(), utc(2026, 6, 1, 22h));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(end_of_newest(), utc(2026, 6, 2, 21h)) << "the next one is back on the grid";
}

TEST_F(ReplanTest, Start_CostsNoMoreForMoreOpenWindows) {
    must_put(session({daily()}));
    const auto one = steps_of_a_start();
    for (int i = 2; i < 40; ++i) must_put(session({daily()}, "lock-" + std::to_string(i)));
    EXPECT_EQ(steps_of_a_start(), one);
    EXPECT_GT(one, 0);
}

TEST_F(ReplanTest, RulesThatNoOpenWindowIsPlannedBy_AreForgotten) {
    must_put(session({daily()}));
    move_berlin(1h);
    EXPECT_EQ(restart(), 1);
    EXPECT_EQ(number("SELECT count(*) FROM zone_edition"), 1);
    EXPECT_EQ(text("SELECT version FROM zone_edition"), "sample:2");
}

}  // namespace
}  // namespace ledger_test
