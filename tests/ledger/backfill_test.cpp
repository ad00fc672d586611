// Closed windows judged again.
#include <set>

#include "tests/ledger/ledger_fixture.hpp"

namespace ledger_test {
namespace {

using cadence::VerdictKind;
using engine::BackfillChunk;
using engine::BackfillRange;

cadence::LocalDate june(unsigned day) {
    return cadence::LocalDate{std::chrono::year{2026} / 6 / static_cast<int>(day)};
}

class BackfillTest : public LedgerTest {
  protected:
    BackfillChunk rejudge(const BackfillRange& range, int limit = 100,
                          std::optional<cadence::WindowId> cursor = {}) {
        auto chunk = run(docket->rejudge(range, cursor, limit, policy, now));
        if (chunk) return std::move(*chunk);
        ADD_FAILURE() << chunk.error().detail;
        return {};
    }

    static BackfillRange range(unsigned from, unsigned to, const char* mode = "") {
        BackfillRange asked{june(from), june(to), {}, {}, false, false};
        asked.dry_run = std::string(mode) == "dry";
        asked.punish = std::string(mode) == "punish";
        return asked;
    }

    // Three missed days with a proof of the first that was ignored.
    void miss_three_days() {
        auto spec = daily();
        spec.rules.late_proof = cadence::LateProof::Ignore;
        must_put(session({spec}));
        live_until(utc(2026, 6, 4, 10h));
        must_work_off();
        proof("p1", utc(2026, 6, 1, 12h));
        ASSERT_EQ(number("SELECT count(*) FROM window WHERE verdict = 'missed'"), 3);
    }
};

TEST_F(BackfillTest, Range_MeansTheLastLocalDatesBothIncluded) {
    miss_three_days();
    const auto found = rejudge(range(2, 3, "dry")).windows;
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].local_start, june(2));
    EXPECT_EQ(found[1].local_end, june(4));
    EXPECT_TRUE(rejudge(range(4, 30, "dry")).windows.empty()) << "the open one is not closed";
}

TEST_F(BackfillTest, IgnoredProof_CountsAndTurnsTheMiss) {
    miss_three_days();
    const auto chunk = rejudge(range(1, 3));
    ASSERT_EQ(chunk.windows.size(), 3U);
    EXPECT_EQ(chunk.windows[0].before.kind, VerdictKind::Missed);
    EXPECT_EQ(chunk.windows[0].after.kind, VerdictKind::Met);
    EXPECT_EQ(chunk.windows[0].deliveries, Lines{"progress"});
    EXPECT_FALSE(chunk.windows[1].changes());
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 met count_reached");
    EXPECT_EQ(number("SELECT counted FROM proof"), 1);
    EXPECT_EQ(deliveries().front(), "punishment add_time waived unwanted");
}

TEST_F(BackfillTest, DryRun_SaysTheSameAndWritesNothing) {
    miss_three_days();
    const auto dump = [this] {
        return text("SELECT group_concat(id || verdict || count || revision) FROM window") +
               text("SELECT group_concat(id || state || amount || revision) FROM delivery") +
               text("SELECT group_concat(id || counted) FROM proof") +
               text("SELECT count(*) FROM event");
    };
    const std::string before = dump();
    const auto planned = rejudge(range(1, 3, "dry"));
    EXPECT_EQ(dump(), before);
    const auto done = rejudge(range(1, 3));
    ASSERT_EQ(planned.windows.size(), done.windows.size());
    for (std::size_t i = 0; i < done.windows.size(); ++i) {
        EXPECT_EQ(planned.windows[i].after, done.windows[i].after);
        EXPECT_EQ(planned.windows[i].deliveries, done.windows[i].deliveries);
    }
}

TEST_F(BackfillTest, Again_CreatesNothing) {
    miss_three_days();
    rejudge(range(1, 3, "punish"));
    for (const auto& window : rejudge(range(1, 3, "punish")).windows) {
        EXPECT_FALSE(window.changes());
    }
}

TEST_F(BackfillTest, WithoutPunish_NothingBecomesAMiss) {
    must_put(session({daily()}));
    ASSERT_TRUE(run(intake->pause_session({"lock-1"}, now + 1h, "holiday", now)));
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    tamper("DELETE FROM pause");  // the operator found that the pause was none
    EXPECT_FALSE(rejudge(range(1, 1)).windows.at(0).changes());
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 excused pause");
    const auto punished = rejudge(range(1, 1, "punish")).windows.at(0);
    EXPECT_EQ(punished.after.kind, VerdictKind::Missed);
    EXPECT_EQ(punished.deliveries, Lines{"punishment"});
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waiting "});
}

TEST_F(BackfillTest, Chunks_CoverTheRangeOnce) {
    miss_three_days();
    std::vector<std::int64_t> seen;
    std::optional<cadence::WindowId> cursor;
    do {
        const auto chunk = rejudge(range(1, 3, "dry"), 1, cursor);
        for (const auto& window : chunk.windows) seen.push_back(window.window.value);
        cursor = chunk.next;
    } while (cursor);
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_EQ(std::set<std::int64_t>(seen.begin(), seen.end()).size(), 3U);
}

TEST_F(BackfillTest, Filters_Hold) {
    miss_three_days();
    auto asked = range(1, 3, "dry");
    asked.session = SessionId{"another"};
    EXPECT_TRUE(rejudge(asked).windows.empty());
    asked.session = SessionId{"lock-1"};
    asked.metric = "check_in";
    EXPECT_EQ(rejudge(asked).windows.size(), 3U);
    asked.metric = "another";
    EXPECT_TRUE(rejudge(asked).windows.empty());
}

}  // namespace
}  // namespace ledger_test
