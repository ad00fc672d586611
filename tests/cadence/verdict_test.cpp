#include "cadence/verdict.hpp"

#include <gtest/gtest.h>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Instant kStart = from_ms(1'700'000'000'000);
constexpr Instant kEnd = kStart + 24h;
constexpr Instant kEnrolled = kStart - 100h;

WindowFacts unmet() {
    WindowFacts facts;
    facts.start = kStart;
    facts.end = kEnd;
    facts.count = 1;
    facts.required_count = 2;
    return facts;
}

const Verdict kMissed{VerdictKind::Missed, "count_not_reached"};

struct ExcuseCase {
    const char* reason;
    void (*excuse)(WindowFacts&);
};

// In the order of precedence.
const ExcuseCase kExcuses[] = {
    {"first_window", [](WindowFacts& facts) { facts.contains_activation = true; }},
    {"pause",
     [](WindowFacts& facts) {
         facts.pauses = {{kStart + 1h, kStart + 2h}};
     }},
    {"lock_ended", [](WindowFacts& facts) { facts.lock_ended = true; }},
    {"requirement_removed", [](WindowFacts& facts) { facts.requirement_removed = true; }},
    {"outage",
     [](WindowFacts& facts) {
         facts.outages = {{kStart, kStart + 13h}};
     }},
    {"too_old", [](WindowFacts& facts) { facts.too_old = true; }},
};

TEST(Judge, CountNotReachedWithoutExcuse_IsMissed) { EXPECT_EQ(judge(unmet()), kMissed); }

TEST(Judge, EachExcuseAlone_Excuses) {
    for (const ExcuseCase& one : kExcuses) {
        WindowFacts facts = unmet();
        one.excuse(facts);
        EXPECT_EQ(judge(facts), (Verdict{VerdictKind::Excused, one.reason}));
    }
}

TEST(Judge, SeveralExcuses_TheEarlierOneIsTheReason) {
    for (const ExcuseCase& first : kExcuses) {
        for (const ExcuseCase* second = &first + 1; second != std::end(kExcuses); ++second) {
            WindowFacts facts = unmet();
            second->excuse(facts);
            first.excuse(facts);
            EXPECT_EQ(judge(facts).reason, first.reason) << "before " << second->reason;
        }
    }
}

TEST(Judge, CountReached_BeatsEveryExcuse) {
    WindowFacts facts = unmet();
    for (const ExcuseCase& one : kExcuses) one.excuse(facts);
    for (const std::int64_t count : {2, 3, 1000}) {
        facts.count = count;
        EXPECT_EQ(judge(facts), (Verdict{VerdictKind::Met, "count_reached"}));
    }
}

TEST(Judge, FirstWindowWhenStrict_IsMissed) {
    WindowFacts facts = unmet();
    facts.contains_activation = true;
    facts.first_window = FirstWindow::Strict;
    EXPECT_EQ(judge(facts), kMissed);
}

TEST(Judge, OutagesOfExactlyHalf_DoNotExcuse) {
    WindowFacts facts = unmet();
    facts.outages = {{kStart, kStart + 12h}};
    EXPECT_EQ(judge(facts), kMissed);
    facts.outages = {{kStart, kStart + 12h + 1ms}};
    EXPECT_EQ(judge(facts).reason, "outage");
}

TEST(Judge, OutagesThatOverlap_CountOnce) {
    WindowFacts facts = unmet();
    facts.outages = {
        {kStart + 2h, kStart + 10h}, {kStart, kStart + 9h}, {kStart + 3h, kStart + 4h}};
    EXPECT_EQ(judge(facts), kMissed);
}

TEST(Judge, OutagesInPieces_CountInSum) {
    WindowFacts facts = unmet();
    facts.outages = {
        {kStart + 20h, kStart + 25h}, {kStart - 5h, kStart + 5h}, {kStart + 8h, kStart + 12h}};
    EXPECT_EQ(judge(facts).reason, "outage");
}

TEST(Judge, PauseThatOnlyMeetsTheWindow_DoesNotTouchIt) {
    WindowFacts facts = unmet();
    facts.pauses = {{kStart - 1h, kStart}, {kEnd, kEnd + 1h}};
    EXPECT_EQ(judge(facts), kMissed);
}

struct TouchCase {
    Duration from;  // after kStart
    Duration to;
    bool touches;
};

TEST(Touches, EdgesOfHalfOpenIntervals_Table) {
    const TouchCase cases[] = {
        {-2h, -1h, false}, {-1h, 0ms, false}, {-1h, 1ms, true},       {0ms, 1ms, true},
        {5h, 6h, true},    {-1h, 48h, true},  {24h - 1ms, 24h, true}, {24h, 25h, false},
        {0ms, 0ms, true},  {5h, 5h, true},    {24h, 24h, false},      {-1ms, -1ms, false},
    };
    for (const TouchCase& one : cases) {
        EXPECT_EQ(touches({{kStart + one.from, kStart + one.to}}, kStart, kEnd), one.touches)
            << one.from.count() << " .. " << one.to.count();
    }
    EXPECT_FALSE(touches({}, kStart, kEnd));
}

TEST(Touches, EmptyWindow_IsNeverTouched) {
    EXPECT_FALSE(touches({{kStart - 1h, kStart + 1h}}, kStart, kStart));
}

TEST(Covered, UnionClippedToTheWindow_Table) {
    EXPECT_EQ(covered({}, kStart, kEnd), 0ms);
    EXPECT_EQ(covered({{kStart - 5h, kEnd + 5h}}, kStart, kEnd), 24h);
    EXPECT_EQ(covered({{kStart - 5h, kStart}, {kEnd, kEnd + 1h}}, kStart, kEnd), 0ms);
    EXPECT_EQ(covered({{kStart + 1h, kStart + 2h}, {kStart + 2h, kStart + 3h}}, kStart, kEnd), 2h);
    EXPECT_EQ(covered({{kStart + 4h, kStart + 5h}, {kStart + 1h, kStart + 9h}}, kStart, kEnd), 8h);
    EXPECT_EQ(covered({{kStart + 5h, kStart + 4h}}, kStart, kEnd), 0ms);
}

TEST(JudgeAt, WithoutOutage_IsEndPlusGrace) {
    EXPECT_EQ(judge_at(kEnd, 5min, kEnrolled, {}, 30min), kEnd + 5min);
    EXPECT_EQ(judge_at(kEnd, 0ms, kEnrolled, {}, 30min), kEnd);
}

TEST(JudgeAt, WindowThatEndedBeforeEnrolment_WaitsTheGraceFromThere) {
    EXPECT_EQ(judge_at(kEnd, 5min, kEnd + 400h, {}, 30min), kEnd + 400h + 5min);
    EXPECT_EQ(judge_at(kEnd, 5min, kEnd, {}, 30min), kEnd + 5min);
}

TEST(JudgeAt, EndInsideAnOutage_WaitsForBackendsToHandIn) {
    const Instant up = kEnd + 3h;
    EXPECT_EQ(judge_at(kEnd, 5min, kEnrolled, {{kEnd - 1h, up}}, 30min), up + 30min);
    EXPECT_EQ(judge_at(kEnd, 5min, kEnrolled, {{kEnd - 1h, kEnd}}, 30min), kEnd + 30min);
    EXPECT_EQ(judge_at(kEnd, 5min, kEnrolled, {{kEnd, up}}, 30min), up + 30min);
}

TEST(JudgeAt, OutageElsewhere_ChangesNothing) {
    const std::vector<Interval> outages{{kStart, kEnd - 1ms}, {kEnd + 1ms, kEnd + 9h}};
    EXPECT_EQ(judge_at(kEnd, 5min, kEnrolled, outages, 30min), kEnd + 5min);
}

TEST(JudgeAt, OutagesThatMeet_AreOne) {
    const std::vector<Interval> outages{{kEnd + 1h, kEnd + 2h}, {kEnd - 1h, kEnd + 1h}};
    EXPECT_EQ(judge_at(kEnd, 5min, kEnrolled, outages, 30min), kEnd + 2h + 30min);
}

TEST(JudgeAt, GraceLongerThanTheOutage_Wins) {
    EXPECT_EQ(judge_at(kEnd, 10h, kEnrolled, {{kEnd - 1h, kEnd + 1h}}, 30min), kEnd + 10h);
}

Rules owned_by(Owner owner) {
    Rules rules;
    rules.owner = owner;
    rules.key = "their_key";
    rules.punishment = {PunishmentType::AddTime, 3600s, ""};
    return rules;
}

ContextSeen seen(const char* metric, bool punishes) { return {kStart, metric, punishes}; }

struct OwnerCase {
    std::vector<ContextSeen> seen;
    PunishedBy automatic;
    PunishedBy daemon;
};

TEST(PunishedBy, EveryOwnerAndContext_Table) {
    const OwnerCase cases[] = {
        {{}, PunishedBy::NotKnownYet, PunishedBy::Daemon},
        {{seen("", false)}, PunishedBy::Daemon, PunishedBy::Daemon},
        // It punishes something that could not be read: it may be ours.
        {{seen("", true)}, PunishedBy::Platform, PunishedBy::Daemon},
        {{seen("our_metric", true)}, PunishedBy::Platform, PunishedBy::Daemon},
        {{seen("their_key", true)}, PunishedBy::Platform, PunishedBy::Daemon},
        {{seen("another", true)}, PunishedBy::Daemon, PunishedBy::Daemon},
        {{seen("our_metric", false)}, PunishedBy::Daemon, PunishedBy::Daemon},
        {{seen("their_key", false)}, PunishedBy::Daemon, PunishedBy::Daemon},
        {{seen("our_metric", true), seen("our_metric", false)},
         PunishedBy::Platform,
         PunishedBy::Daemon},
        {{seen("", false), seen("their_key", true)}, PunishedBy::Platform, PunishedBy::Daemon},
        {{seen("another", true), seen("our_metric", false)},
         PunishedBy::Daemon,
         PunishedBy::Daemon},
    };
    for (std::size_t i = 0; i < std::size(cases); ++i) {
        const auto& one = cases[i];
        EXPECT_EQ(punished_by(owned_by(Owner::Auto), "our_metric", one.seen), one.automatic) << i;
        EXPECT_EQ(punished_by(owned_by(Owner::Daemon), "our_metric", one.seen), one.daemon) << i;
        EXPECT_EQ(punished_by(owned_by(Owner::Platform), "our_metric", one.seen),
                  PunishedBy::Platform);
        EXPECT_EQ(punished_by(owned_by(Owner::Nobody), "our_metric", one.seen), PunishedBy::Nobody);
    }
}

TEST(OwesPunishment, VerdictTypeAndPast_Table) {
    const Rules rules = owned_by(Owner::Auto);
    EXPECT_TRUE(owes_punishment(kMissed, rules, false, false));
    EXPECT_TRUE(owes_punishment(kMissed, rules, false, true));
    EXPECT_FALSE(owes_punishment(kMissed, rules, true, false));
    EXPECT_TRUE(owes_punishment(kMissed, rules, true, true));
    EXPECT_FALSE(owes_punishment({VerdictKind::Met, "count_reached"}, rules, false, true));
    EXPECT_FALSE(owes_punishment({VerdictKind::Excused, "pause"}, rules, false, true));
}

TEST(OwesPunishment, OwnerAndType_Table) {
    EXPECT_TRUE(owes_punishment(kMissed, owned_by(Owner::Daemon), false, false));
    // A row, so that it can be waived where everybody sees it.
    EXPECT_TRUE(owes_punishment(kMissed, owned_by(Owner::Platform), false, false));
    EXPECT_TRUE(owes_punishment(kMissed, owned_by(Owner::Nobody), false, false));
    Rules nothing = owned_by(Owner::Daemon);
    nothing.punishment = {};
    EXPECT_FALSE(owes_punishment(kMissed, nothing, false, true));
}

TEST(VerdictKind, ToString_IsTheContractsWord) {
    EXPECT_STREQ(to_string(VerdictKind::Met), "met");
    EXPECT_STREQ(to_string(VerdictKind::Missed), "missed");
    EXPECT_STREQ(to_string(VerdictKind::Excused), "excused");
}

}  // namespace
