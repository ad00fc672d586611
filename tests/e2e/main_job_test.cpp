// The main job, end to end, on the real programs.
#include <gtest/gtest.h>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Noon of the day `days` before today, UTC.
std::int64_t noon(int days) { return (now_ms() / kDayMs - days) * kDayMs + kDayMs / 2; }

int missed(const World& world) { return world.verdicts("checkin")["missed"]; }

TEST(MainJob, WeekWithoutAToken_SendsNothingAndThenEverythingOnce) {
    World world;
    world.enrol(Json::array({World::daily_since("checkin", 900, 7)}));
    for (int const days : {2, 4, 5}) {
        world.hand_in("proof-" + std::to_string(days), "checkin", noon(days));
    }
    ASSERT_TRUE(eventually(seconds{30}, [&world] { return missed(world) == 4; }));
    EXPECT_EQ(world.verdicts("checkin")["met"], 3);
    EXPECT_TRUE(world.sandbox.get("/requests").at("items").empty()) << "a call without a token";
    EXPECT_EQ(world.daemon.status().at("deliveries").at("waiting"), 7);

    world.launch();
    ASSERT_TRUE(world.settles());
    EXPECT_EQ(world.effects("progress").size(), 3U);
    EXPECT_EQ(world.effects("add_time").size(), 4U);

    auto const seen_at = [&world] {
        return world.daemon.get("/v1/sessions/wearer").json().at("contextSeenAt");
    };
    auto const launch_is_verified = [&world, &seen_at] {
        auto const before = seen_at();
        world.launch();
        return eventually(seconds{10}, [&] { return seen_at() != before; });
    };
    ASSERT_TRUE(launch_is_verified());
    EXPECT_EQ(world.daemon.stop(), 0);
    world.daemon.start_and_wait();
    ASSERT_TRUE(launch_is_verified());
    ASSERT_TRUE(world.settles());
    EXPECT_EQ(world.effects("progress").size(), 3U);
    EXPECT_EQ(world.effects("add_time").size(), 4U);
}

TEST(MainJob, WindowEndCrossedLive_PunishesRightAfterTheGrace) {
    constexpr std::int64_t kBeforeMidnightMs = 6'000;
    auto const real = now_ms();
    auto const midnight = (real / kDayMs + 1) * kDayMs;
    World world(R"(
[defaults]
grace = "1s"
first_window = "strict"
)",
                shifted_clock(milliseconds{midnight - kBeforeMidnightMs - real}));
    world.enrol(Json::array({World::daily("checkin", 600), World::daily("walk", 600)}));
    world.launch();
    ASSERT_EQ(
        world.daemon.post("/v1/proofs", {{"id", "w1"}, {"sessionId", "wearer"}, {"metric", "walk"}})
            .status,
        201);
    EXPECT_TRUE(world.effects("add_time").empty()) << "punished before the window's end";

    ASSERT_TRUE(eventually(seconds{20}, [&world] { return !world.effects("add_time").empty(); }));
    ASSERT_TRUE(world.settles());
    auto const effects = world.effects("add_time");
    ASSERT_EQ(effects.size(), 1U);
    auto const late = effects.front().at("atMs").get<std::int64_t>() - midnight;
    EXPECT_GE(late, 1'000);
    EXPECT_LE(late, 3'000);
    auto const windows = world.daemon.all("/v1/sessions/wearer/windows?metric=checkin");
    ASSERT_EQ(windows.size(), 2U) << "the next window is open";
    EXPECT_EQ(windows[0].at("end"), windows[1].at("start"));
}

TEST(MainJob, ProofStampedByAClockThatIsSetRightBetweenTwoStarts_CountsForTheDayItCameIn) {
    auto const to_noon = milliseconds{noon(0) - now_ms()};
    World world(World::kQuick, shifted_clock(to_noon));
    world.enrol(Json::array({World::daily("checkin", 900)}));
    auto const start_with_clock = [&world](milliseconds shift) {
        EXPECT_EQ(world.daemon.stop(), 0);
        world.daemon.next_start(DaemonProcess::Setup{}.program, shifted_clock(shift));
        world.daemon.start_and_wait();
    };
    start_with_clock(to_noon + milliseconds{kDayMs});
    auto const taken = world.daemon.post(
        "/v1/proofs", {{"id", "p1"}, {"sessionId", "wearer"}, {"metric", "checkin"}});
    ASSERT_EQ(taken.status, 201) << taken.body;
    auto const windows = [&world] {
        return world.daemon.all("/v1/sessions/wearer/windows?metric=checkin");
    };
    ASSERT_EQ(windows().size(), 2U);
    EXPECT_EQ(windows()[1].at("verdict"), "met") << "tomorrow, by the clock that is ahead";

    start_with_clock(to_noon);
    EXPECT_TRUE(eventually(seconds{10}, [&windows] { return windows().size() == 1; }));
    EXPECT_EQ(windows()[0].at("verdict"), "met");
    EXPECT_EQ(windows()[0].at("count"), 1);
}

TEST(MainJob, PlatformThatPunishesByItself_IsLeftToIt) {
    World world;
    world.sandbox.patch("/sessions/wearer",
                        {{"extensionRequirements",
                          {{"enabled", true},
                           {"metric", "checkin"},
                           {"requiredCount", 1},
                           {"cadence", {{"every", 1}, {"unit", "day"}}},
                           {"punishment", {{"type", "add_time"}, {"seconds", 900}}}}}});
    world.enrol(Json::array({World::daily_since("checkin", 900, 3)}));
    world.launch();
    ASSERT_TRUE(eventually(seconds{30}, [&world] {
        return world.daemon.status().at("deliveries").at("waived") == 3;
    }));
    EXPECT_TRUE(world.effects("add_time").empty());
    for (const auto& delivery : world.daemon.all("/v1/deliveries?state=waived")) {
        EXPECT_EQ(delivery.at("reason"), "platform_owned");
    }
}

TEST(MainJob, UnknownLockSession_IsEnrolledByItsLaunchFromThePlatformsContext) {
    World world;
    world.sandbox.patch("/sessions/wearer",
                        {{"extensionRequirements",
                          {{"enabled", true},
                           {"metric", "puzzle"},
                           {"requiredCount", 2},
                           {"cadence", {{"every", 1}, {"unit", "week"}}},
                           {"punishment", {{"type", "none"}, {"seconds", 0}}}}}});
    world.launch();
    ASSERT_TRUE(eventually(seconds{30}, [&world] {
        return world.daemon.get("/v1/sessions/wearer").json().at("requirements").size() == 1;
    }));
    EXPECT_EQ(world.daemon
                  .post("/v1/proofs", {{"id", "p1"}, {"sessionId", "wearer"}, {"metric", "puzzle"}})
                  .status,
              201);
    ASSERT_TRUE(world.settles());
    EXPECT_EQ(world.effects("progress").size(), 1U);
}

TEST(MainJob, EndedLockSession_LeavesNoTraceOfItsTokenInAnyFile) {
    World world;
    world.enrol(Json::array({World::daily("checkin", 60)}));
    auto const token = world.sandbox.launch("wearer");
    ASSERT_EQ(world.daemon.post("/v1/sessions/wearer/launches", {{"mainToken", token}}).status,
              202);
    EXPECT_EQ(world.daemon.call("DELETE", "/v1/sessions/wearer").status, 200);
    EXPECT_EQ(world.daemon.stop(), 0);
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(world.daemon.directory())) {
        if (!entry.is_regular_file()) continue;
        EXPECT_EQ(read_text(entry.path()).find(token), std::string::npos) << entry.path();
    }
}

}  // namespace
}  // namespace e2e
