// What the platform, the network and people do to writes, end to end.
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

Json fault(const std::string& path, const std::string& kind, int times) {
    return {{"match", {{"path", path}}}, {"fault", kind}, {"times", times}};
}

TEST(Faults, AnswerThatNothingCanSettle_HoldsThePunishmentAndNeverRepeatsIt) {
    World world;
    world.sandbox.post("/faults", fault("action", "drop_after_apply", 1));
    world.enrol(Json::array({World::daily_since("checkin", World::kTooFewToSee, 3)}));
    world.launch();
    ASSERT_TRUE(eventually(seconds{30}, [&world] {
        return world.in_state("applied") == 2 && world.in_state("held") == 1;
    }));
    EXPECT_EQ(world.effects("add_time").size(), 3U);

    auto const held = world.daemon.all("/v1/deliveries?state=held").at(0);
    auto const path = "/v1/deliveries/" + held.at("id").get<std::string>() + "/settle";
    EXPECT_EQ(world.daemon.post(path, {{"outcome", "applied"}, {"reason", "seen"}}).status, 200);
    EXPECT_EQ(world.daemon.post(path, {{"outcome", "applied"}, {"reason", "seen"}}).status, 409);
    EXPECT_EQ(world.in_state("applied"), 3);
    EXPECT_EQ(world.effects("add_time").size(), 3U);
}

// Empties the root page of a table in the file; header and schema stay sound. What a running daemon
// keeps in memory, or in the log beside the file, hides it.
void damage_table(const World& world, const char* table) {
    auto const shell = "root=$(sqlite3 '" + world.daemon.database().string() +
                       "' \"SELECT rootpage FROM sqlite_schema WHERE name = '" + table +
                       "'\") && dd if=/dev/zero of='" + world.daemon.database().string() +
                       "' bs=4096 seek=$((root - 1)) count=1 conv=notrunc 2>/dev/null";
    ASSERT_EQ(std::system(shell.c_str()), 0);
}

TEST(Faults, DamagedDatabase_StopsTheDaemonWith65AsSoonAsItIsRead) {
    World world;
    world.enrol(Json::array({World::daily("checkin", 60)}));
    world.hand_in("proof-1", "checkin", now_ms());
    ASSERT_EQ(world.daemon.stop(), 0);
    damage_table(world, "proof");
    world.daemon.start();  // looks for proofs that the clock has stamped wrong
    EXPECT_EQ(world.daemon.program().wait(seconds{30}), 65);
    EXPECT_NE(world.daemon.log().find("restore the database from a backup"), std::string::npos);
}

TEST(Faults, DamageThatAReaderMeets_StopsTheRunningDaemonWith65) {
    World world;
    world.enrol(Json::array({World::daily("checkin", 60)}));
    world.hand_in("proof-1", "checkin", now_ms());
    ASSERT_EQ(world.daemon.stop(), 0);  // all of it is in the file
    world.daemon.start_and_wait();
    auto const window = world.daemon.all("/v1/sessions/wearer/windows").at(0);
    damage_table(world, "proof");  // the writer has read it, a reader has not
    ASSERT_TRUE(world.daemon.program().running());
    EXPECT_EQ(world.daemon.get("/v1/windows/" + window.at("id").get<std::string>()).status, 500);
    EXPECT_EQ(world.daemon.program().wait(seconds{30}), 65);
    EXPECT_NE(world.daemon.log().find("restore the database from a backup"), std::string::npos);
}

TEST(Faults, DamageThatNobodyMeets_IsFoundAfterAnUncleanStart) {
    World world;
    ASSERT_EQ(world.daemon.stop(), 0);
    world.daemon.start_and_wait();
    damage_table(world, "attempt");
    world.daemon.kill();
    world.daemon.start();
    EXPECT_EQ(world.daemon.program().wait(seconds{30}), 65);
    EXPECT_NE(world.daemon.log().find("is damaged"), std::string::npos) << world.daemon.log();
}

TEST(Faults, PersonSettlesAsNotApplied_SendsItAgainOnce) {
    World world;
    world.sandbox.post("/faults", fault("action", "drop_before_apply", 1));
    world.enrol(Json::array({World::daily_since("checkin", World::kTooFewToSee, 1)}));
    world.launch();
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("held") == 1; }));
    EXPECT_TRUE(world.effects("add_time").empty());
    auto const settled = world.daemon.post(
        "/v1/deliveries/settle",
        {{"filter", {{"state", "held"}}}, {"outcome", "not_applied"}, {"reason", "looked"}});
    EXPECT_EQ(settled.json().at("changed"), 1);
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("applied") == 1; }));
    EXPECT_EQ(world.effects("add_time").size(), 1U);
}

TEST(Faults, ProgressOfUnknownOutcome_IsSentOnceMoreAMinuteLater) {
    World world;
    auto broken = fault("progress", "status_after", 1);
    broken["status"] = 500;
    world.sandbox.post("/faults", broken);
    world.enrol(Json::array({World::daily("checkin", 0)}));
    world.launch();
    world.hand_in("p1", "checkin", now_ms());
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("unknown") == 1; }));
    EXPECT_EQ(world.daemon.status().at("proofs").at("unknown"), 1);
    ASSERT_TRUE(eventually(seconds{75}, [&world] { return world.in_state("applied") == 1; }));
    EXPECT_EQ(world.effects("progress").size(), 2U) << "it may err in the wearer's favour";
}

TEST(Faults, ThrottledWrite_GoesOutOnceAfterTheWait) {
    World world;
    auto throttle = fault("action", "retry_after", 2);
    throttle["seconds"] = 1;
    world.sandbox.post("/faults", throttle);
    world.enrol(Json::array({World::daily_since("checkin", 60, 1)}));
    world.launch();
    ASSERT_TRUE(world.settles());
    EXPECT_EQ(world.effects("add_time").size(), 1U);
    auto const attempts = world.daemon.all("/v1/deliveries?state=applied").at(0).at("attempts");
    EXPECT_EQ(attempts.size(), 3U);
}

TEST(Faults, DeadToken_WaitsForTheNextLaunch) {
    World world;
    world.enrol(Json::array({World::daily_since("checkin", 60, 1)}));
    auto const token = world.sandbox.launch("wearer");
    world.sandbox.post("/sessions/wearer/tokens/revoke", Json::object());
    ASSERT_EQ(world.daemon.post("/v1/sessions/wearer/launches", {{"mainToken", token}}).status,
              202);
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("waiting") == 1; }));
    EXPECT_TRUE(world.effects("add_time").empty());
    world.launch();
    ASSERT_TRUE(world.settles());
    EXPECT_EQ(world.effects("add_time").size(), 1U);
}

TEST(Faults, RefusedCredential_IsNotTakenForDeadTokens) {
    World world;
    world.sandbox.post("/keys/revoke", {{"key", kDeveloperKey}});
    for (const auto* id : {"a", "b", "c"}) {
        auto const token = world.sandbox.add_session(id, Json::object());
        auto const path = std::string{"/v1/sessions/"} + id + "/launches";
        ASSERT_EQ(world.daemon.post(path, {{"mainToken", token}}).status, 202);
    }
    ASSERT_TRUE(
        eventually(seconds{30}, [&world] { return world.daemon.get("/readyz").status == 503; }));
    EXPECT_TRUE(eventually(
        seconds{5}, [&world] { return world.daemon.status().at("tokens").at("valid") == 3; }));

    world.sandbox.post("/keys", {{"key", kDeveloperKey}});
    EXPECT_EQ(world.daemon.call("POST", "/v1/reload").status, 200) << "a reload probes at once";
    EXPECT_TRUE(
        eventually(seconds{8}, [&world] { return world.daemon.get("/readyz").status == 200; }));
}

TEST(Faults, Brake_StopsPunishmentsAndNotProgressAndSurvivesARestart) {
    World world;
    ASSERT_EQ(world.daemon.call("POST", "/v1/pause").status, 200);
    world.enrol(Json::array({World::daily_since("checkin", 60, 2)}));
    world.launch();
    world.hand_in("p1", "checkin", now_ms());
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("applied") == 1; }));
    EXPECT_EQ(world.daemon.stop(), 0);
    world.daemon.start_and_wait();
    EXPECT_EQ(world.daemon.status().at("paused"), true);
    EXPECT_EQ(world.in_state("queued"), 2);
    EXPECT_TRUE(world.effects("add_time").empty());
    ASSERT_EQ(world.daemon.call("POST", "/v1/resume").status, 200);
    ASSERT_TRUE(world.settles());
    EXPECT_EQ(world.effects("add_time").size(), 2U);
}

TEST(Faults, StopWhileAWriteIsInFlight_EndsInTimeAndLearnsThatItHappened) {
    World world;
    auto slow = fault("action", "slow_after", -1);
    slow["ms"] = 14'000;
    world.sandbox.post("/faults", slow);
    world.enrol(Json::array({World::daily_since("checkin", 3600, 1)}));
    world.launch();
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("inFlight") == 1; }));
    world.daemon.program().signal(SIGTERM);
    EXPECT_EQ(world.daemon.program().wait(seconds{13}), 0);
    world.daemon.start_and_wait();
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return world.in_state("applied") == 1; }));
    EXPECT_EQ(world.effects("add_time").size(), 1U);
}

TEST(Faults, HostileBytesAtTheSocket_LeaveTheDaemonAnswering) {
    World world;
    for (const auto& [method, target, body] :
         std::vector<std::tuple<std::string, std::string, std::string>>{
             {"POST", "/v1/proofs", "{"},
             {"POST", "/v1/proofs", std::string(5000, '[')},
             {"POST", "/v1/proofs", "\xff\xfe"},
             {"PUT", "/v1/sessions/../../etc", "{}"},
             {"GET", "/v1/windows/99999999999999999999999", ""},
             {"GET", "/v1/deliveries?limit=-1", ""},
             {"POST", "/v1/deliveries/1/settle", R"({"outcome":"maybe"})"}}) {
        auto const answer = world.daemon.call(method, target, body);
        EXPECT_GE(answer.status, 400) << target;
        EXPECT_LT(answer.status, 500) << target;
    }
    EXPECT_EQ(world.daemon.get("/livez").status, 200);
}

}  // namespace
}  // namespace e2e
