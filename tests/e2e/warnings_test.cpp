// Warnings as an operator meets them: in the status, in the log, and gone again.
#include <gtest/gtest.h>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

// The status' warning of this code; null when there is none.
Json warning(const World& world, const std::string& code) {
    auto const status = world.daemon.status();
    for (const auto& one : status.at("warnings")) {
        if (one.at("code") == code) return one;
    }
    return nullptr;
}

bool comes(const World& world, const std::string& code) {
    return eventually(seconds{10}, [&world, &code] { return !warning(world, code).is_null(); });
}

bool goes(const World& world, const std::string& code) {
    return eventually(seconds{10}, [&world, &code] { return warning(world, code).is_null(); });
}

// Whether the log says so. The scheduler looks around whenever it is awake: a resume wakes it.
bool is_logged(const World& world, const std::string& code, const std::string& state) {
    auto const line = "event=warning code=" + code + " state=" + state + " ";
    return eventually(seconds{10}, [&world, &line] {
        if (world.daemon.log().find(line) != std::string::npos) return true;
        EXPECT_EQ(world.daemon.call("POST", "/v1/resume").status, 200);
        return false;
    });
}

TEST(Warnings, ProofsWithoutALaunch_AreWarnedOfUntilOneComes) {
    World world;
    EXPECT_EQ(world.daemon.status().at("warnings"), Json::array());
    world.enrol(Json::array({World::daily("checkin", 0)}));
    world.hand_in("p1", "checkin", now_ms());
    world.hand_in("p2", "checkin", now_ms());
    auto const found = warning(world, "waiting_without_token");
    ASSERT_FALSE(found.is_null());
    EXPECT_EQ(found.at("sessions"), 1);
    EXPECT_EQ(found.at("deliveries"), 1);
    EXPECT_EQ(found.at("proofs"), 2);
    EXPECT_EQ(found.at("sessionId"), "wearer");
    EXPECT_TRUE(is_logged(world, "waiting_without_token", "begun"));
    auto const waiting = world.daemon.get("/v1/sessions/wearer").json().at("waiting");
    EXPECT_EQ(waiting.at("proofs"), 2);
    EXPECT_EQ(waiting.at("since"), found.at("since"));

    world.launch();
    ASSERT_TRUE(world.settles());
    EXPECT_TRUE(warning(world, "waiting_without_token").is_null());
    EXPECT_TRUE(is_logged(world, "waiting_without_token", "over"));
    EXPECT_TRUE(world.daemon.get("/v1/sessions/wearer").json().at("waiting").is_null());
}

TEST(Warnings, HeldWrite_IsWarnedOfAlsoAfterARestartUntilAPersonSettlesIt) {
    World world;
    world.sandbox.post(
        "/faults", {{"match", {{"path", "action"}}}, {"fault", "drop_after_apply"}, {"times", 1}});
    world.enrol(Json::array({World::daily_since("checkin", World::kTooFewToSee, 1)}));
    world.launch();
    ASSERT_TRUE(comes(world, "write_held"));
    ASSERT_TRUE(is_logged(world, "write_held", "begun"));
    ASSERT_EQ(world.daemon.stop(), 0);
    auto const before = world.daemon.log().size();
    world.daemon.start_and_wait();
    EXPECT_TRUE(eventually(seconds{10}, [&world, before] {
        return world.daemon.log().find("code=write_held state=begun", before) != std::string::npos;
    }));
    auto const found = warning(world, "write_held");
    ASSERT_FALSE(found.is_null());
    EXPECT_EQ(found.at("deliveries"), 1);
    auto const path = "/v1/deliveries/" + found.at("deliveryId").get<std::string>() + "/settle";
    EXPECT_EQ(world.daemon.post(path, {{"outcome", "applied"}, {"reason", "seen"}}).status, 200);
    EXPECT_TRUE(warning(world, "write_held").is_null());
    EXPECT_TRUE(is_logged(world, "write_held", "over"));
}

TEST(Warnings, RefusedCredential_IsNamedEverywhereUntilTheKeyComesBack) {
    World world;
    world.sandbox.post("/keys/revoke", {{"key", kDeveloperKey}});
    for (const auto* id : {"a", "b", "c"}) {
        auto const token = world.sandbox.add_session(id, Json::object());
        auto const path = std::string{"/v1/sessions/"} + id + "/launches";
        ASSERT_EQ(world.daemon.post(path, {{"mainToken", token}}).status, 202);
    }
    ASSERT_TRUE(comes(world, "credential_refused"));
    EXPECT_EQ(warning(world, "credential_refused").at("platform"), "chastify");
    EXPECT_TRUE(is_logged(world, "credential_refused", "begun"));
    auto const ready = world.daemon.get("/readyz");
    EXPECT_EQ(ready.status, 503);
    EXPECT_NE(ready.body.find("platform chastify: it refuses the credential"), std::string::npos);

    world.sandbox.post("/keys", {{"key", kDeveloperKey}});
    EXPECT_EQ(world.daemon.call("POST", "/v1/reload").status, 200) << "a reload probes at once";
    EXPECT_TRUE(goes(world, "credential_refused"));
    EXPECT_TRUE(is_logged(world, "credential_refused", "over"));
    EXPECT_EQ(world.daemon.get("/readyz").status, 200);
}

// A launch of nearly ten hours ago, on a platform that cannot be reached; two minutes later the
// work has lain long enough.
TEST(Warnings, TokenThatDiesWithWork_IsWarnedOf) {
    World world;
    world.sandbox.post("/faults", {{"fault", "drop_on_accept"}, {"times", 100'000}});
    world.enrol(Json::array({World::daily("checkin", 0)}));
    auto const launched_at = rfc3339(now_ms() - (10 * 60 - 20) * 60'000);
    ASSERT_EQ(
        world.daemon
            .post("/v1/sessions/wearer/launches",
                  {{"mainToken", world.sandbox.launch("wearer")}, {"launchedAt", launched_at}})
            .status,
        202);
    world.hand_in("p1", "checkin", now_ms());
    EXPECT_TRUE(warning(world, "token_dies_with_work").is_null()) << "it may yet be sent";
    ASSERT_EQ(world.daemon.stop(), 0);

    DaemonProcess::Setup later;
    later.extra_configuration = World::kQuick;
    later.environment = passed_time(std::chrono::minutes{2});
    DaemonProcess daemon(world.directory.path(), world.sandbox, later);
    daemon.start_and_wait();
    auto const says = [&daemon](const char* state) {
        auto const line = std::string{"event=warning code=token_dies_with_work state="} + state;
        return eventually(
            seconds{10}, [&daemon, &line] { return daemon.log().find(line) != std::string::npos; });
    };
    EXPECT_TRUE(says("begun"));
    auto const found = warning(world, "token_dies_with_work");
    ASSERT_FALSE(found.is_null());
    EXPECT_EQ(found.at("sessionId"), "wearer");
}

TEST(Warnings, ConfigurationWithAMistakeAndBrake_AreWarnedOf) {
    World world;
    auto const right = read_text(world.daemon.configuration());
    write_text(world.daemon.configuration(), right + "\nnonsense = 1\n");
    EXPECT_EQ(world.daemon.call("POST", "/v1/reload").status, 422);
    ASSERT_EQ(world.daemon.call("POST", "/v1/pause").status, 200);
    EXPECT_FALSE(warning(world, "configuration_refused").is_null());
    EXPECT_FALSE(warning(world, "paused").is_null());
    write_text(world.daemon.configuration(), right);
    EXPECT_EQ(world.daemon.call("POST", "/v1/reload").status, 200);
    ASSERT_EQ(world.daemon.call("POST", "/v1/resume").status, 200);
    EXPECT_EQ(world.daemon.status().at("warnings"), Json::array());
}

}  // namespace
}  // namespace e2e
