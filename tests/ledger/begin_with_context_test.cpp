// An attempt that is begun with the context that was read for it: one unit of work stores what the
// context says and then decides.
#include "tests/ledger/outbox_bench.hpp"
#include "tests/ledger/statement_work.hpp"

namespace {

using namespace outbox_bench;
using engine::Begun;

class BeginWithContext : public OutboxTest {
  protected:
    static engine::PlatformRequirement own(const std::string& metric) {
        engine::PlatformRequirement requirement;
        requirement.enabled = true;
        requirement.metric = metric;
        requirement.punishment = {cadence::PunishmentType::Freeze, 3600s, ""};
        return requirement;
    }
    engine::ContextFound found_own(const std::string& metric) const {
        auto context = found({.at = now,
                              .frozen = false,
                              .time_remaining_seconds = 500,
                              .time_locked_seconds = std::nullopt});
        context.context.requirements = {own(metric)};
        return context;
    }
    // A launch enrolled the lock session, and yet its misses are ours to punish.
    void follow_platform() {
        db.execute("UPDATE session SET enrolled_by = 'launch'");
        db.execute("UPDATE generation SET owner = 'daemon'");
    }
    std::int64_t looks_of(const std::string& metric) {
        return count("SELECT count(*) FROM context_seen WHERE metric = '" + metric + "'");
    }
    std::int64_t attempts() { return count("SELECT count(*) FROM attempt"); }
};

TEST_F(BeginWithContext, WhatItSays_IsStoredWithTheBeginning) {
    const auto id = owe(18);
    EXPECT_EQ(begin(id, found_own("another")).begun, Begun::Started);
    EXPECT_EQ(looks_of("another"), 1);
    EXPECT_EQ(count("SELECT verified_at_ms FROM token"), cadence::to_ms(now));
    EXPECT_EQ(count("SELECT context_seen_at_ms FROM session"), cadence::to_ms(now));
    EXPECT_EQ(count("SELECT time_remaining_seconds FROM reading WHERE role = 'baseline'"), 500);
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE lane_due_at_ms IS NOT NULL"), 0);
}

TEST_F(BeginWithContext, PlatformFoundToPunish_IsWaivedAndRemembered) {
    const auto first = owe(17);
    const auto second = owe(18);
    EXPECT_NE(begin(first, found_own("check_in")).begun, Begun::Started);
    EXPECT_EQ(standing(first), "waived platform_owned");
    EXPECT_EQ(standing(second), "waived platform_owned");
    EXPECT_EQ(looks_of("check_in"), 1);
    EXPECT_EQ(attempts(), 0);
    EXPECT_EQ(head().todo, engine::LaneHead::Todo::Nothing);
}

TEST_F(BeginWithContext, PlatformKnownToPunish_IsWaivedThoughTheContextSaysNothingNew) {
    const auto id = owe(18);
    rows.see_context(session, now - 1h, "check_in", true);
    EXPECT_EQ(begin(id, found_own("check_in")).reason, "platform_owned");
    EXPECT_EQ(standing(id), "waived platform_owned");
    EXPECT_EQ(looks_of("check_in"), 1);
}

TEST_F(BeginWithContext, Backlog_CostsTheBeginningNothing) {
    policy.caps.punishment_seconds_per_day = 1000h;
    std::vector<DeliveryId> owed;
    for (unsigned day = 1; day <= 16; ++day) owed.push_back(owe(day));
    ledger_test::WorkMeter meter(db.handle());
    std::vector<std::int64_t> steps;
    for (const DeliveryId id : owed) {
        ASSERT_EQ(begin(id, found()).begun, Begun::Started);
        steps.push_back(meter.take().steps);
        ASSERT_TRUE(finish(id, cadence::AnswerKind::Applied));
        static_cast<void>(meter.take());
    }
    EXPECT_LT(steps.front(), steps.back() * 5 / 4) << "sixteen unsent against one";
}

TEST_F(BeginWithContext, FirstContextSeen_IsEnoughToDecide) {
    const auto id = owe(18);
    db.execute("DELETE FROM context_seen");
    db.execute("UPDATE session SET context_seen_at_ms = NULL");
    EXPECT_EQ(begin(id, found()).begun, Begun::Started);
}

TEST_F(BeginWithContext, SuspendedLockSession_IsTakenUpAgain) {
    const auto id = owe(18);
    db.execute("UPDATE session SET state = 'suspended'");
    EXPECT_EQ(begin(id, found()).begun, Begun::Started);
    EXPECT_EQ(count("SELECT count(*) FROM session WHERE state = 'active'"), 1);
}

TEST_F(BeginWithContext, EndedLockSession_SendsAndStoresNothing) {
    const auto id = owe(18);
    db.execute("UPDATE session SET state = 'ended', ended_at_ms = 1");
    EXPECT_EQ(begin(id, found_own("another")).begun, Begun::NotDue);
    EXPECT_EQ(looks_of("another"), 0);
    EXPECT_EQ(attempts(), 0);
}

TEST_F(BeginWithContext, WhatHoldsThePunishment_HoldsBackNoFact) {
    const auto id = owe(18);
    db.execute("INSERT INTO brake VALUES (1, 1, 'holiday')");
    EXPECT_EQ(begin(id, found_own("another")).begun, Begun::Braked);
    EXPECT_EQ(looks_of("another"), 1);
    EXPECT_EQ(standing(id), "queued");
}

TEST_F(BeginWithContext, RequirementThatCannotBeFollowed_IsSaidWithTheAttempt) {
    const auto id = owe(18);
    follow_platform();
    auto context = found_own("check_in");
    context.context.requirements->front().unreadable = "cadence.unit must be day or week";
    const auto begun = begin(id, context);
    EXPECT_EQ(begun.begun, Begun::Started);
    EXPECT_EQ(begun.recorded.requirements_refused,
              std::vector<std::string>{"cadence.unit must be day or week"});
    EXPECT_EQ(count("SELECT count(*) FROM event WHERE kind = 'context.refused'"), 1);
}

TEST_F(BeginWithContext, RequirementThatThePlatformNoLongerHas_EndsWithIt) {
    const auto id = owe(18);
    follow_platform();
    begin(id, found_own("another"));
    EXPECT_EQ(count("SELECT enabled FROM requirement WHERE metric = 'check_in'"), 0);
    EXPECT_EQ(count("SELECT enabled FROM requirement WHERE metric = 'another'"), 1);
}

TEST_F(BeginWithContext, UnknownLockSession_IsAnError) {
    const auto id = owe(18);
    auto context = found();
    context.session = {"another"};
    const auto begun = ledger::begin_attempt(
        db, zones, {.delivery = id, .token_hash = kToken, .found = context}, policy, now);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, cadence::ErrorCode::NotFound);
    EXPECT_EQ(standing(id), "queued");
}

}  // namespace
