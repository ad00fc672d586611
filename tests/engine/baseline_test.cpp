// The context that is read before a punishment: recorded by the commit that begins the attempt, and
// never lost where that one fails or nothing may be sent.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::WriteKind;

class BaselineTest : public EngineTest {
  protected:
    static engine::PlatformRequirement own(const std::string& metric) {
        engine::PlatformRequirement requirement;
        requirement.enabled = true;
        requirement.metric = metric;
        requirement.punishment = {cadence::PunishmentType::AddTime, 60s, ""};
        return requirement;
    }
    // Two punishments are due; what `after_first` does, the second one's baseline read meets.
    void punish_twice(std::function<void()> after_first) {
        start();
        enrol("wearer", 2);
        platform.breaks_after_write = std::move(after_first);
        launch("wearer", "token");
        ASSERT_EQ(platform.writes.size(), 1U);
    }
    // Within the hour a window ends, and by then the context says something new.
    void wait_for_news() {
        start();
        enrol("wearer");
        pass(13h);
        launch("wearer", "token");
        platform.requirements["wearer"] = own("another");
    }
    std::int64_t looks_of(const std::string& metric) {
        auto const counted = run(writer->run<std::int64_t>(
            [metric](ledger::Database& database) -> cadence::Result<std::int64_t> {
                auto row = database.query("SELECT count(*) FROM context_seen WHERE metric = ?1");
                row.bind(metric);
                return row.step() ? row.integer(0) : 0;
            }));
        return counted.value_or(-1);
    }
};

TEST_F(BaselineTest, PunishmentsInARow_TakeTwoCommitsEach) {
    start();
    enrol("wearer", 3);
    note_units_at_writes();
    launch("wearer", "token");
    ASSERT_EQ(platform.writes_of(WriteKind::AddTime).size(), 3U);
    EXPECT_EQ(units_at_writes.at(1), units_at_writes.at(0) + 2)
        << "the end of one, and the next one's beginning";
    EXPECT_EQ(units_at_writes.at(2), units_at_writes.at(1) + 2);
    EXPECT_EQ(platform.reads, 4) << "the verification, and a baseline each";
    EXPECT_EQ(count("applied"), 3);
}

TEST_F(BaselineTest, PlatformFoundToPunish_IsSentNothing) {
    punish_twice([this] { platform.requirements["wearer"] = own("check_in"); });
    EXPECT_EQ(count("waived"), 1);
    EXPECT_EQ(count("applied"), 1);
    EXPECT_EQ(looks_of("check_in"), 1);
    pass(1h);
    EXPECT_EQ(platform.writes.size(), 1U);
}

TEST_F(BaselineTest, ClocksThatDisagree_LoseNoFact) {
    punish_twice([this] {
        platform.requirements["wearer"] = own("check_in");
        platform.clock_skew = 3min;
    });
    EXPECT_EQ(count("waived"), 1);
}

TEST_F(BaselineTest, RateLimit_LosesNoFact) {
    platform.action_limit = 1;
    punish_twice([this] { platform.requirements["wearer"] = own("check_in"); });
    EXPECT_EQ(count("waived"), 1);
}

TEST_F(BaselineTest, ConnectionThatIsNoLongerTrusted_LosesNoFact) {
    punish_twice([this] {
        platform.requirements["wearer"] = own("check_in");
        platform.goes_stale = true;
    });
    EXPECT_EQ(count("waived"), 1);
}

TEST_F(BaselineTest, BeginningThatFails_SendsNothingAndLosesNoFact) {
    wait_for_news();
    fail_at("INSERT ON attempt");
    faults = 1;
    pass(1h + 1s);
    EXPECT_EQ(faults, 0);
    EXPECT_TRUE(platform.writes.empty());
    EXPECT_EQ(count("queued"), 1);
    EXPECT_EQ(looks_of("another"), 1) << "recorded alone";
    EXPECT_EQ(journal.count("event=lane_refused"), 1);
    pass(1min);
    EXPECT_EQ(platform.writes.size(), 1U);
    EXPECT_EQ(count("applied"), 1);
}

TEST_F(BaselineTest, ContextThatCannotBeRecordedAtAll_SendsNothing) {
    wait_for_news();
    fail_at("UPDATE OF context_seen_at_ms ON session");
    faults = 2;
    pass(1h + 1s);
    EXPECT_EQ(faults, 0);
    EXPECT_TRUE(platform.writes.empty());
    EXPECT_EQ(looks_of("another"), 0);
    EXPECT_EQ(journal.count("event=lane_refused"), 2) << "either fault is told";
    pass(1min);
    EXPECT_EQ(platform.writes.size(), 1U);
    EXPECT_EQ(looks_of("another"), 1);
}

}  // namespace
}  // namespace engine_test
