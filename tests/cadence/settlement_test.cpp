#include "cadence/settlement.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using namespace cadence;
using namespace std::chrono_literals;
using Kind = SettlingStep::Kind;

constexpr Instant kBaselineAt{std::chrono::hours{24 * 365 * 56}};
constexpr Instant kGivenUp = kBaselineAt + 15s;  // a time-out, usually

Write write_of(WriteKind kind, std::int64_t seconds = 3600) {
    Write write;
    write.kind = kind;
    write.seconds = std::chrono::seconds{seconds};
    return write;
}

LockReading timed(Duration after_baseline, std::int64_t remaining) {
    return {kBaselineAt + after_baseline, std::nullopt, remaining, std::nullopt};
}

LockReading frozen(Duration after_baseline, bool is_frozen) {
    return {kBaselineAt + after_baseline, is_frozen, std::nullopt, std::nullopt};
}

const Write kAddTime = write_of(WriteKind::AddTime);
const Write kFreeze = write_of(WriteKind::Freeze);
const LockReading kBaseline = timed(0s, 100'000);

TEST(Weigh, AddTimeByItsBands_Table) {
    struct Case {
        std::int64_t remaining;
        Finding finding;
    };
    // 20 s after the baseline; an hour is added.
    const Case cases[] = {
        {100'000 - 26, Finding::Neither},
        {100'000 - 25, Finding::Against},
        {100'000 - 20, Finding::Against},
        {100'000, Finding::Against},
        {100'000 + 5, Finding::Against},
        {100'000 + 6, Finding::Neither},
        {103'600 - 26, Finding::Neither},
        {103'600 - 25, Finding::For},
        {103'600 - 20, Finding::For},
        {103'600 + 5, Finding::For},
        {103'600 + 6, Finding::Neither},
        {107'200 - 20, Finding::Neither},
        {0, Finding::Neither},
        {100'000 - 3600, Finding::Neither},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(weigh(kAddTime, kBaseline, timed(20s, one.remaining)), one.finding)
            << one.remaining;
    }
}

TEST(Weigh, RemoveTime_LiesBelow) {
    const Write undo = write_of(WriteKind::RemoveTime);
    EXPECT_EQ(weigh(undo, kBaseline, timed(20s, 96'380)), Finding::For);
    EXPECT_EQ(weigh(undo, kBaseline, timed(20s, 99'980)), Finding::Against);
    EXPECT_EQ(weigh(undo, kBaseline, timed(20s, 103'580)), Finding::Neither);
    // A lock has no less time than none.
    EXPECT_EQ(weigh(undo, timed(0s, 1'000), timed(20s, 0)), Finding::For);
}

TEST(Weigh, BandsThatOverlap_AreNoEvidence) {
    const Write minute = write_of(WriteKind::AddTime, 60);
    EXPECT_EQ(weigh(minute, kBaseline, timed(49s, 100'060)), Finding::For);
    EXPECT_EQ(weigh(minute, kBaseline, timed(50s, 100'060)), Finding::Silent)
        << "100 000 + 5 could be a lock that stood still, or one that ran and got a minute";
    EXPECT_EQ(weigh(minute, kBaseline, timed(50s, 99'950)), Finding::Silent);
}

TEST(Weigh, WhatIsNotTold_SaysNothing) {
    EXPECT_EQ(weigh(kAddTime, frozen(0s, false), timed(20s, 100'000)), Finding::Silent);
    EXPECT_EQ(weigh(kAddTime, kBaseline, frozen(20s, false)), Finding::Silent);
    EXPECT_EQ(weigh(kFreeze, kBaseline, frozen(20s, true)), Finding::Silent);
    EXPECT_EQ(weigh(kFreeze, frozen(0s, false), timed(20s, 1)), Finding::Silent);
    EXPECT_EQ(weigh(write_of(WriteKind::Pillory), kBaseline, timed(20s, 1)), Finding::Silent);
}

TEST(Weigh, ClockThatWasSetBack_SaysNothing) {
    EXPECT_EQ(weigh(kAddTime, kBaseline, timed(-1s, 103'600)), Finding::Silent);
    EXPECT_EQ(weigh(kFreeze, frozen(0s, false), frozen(-1s, true)), Finding::Silent);
}

TEST(Weigh, Freeze_OnlyWhileOursWouldStillRun) {
    const LockReading thawed = frozen(0s, false);
    EXPECT_EQ(weigh(kFreeze, thawed, frozen(20s, true)), Finding::For);
    EXPECT_EQ(weigh(kFreeze, thawed, frozen(20s, false)), Finding::Against);
    EXPECT_EQ(weigh(kFreeze, thawed, frozen(3599s, false)), Finding::Against);
    EXPECT_EQ(weigh(kFreeze, thawed, frozen(3600s, false)), Finding::Silent);
    EXPECT_EQ(weigh(kFreeze, thawed, frozen(3600s, true)), Finding::Silent);
    EXPECT_EQ(weigh(kFreeze, frozen(0s, true), frozen(20s, true)), Finding::Silent);
}

TEST(Weigh, SlowBaseline_MayBeAsOldAsItsQuestion) {
    LockReading baseline = kBaseline;
    EXPECT_EQ(weigh(kAddTime, baseline, timed(20s, 99'960)), Finding::Neither);
    baseline.took = 15s;
    EXPECT_EQ(weigh(kAddTime, baseline, timed(20s, 99'960)), Finding::Against);
    EXPECT_EQ(weigh(kAddTime, baseline, timed(20s, 99'959)), Finding::Neither);
    baseline.took = 3590s;
    EXPECT_EQ(next_settling_step(kAddTime, baseline, kGivenUp, {}).reason, "effect_too_small");
}

TEST(EvidenceEnds, Table) {
    EXPECT_EQ(evidence_ends(kAddTime, kBaseline), kBaselineAt + 1h - 10s);
    EXPECT_EQ(evidence_ends(write_of(WriteKind::RemoveTime), kBaseline), kBaselineAt + 1h - 10s);
    LockReading slow = kBaseline;
    slow.took = 2s;
    EXPECT_EQ(evidence_ends(kAddTime, slow), kBaselineAt + 1h - 12s);
    EXPECT_EQ(evidence_ends(kFreeze, frozen(0s, false)), kBaselineAt + 1h);
    EXPECT_EQ(evidence_ends(write_of(WriteKind::Unfreeze), frozen(0s, true)), kBaselineAt + 1h);
    EXPECT_FALSE(evidence_ends(kFreeze, frozen(0s, true)));
    EXPECT_FALSE(evidence_ends(kAddTime, frozen(0s, true)));
    EXPECT_FALSE(evidence_ends(write_of(WriteKind::Pillory), kBaseline));
}

TEST(EvidenceEnds, IsWhenTheLastReadingThatTells) {
    const Instant end = evidence_ends(kAddTime, kBaseline).value();
    const auto tells = [](Instant at) {
        return weigh(kAddTime, kBaseline, timed(at - kBaselineAt, 100'000)) != Finding::Silent;
    };
    EXPECT_TRUE(tells(end - 1s));
    EXPECT_FALSE(tells(end));
    const Instant thawed = evidence_ends(kFreeze, frozen(0s, false)).value();
    const auto shows = [](Instant at) {
        return weigh(kFreeze, frozen(0s, false), frozen(at - kBaselineAt, true)) != Finding::Silent;
    };
    EXPECT_TRUE(shows(thawed - 1ms));
    EXPECT_FALSE(shows(thawed));
}

TEST(Weigh, Unfreeze_ByWhatIsLeftOfIt) {
    const Write thaw = write_of(WriteKind::Unfreeze);
    EXPECT_EQ(weigh(thaw, frozen(0s, true), frozen(20s, false)), Finding::For);
    EXPECT_EQ(weigh(thaw, frozen(0s, true), frozen(20s, true)), Finding::Against);
    EXPECT_EQ(weigh(thaw, frozen(0s, false), frozen(20s, false)), Finding::Silent);
}

TEST(AppliedTooOften, OnlyInTheBandsAboveTheFirst) {
    const Write back = write_of(WriteKind::RemoveTime);
    const auto times = [](const Write& write, const LockReading& read, int attempts = 2) {
        return applied_too_often(write, kBaseline, read, attempts).value_or(0);
    };
    EXPECT_EQ(times(kAddTime, timed(100s, 107'200 - 100)), 2);
    EXPECT_EQ(times(kAddTime, timed(100s, 103'600 - 100)), 0);
    EXPECT_EQ(times(kAddTime, timed(100s, 110'800 - 100)), 0) << "more than were sent";
    EXPECT_EQ(times(kAddTime, timed(100s, 110'800 - 100), 3), 3);
    EXPECT_EQ(times(kAddTime, timed(3590s, 107'200)), 0) << "the bands overlap";
    EXPECT_EQ(times(back, timed(10s, 92'795)), 2);
    EXPECT_FALSE(applied_too_often(back, timed(0s, 3'000), timed(10s, 0), 2))
        << "nothing is left of either";
    EXPECT_FALSE(applied_too_often(kFreeze, frozen(0s, false), frozen(1s, true), 2));
}

TEST(Weigh, EarlierAttemptThatOnlyArrivesNow_IsAppliedToo) {
    const LockReading twice = timed(20s, 107'200 - 20);
    EXPECT_EQ(weigh(kAddTime, kBaseline, twice), Finding::Neither);
    EXPECT_EQ(weigh(kAddTime, kBaseline, twice, 1), Finding::For);
    EXPECT_EQ(weigh(kAddTime, kBaseline, timed(20s, 110'800 - 20), 1), Finding::Neither);
    EXPECT_EQ(weigh(kAddTime, kBaseline, timed(20s, 99'980), 1), Finding::Against);
}

TEST(Weigh, OverdueLock_CountsAsZero) {
    EXPECT_EQ(weigh(kAddTime, timed(0s, 3), timed(20s, -17)), Finding::Against);
    EXPECT_EQ(weigh(kAddTime, timed(0s, -500), timed(20s, -520)), Finding::Against);
    EXPECT_EQ(weigh(kAddTime, timed(0s, -500), timed(20s, 3080)), Finding::For);
}

TEST(Weigh, PlatformsOwnClock_CountsWhereOursWasWrong) {
    LockReading before = timed(0s, 100'000);
    LockReading after = timed(30min, 100'000 - 3'600);
    EXPECT_EQ(weigh(kAddTime, before, after), Finding::Neither);
    before.platform_time = kBaselineAt;
    after.platform_time = kBaselineAt + 50min;
    EXPECT_EQ(weigh(kAddTime, before, after), Finding::Neither);
    after.platform_time = kBaselineAt + 1h;
    EXPECT_EQ(weigh(kAddTime, before, after), Finding::Silent) << "the bands have met";
}

TEST(Weigh, OurOtherWrites_AreNotLookedAt) {
    LockReading read = timed(20s, 103'580);
    read.others_seconds = 3600;
    EXPECT_EQ(weigh(kAddTime, kBaseline, read), Finding::Against);
}

TEST(Weigh, FreezeThatIsOverByTheLocksOwnClock_SaysNothing) {
    LockReading before = frozen(0s, false);
    LockReading after = frozen(60s, false);
    before.time_locked_seconds = 1000;
    after.time_locked_seconds = 1000 + 3600;
    EXPECT_EQ(weigh(kFreeze, before, after), Finding::Silent);
    after.time_locked_seconds = 1000 + 3599;
    EXPECT_EQ(weigh(kFreeze, before, after), Finding::Against);
}

// The readings of a lock that runs, as they would be made; `applied`: of each, whether the hour is
// there by then.
struct Life {
    std::vector<bool> applied;
    std::int64_t others{0};  // what somebody else adds before the first reading
};

SettlingStep live(const Write& write, const Life& life, std::vector<Duration>* at = nullptr) {
    std::vector<LockReading> reads;
    for (const bool applied : life.applied) {
        const auto step = next_settling_step(write, kBaseline, kGivenUp, reads);
        if (step.kind != Kind::Read) return step;
        if (at != nullptr) at->push_back(step.read_at - kGivenUp);
        const auto elapsed = step.read_at - kBaselineAt;
        const auto run = std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
        reads.push_back(timed(elapsed, 100'000 - run + life.others + (applied ? 3600 : 0)));
    }
    return next_settling_step(write, kBaseline, kGivenUp, reads);
}

TEST(NextSettlingStep, SeenTwice_IsAppliedAfterTenSeconds) {
    std::vector<Duration> at;
    const auto step = live(kAddTime, {{true, true}}, &at);
    EXPECT_EQ(step, (SettlingStep{Kind::Applied, {}, "agreeing_reads"}));
    EXPECT_EQ(at, (std::vector<Duration>{2s, 10s}));
}

TEST(NextSettlingStep, NeverSeenWithinAMinute_IsNotApplied) {
    std::vector<Duration> at;
    const auto step = live(kAddTime, {{false, false, false}}, &at);
    EXPECT_EQ(step, (SettlingStep{Kind::NotApplied, {}, "never_seen"}));
    EXPECT_EQ(at, (std::vector<Duration>{2s, 10s, 60s}));
}

TEST(NextSettlingStep, SeenLate_IsAppliedWhenTwoAgree) {
    EXPECT_EQ(live(kAddTime, {{false, true, true}}).kind, Kind::Applied);
    std::vector<Duration> at;
    EXPECT_EQ(live(kAddTime, {{false, false, true, true}}, &at).kind, Kind::Applied);
    EXPECT_EQ(at, (std::vector<Duration>{2s, 10s, 60s, 300s}));
}

TEST(NextSettlingStep, FirstSeenByALateReading_IsReadOnceMore) {
    const auto late = [](Duration at, std::int64_t more) {
        const auto run = std::chrono::duration_cast<std::chrono::seconds>(at).count();
        return timed(at, 100'000 - run + more);
    };
    std::vector<LockReading> reads{late(17s, 0), late(25s, 0), late(645s, 3600)};
    const auto step = next_settling_step(kAddTime, kBaseline, kGivenUp, reads);
    EXPECT_EQ(step, (SettlingStep{Kind::Read, kBaselineAt + 653s, ""}));
    reads.push_back(late(653s, 3600));
    EXPECT_EQ(next_settling_step(kAddTime, kBaseline, kGivenUp, reads).kind, Kind::Applied);
    reads.back() = late(653s, 0);
    EXPECT_EQ(next_settling_step(kAddTime, kBaseline, kGivenUp, reads).kind, Kind::Undecided);
    reads = {late(17s, 0), late(25s, 0), late(312s, 3600)};
    EXPECT_EQ(next_settling_step(kAddTime, kBaseline, kGivenUp, reads).read_at, kBaselineAt + 320s)
        << "five minutes after it was given up are too near";
}

TEST(NextSettlingStep, SeenAndGone_IsUndecided) {
    EXPECT_EQ(live(kAddTime, {{true, false, false, false}}),
              (SettlingStep{Kind::Undecided, {}, "readings_disagree"}));
    EXPECT_EQ(live(kAddTime, {{false, false, true, false}}).kind, Kind::Undecided);
}

TEST(NextSettlingStep, TouchedBySomebodyElse_IsUndecided) {
    EXPECT_EQ(live(kAddTime, {{false, false, false, false}, 600}).kind, Kind::Undecided);
    EXPECT_EQ(live(kAddTime, {{true, true, true, true}, 600}).kind, Kind::Undecided);
}

TEST(NextSettlingStep, WhatNoReadingCouldSettle_IsUndecidedAtOnce) {
    const auto reason_of = [](const Write& write, std::optional<LockReading> baseline) {
        const auto step = next_settling_step(write, baseline, kGivenUp, {});
        EXPECT_EQ(step.kind, Kind::Undecided);
        return step.reason;
    };
    EXPECT_EQ(reason_of(write_of(WriteKind::Pillory), kBaseline), "cannot_be_read_back");
    EXPECT_EQ(reason_of(write_of(WriteKind::Progress), kBaseline), "cannot_be_read_back");
    EXPECT_EQ(reason_of(kAddTime, std::nullopt), "no_baseline");
    EXPECT_EQ(reason_of(kAddTime, frozen(0s, false)), "no_baseline");
    EXPECT_EQ(reason_of(kFreeze, kBaseline), "no_baseline");
    EXPECT_EQ(reason_of(kFreeze, frozen(0s, true)), "frozen_before");
    EXPECT_EQ(reason_of(write_of(WriteKind::AddTime, 10), kBaseline), "effect_too_small");
}

TEST(NextSettlingStep, WithoutATokenForHours_ReadsTwiceThen) {
    const Write day = write_of(WriteKind::AddTime, 86'400);
    std::vector<LockReading> reads;
    EXPECT_EQ(next_settling_step(day, kBaseline, kGivenUp, reads).read_at, kGivenUp + 2s);
    reads.push_back(timed(5h, 100'000 - 18'000));
    const auto second = next_settling_step(day, kBaseline, kGivenUp, reads);
    EXPECT_EQ(second.kind, Kind::Read);
    EXPECT_EQ(second.read_at, reads.back().at + 8s);
    reads.push_back(timed(5h + 8s, 100'000 - 18'008));
    EXPECT_EQ(next_settling_step(day, kBaseline, kGivenUp, reads).kind, Kind::NotApplied);
}

TEST(NextSettlingStep, WhenTheBandsHaveMet_NothingMoreIsRead) {
    const auto late = next_settling_step(kAddTime, kBaseline, kGivenUp, {timed(2h, 100'000)});
    EXPECT_EQ(late, (SettlingStep{Kind::Undecided, {}, "bands_overlap"}));
    const auto over = next_settling_step(kFreeze, frozen(0s, false), kGivenUp, {frozen(2h, false)});
    EXPECT_EQ(over, (SettlingStep{Kind::Undecided, {}, "effect_over"}));
}

TEST(NextSettlingStep, WhenTheBandsWillHaveMetByThen_NothingMoreIsRead) {
    const Write minute = write_of(WriteKind::AddTime, 80);
    const auto step =
        next_settling_step(minute, kBaseline, kGivenUp, {timed(17s, 99'983), timed(25s, 99'975)});
    EXPECT_EQ(step, (SettlingStep{Kind::Undecided, {}, "bands_overlap"}));
    const Write freeze = write_of(WriteKind::Freeze, 70);
    const auto over = next_settling_step(freeze, frozen(0s, false), kGivenUp,
                                         {frozen(17s, false), frozen(25s, false)});
    EXPECT_EQ(over, (SettlingStep{Kind::Undecided, {}, "effect_over"}));
    EXPECT_EQ(next_settling_step(freeze, frozen(0s, false), kBaselineAt + 2min, {}).reason,
              "effect_over");
}

TEST(NextSettlingStep, SlowAnswer_LooksNoLaterThanItWasAskedFor) {
    LockReading slow = timed(76s, 99'924);
    slow.took = 50s;
    const auto step = next_settling_step(kAddTime, kBaseline, kGivenUp, {timed(17s, 99'983), slow});
    EXPECT_EQ(step.kind, Kind::Read) << "the minute is not covered by it";
}

TEST(NextSettlingStep, ReadingThatTellsNothing_IsNoEvidenceAgainst) {
    std::vector<LockReading> reads{frozen(17s, false), timed(25s, 99'975), timed(75s, 99'925)};
    EXPECT_EQ(next_settling_step(kAddTime, kBaseline, kGivenUp, reads).kind, Kind::Read);
    reads.push_back(timed(315s, 99'685));
    EXPECT_EQ(next_settling_step(kAddTime, kBaseline, kGivenUp, reads).kind, Kind::Undecided);
    reads = {timed(17s, 103'583), frozen(25s, false), timed(75s, 103'525)};
    EXPECT_EQ(next_settling_step(kAddTime, kBaseline, kGivenUp, reads).kind, Kind::Applied);
}

// Whatever the platform does with the write in its own time, and however late the readings are: it
// is never called applied while it was not, and never called not applied once it was.
TEST(NextSettlingStep, LockThatNobodyElseTouches_IsNeverMisread) {
    std::mt19937_64 random(20261125);
    const auto below = [&random](int limit) {
        return static_cast<std::int64_t>(random() % static_cast<unsigned>(limit));
    };
    int decided = 0;
    for (int life = 0; life < 20'000; ++life) {
        const Write write = write_of(WriteKind::AddTime, 60 + below(86'400));
        const bool runs = below(4) != 0;
        const bool happens = below(2) != 0;
        const Instant applied_at = kBaselineAt + Duration{below(75'000)};  // within the minute
        std::vector<LockReading> reads;
        auto step = next_settling_step(write, kBaseline, kGivenUp, reads);
        while (step.kind == Kind::Read) {
            const Instant at = step.read_at + Duration{below(10) == 0 ? below(7'200'000) : 0};
            const auto elapsed = std::chrono::floor<std::chrono::seconds>(at - kBaselineAt).count();
            const bool there = happens && applied_at <= at;
            reads.push_back(timed(at - kBaselineAt, 100'000 - (runs ? elapsed : 0) + below(3) - 1 +
                                                        (there ? write.seconds.count() : 0)));
            ASSERT_LE(reads.size(), 6U);
            step = next_settling_step(write, kBaseline, kGivenUp, reads);
        }
        EXPECT_FALSE(step.kind == Kind::Applied && !happens);
        EXPECT_FALSE(step.kind == Kind::NotApplied && happens);
        decided += step.kind == Kind::Undecided ? 0 : 1;
    }
    EXPECT_GT(decided, 15'000);
}

}  // namespace
