// Contexts as they come in: what they say of the token, of who punishes, and of what is owed.
#include "tests/ledger/intake_fixture.hpp"

namespace ledger_test {
namespace {

TEST_F(IntakeTest, Context_VerifiesTheToken) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1");
    EXPECT_EQ(number("SELECT verified_at_ms FROM token WHERE verify_due_at_ms IS NULL"),
              cadence::to_ms(now));
    EXPECT_EQ(number("SELECT context_seen_at_ms FROM session"), cadence::to_ms(now));
}

TEST_F(IntakeTest, ContextThatSaysTheSame_IsNoNewRow) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1");
    now += 1min;
    must_see_context("token-1");
    EXPECT_EQ(number("SELECT count(*) FROM context_seen"), 1);
    now += 1min;
    must_see_context("token-1", own());
    EXPECT_EQ(number("SELECT count(*) FROM context_seen"), 2);
}

TEST_F(IntakeTest, ContextOfASuspendedLockSession_TakesItUpAgain) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    proof("p1");
    tamper("UPDATE session SET state = 'suspended'; UPDATE delivery SET state = 'waiting'");
    must_see_context("token-1");
    EXPECT_EQ(text("SELECT state FROM session"), "active");
    EXPECT_EQ(deliveries(), Lines{"progress progress queued "});
}

TEST_F(IntakeTest, PlatformThatPunishesItself_WaivesOurs) {
    miss_a_day(daily());
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1", own());
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived platform_owned"});
}

TEST_F(IntakeTest, PlatformThatPunishesAnotherMetric_WaivesNothing) {
    miss_a_day(daily());
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1", own("something_else"));
    EXPECT_EQ(deliveries(), Lines{"punishment add_time queued "});
}

TEST_F(IntakeTest, PlatformKnownToPunish_TheRowIsWaivedFromTheStart) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1", own());
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived platform_owned"});
}

TEST_F(IntakeTest, ContextThatDoesNotSayWhoPunishes_IsNoLook) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    engine::ContextFound found;
    found.session = {"lock-1"};
    found.token_hash = ledger::hash_of_token("token-1");
    found.context.lock.at = now;
    ASSERT_TRUE(run(intake->record_context(found, policy, now)));
    EXPECT_EQ(number("SELECT count(*) FROM context_seen"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM token WHERE verified_at_ms IS NOT NULL"), 1);
}

TEST_F(IntakeTest, SeveralPlatformRequirements_AreAllKept) {
    miss_a_day(daily());
    ASSERT_TRUE(launch("token-1"));
    engine::ContextFound found;
    found.session = {"lock-1"};
    found.token_hash = ledger::hash_of_token("token-1");
    found.context.lock.at = now;
    found.context.requirements = {own("something_else"), own()};
    ASSERT_TRUE(run(intake->record_context(found, policy, now)));
    EXPECT_EQ(number("SELECT count(*) FROM context_seen"), 2);
    EXPECT_EQ(deliveries(), Lines{"punishment add_time waived platform_owned"});
    now += 1min;
    ASSERT_TRUE(run(intake->record_context(found, policy, now)));
    EXPECT_EQ(number("SELECT count(*) FROM context_seen"), 2);
}

TEST_F(IntakeTest, LaunchedLockSession_FollowsThePlatformsRequirement) {
    ASSERT_TRUE(launch("token-1", "lock-1", "Europe/Berlin"));
    must_see_context("token-1", own());
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 open "});
    EXPECT_EQ(text("SELECT zone || ' ' || punishment_type || ' ' || platform_key FROM generation"),
              "Europe/Berlin freeze check_in");
    auto more = own();
    more.required_count = 4;
    now += 1min;
    must_see_context("token-1", more);
    EXPECT_EQ(number("SELECT required_count FROM generation ORDER BY ordinal DESC"), 4);
    more.enabled = false;
    now += 1min;
    must_see_context("token-1", more);
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 excused requirement_removed"});
}

TEST_F(IntakeTest, RequirementThatThePlatformNoLongerHas_EndsWithIt) {
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1", own());
    now += 1min;
    must_see_context("token-1");
    EXPECT_EQ(windows(), Lines{"2026-06-01..2026-06-02 excused requirement_removed"});
    EXPECT_EQ(number("SELECT enabled FROM requirement"), 0);
}

TEST_F(IntakeTest, FollowedRequirementWhosePunishmentIsTakenAway_IsNotOursToPunish) {
    auto strict = own();
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1", strict);
    tamper("UPDATE generation SET first_window = 'strict'; UPDATE window SET first = 0");
    now += 1min;
    strict.punishment = {};
    must_see_context("token-1", strict);
    live_until(utc(2026, 6, 2, 10h));
    must_work_off();
    EXPECT_EQ(windows().front(), "2026-06-01..2026-06-02 missed count_not_reached");
    EXPECT_EQ(deliveries(), Lines{"punishment freeze waived platform_owned"});
}

TEST_F(IntakeTest, PlatformsRequirementThatCannotBeRead_IsRefusedByName) {
    ASSERT_TRUE(launch("token-1"));
    auto odd = own();
    odd.unreadable = "cadence.unit must be day or week";
    engine::ContextFound found;
    found.session = {"lock-1"};
    found.token_hash = ledger::hash_of_token("token-1");
    found.context.lock.at = now;
    found.context.requirements = {odd};
    const auto refused = run(intake->record_context(found, policy, now));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->requirements_refused, Lines{"cadence.unit must be day or week"});
    EXPECT_EQ(number("SELECT count(*) FROM requirement"), 0);
}

TEST_F(IntakeTest, PlatformsRequirementThatMakesNoSense_IsLeftOutVisibly) {
    ASSERT_TRUE(launch("token-1"));
    auto wrong = own();
    wrong.every = 0;
    must_see_context("token-1", wrong);
    EXPECT_EQ(number("SELECT count(*) FROM requirement"), 0);
    EXPECT_EQ(number("SELECT count(*) FROM event WHERE kind = 'context.refused'"), 1);
    EXPECT_EQ(number("SELECT count(*) FROM token WHERE verified_at_ms IS NOT NULL"), 1);
}

TEST_F(IntakeTest, OperatorsLockSession_DoesNotFollowThePlatform) {
    must_put(session({daily()}));
    ASSERT_TRUE(launch("token-1"));
    must_see_context("token-1", own("something_else"));
    EXPECT_EQ(number("SELECT count(*) FROM requirement"), 1);
}

}  // namespace
}  // namespace ledger_test
