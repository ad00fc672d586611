// The warnings of a running engine: the ledger's real facts, and a clock moved by hand.
#include <gtest/gtest.h>

#include "tests/engine/engine_fixture.hpp"

namespace engine_test {
namespace {

using cadence::AnswerKind;
using engine::Level;

std::string line_of(const char* code, const char* state) {
    return std::string("event=warning code=") + code + " state=" + state;
}

constexpr cadence::Duration kHeartbeat = 45s;
// So that a token may be used for an hour, not ten.
constexpr cadence::Duration kMargin = 9h;

TEST_F(EngineTest, WorkWithoutAToken_IsWarnedOfUntilALaunchCarriesIt) {
    start();
    enrol("wearer");
    pass(1min);
    EXPECT_FALSE(journal.has("event=warning"));
    prove("wearer", "proof-1");
    pass(kHeartbeat);
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "begun")), 1);
    EXPECT_TRUE(journal.has("sessions=1 deliveries=1 proofs=1 session=wearer"));
    pass(50min);
    EXPECT_EQ(journal.count("event=warning"), 1) << "not at every look";
    pass(11min);
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "lasts")), 1);
    launch("wearer", "token");
    pass(kHeartbeat);
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "over")), 1);
    EXPECT_EQ(journal.count("event=warning"), 3);
}

TEST_F(EngineTest, ManyThatWait_AreOneWarning) {
    start();
    for (int i = 0; i < 30; ++i) {
        enrol("w" + std::to_string(i));
        prove("w" + std::to_string(i), "proof-" + std::to_string(i));
    }
    pass(1min);
    EXPECT_LE(journal.count("event=warning"), 3) << "begun, and tenfold";
    EXPECT_TRUE(journal.has("state=lasts") || journal.has("sessions=30"));
}

TEST_F(EngineTest, WarningThatStillHolds_IsSaidOnceMoreAfterARestart) {
    start();
    enrol("wearer");
    prove("wearer", "proof-1");
    pass(1min);
    stop();
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "begun")), 1);
    start();
    pass(1min);
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "begun")), 2);
}

TEST_F(EngineTest, TokenNearItsEnd_IsWarnedOfOnlyWhenItsWorkLies) {
    settings.policy.token_margin = kMargin;
    start();
    enrol("idle");
    launch("idle", "token-1");
    enrol("stuck");
    launch("stuck", "token-2");
    prove("idle", "proof-1");
    platform.connect_answers.assign(1000, AnswerKind::NotSent);
    prove("stuck", "proof-2");
    pass(20min);
    EXPECT_FALSE(journal.has("code=token_dies_with_work")) << "there is time yet";
    pass(11min);
    EXPECT_EQ(journal.count(line_of("token_dies_with_work", "begun")), 1);
    EXPECT_TRUE(journal.has("sessions=1 session=stuck"));
    EXPECT_EQ(journal.count(line_of("breaker_open", "begun")), 1);
    pass(31min);
    EXPECT_EQ(journal.count(line_of("token_dies_with_work", "over")), 1);
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "begun")), 1);
}

TEST_F(EngineTest, WorkThatIsStuckBeforeTheFirstVerification_IsWarnedOf) {
    settings.policy.token_margin = kMargin;
    start();
    enrol("wearer");
    platform.connect_answers.assign(1000, AnswerKind::NotSent);
    launch("wearer", "token");
    prove("wearer", "proof-1");
    pass(35min);
    EXPECT_EQ(journal.count(line_of("token_dies_with_work", "begun")), 1);
}

TEST_F(EngineTest, PausedWork_IsNotExpectedOfTheToken) {
    settings.policy.token_margin = kMargin;
    start();
    enrol("wearer", 1);
    auto const paused =
        run(intake->pause_session({"wearer"}, clock.now() + 24h, "ill", clock.now()));
    ASSERT_TRUE(paused) << paused.error().detail;
    launch("wearer", "token");
    pass(50min);
    ASSERT_EQ(count("queued"), 1);
    EXPECT_FALSE(journal.has("code=token_dies_with_work"));
}

TEST_F(EngineTest, HeldWrite_IsAnErrorUntilAPersonSettlesIt) {
    platform.tells_time = false;
    start();
    enrol("wearer", 1);
    platform.write_answers = {AnswerKind::Unknown};
    launch("wearer", "token");
    ASSERT_EQ(count("held"), 1);
    pass(kHeartbeat);
    ASSERT_EQ(journal.count(line_of("write_held", "begun")), 1);
    for (const auto& [level, line] : journal.lines) {
        if (line.find("code=write_held") == std::string::npos) continue;
        EXPECT_EQ(level, Level::Error);
    }
    auto const settled =
        run(outbox->settle_all({.session = {}, .kind = {}, .state = cadence::DeliveryState::Held},
                               engine::Settlement::Applied, "seen", clock.now()));
    ASSERT_TRUE(settled) << settled.error().detail;
    pass(kHeartbeat);
    EXPECT_EQ(journal.count(line_of("write_held", "over")), 1);
}

TEST_F(EngineTest, RefusedCredential_IsWarnedOfUntilItIsAccepted) {
    start();
    for (const auto* id : {"a", "b", "c"}) enrol(id);
    platform.read_answers.assign(4, AnswerKind::TokenRefused);
    for (const auto* id : {"a", "b", "c"}) launch(id, std::string("token-") + id);
    pass(kHeartbeat);
    EXPECT_EQ(journal.count(line_of("credential_refused", "begun")), 1);
    EXPECT_TRUE(engine->platforms().at("chastify").credential_refused_since);
    pass(2min);
    EXPECT_EQ(journal.count(line_of("credential_refused", "over")), 1);
    EXPECT_FALSE(engine->platforms().at("chastify").credential_refused_since);
}

TEST_F(EngineTest, LedgerThatCannotBeAsked_IsTakenToSayWhatItSaidLast) {
    start();
    enrol("wearer");
    prove("wearer", "proof-1");
    pass(1min);
    break_ledger(true);
    pass(5min);
    EXPECT_FALSE(journal.has(line_of("waiting_without_token", "over")));
    break_ledger(false);
    pass(1min);
    EXPECT_EQ(journal.count(line_of("waiting_without_token", "begun")), 1);
}

TEST_F(EngineTest, ProcessTrouble_IsWarnedOf) {
    process_trouble.configuration_refused_since = clock.now();
    start();
    EXPECT_EQ(journal.count(line_of("configuration_refused", "begun")), 1);
    process_trouble = {};
    pass(kHeartbeat);
    EXPECT_EQ(journal.count(line_of("configuration_refused", "over")), 1);
}

}  // namespace
}  // namespace engine_test
