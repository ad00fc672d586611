// Other people, the platform's own punishment, tokens that die, limits at their edges, and the
// seed.
#include "tests/sandbox/people.hpp"

#include <random>

#include "tests/sandbox/exchange_fixture.hpp"

namespace sandbox {
namespace {

constexpr const char* kAddFive = R"({"name":"add_time","params":5})";
constexpr const char* kProgress = R"({"key":"a","amount":1})";

class PeopleTest : public ExchangeTest {
  protected:
    Json effects_of(const std::string& source) {
        HttpRequest request;
        request.method = "GET";
        request.path = "/effects";
        request.query = "source=" + source;
        return Json::parse(handle_control(platform, request, now).body)["items"];
    }
    int refused_control(const char* path, const char* body) {
        HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.body = body;
        return handle_control(platform, request, now).status;
    }
    std::string header(const std::string& name) {
        auto const at = last_wire.find(name + ": ");
        if (at == std::string::npos) return {};
        auto const from = at + name.size() + 2;
        return last_wire.substr(from, last_wire.find("\r\n", from) - from);
    }
};

TEST_F(PeopleTest, EveryThirdRequest_IsPrecededByAChange) {
    control("POST", "/people", R"({"everyRequests":3,"change":{"addSeconds":100}})");
    for (int i = 0; i < 7; ++i) call("POST", "/requirements/progress", kProgress);
    EXPECT_EQ(remaining(), 1200);
    auto const done = effects_of("person");
    ASSERT_EQ(done.size(), 2U);
    EXPECT_EQ(done[0]["kind"], "change");
    EXPECT_EQ(done[0]["params"]["addSeconds"], 100);
    EXPECT_EQ(effects_of("extension").size(), 7U);
}

TEST_F(PeopleTest, ByTime_HappensWhenItIsDueAndNotBefore) {
    control("POST", "/people", R"({"afterSeconds":10,"session":"s1","change":{"ended":true}})");
    now += seconds(9);
    EXPECT_EQ(act(R"({"name":"unfreeze"})").status, 200);
    now += seconds(1);
    EXPECT_EQ(refusal(R"({"name":"unfreeze"})"), "409 lock_ended");
    now += seconds(100);
    run_due(platform, now);
    EXPECT_EQ(effects_of("person").size(), 1U) << "once";
}

TEST_F(PeopleTest, EverySoOften_GoesOnUntilTheyGoHome) {
    control("POST", "/people", R"({"everySeconds":60,"times":-1,"change":{"addSeconds":1}})");
    for (int i = 0; i < 3; ++i) run_due(platform, now += seconds(60));
    EXPECT_EQ(effects_of("person").size(), 3U);
    control("DELETE", "/people", "");
    run_due(platform, now += seconds(600));
    EXPECT_EQ(effects_of("person").size(), 3U);
}

TEST_F(PeopleTest, TurningThePunishmentOnAndOff_ShowsInTheContext) {
    control("POST", "/people", R"({"everyRequests":1,"change":{"extensionRequirements":
        {"enabled":true,"metric":"m","punishment":{"type":"add_time","seconds":60}}},"times":1})");
    auto const on = Json::parse(call("GET", "", "").body)["extensionConfig"];
    EXPECT_EQ(on["extensionRequirements"]["enabled"], true);
    control("POST", "/people", R"({"everyRequests":1,"change":{"extensionRequirements":null}})");
    auto const off = Json::parse(call("GET", "", "").body)["extensionConfig"];
    EXPECT_FALSE(off.contains("extensionRequirements"));
}

TEST_F(PeopleTest, WrongRule_IsRefusedWhenItComes) {
    EXPECT_EQ(refused_control("/people", R"({"everyRequests":1})"), 422);
    EXPECT_EQ(refused_control("/people", R"({"change":{"ended":true}})"), 422);
    EXPECT_EQ(refused_control("/people", R"({"everyRequests":1,"change":{"endde":true}})"), 422);
    EXPECT_EQ(refused_control("/people",
                              R"({"everyRequests":1,"afterSeconds":1,"change":{"ended":true}})"),
              422);
}

TEST_F(PeopleTest, PlatformsPunishment_HappensOnceForEachCallAndOnlyWhenEnabled) {
    EXPECT_EQ(refused_control("/sessions/s1/punish", ""), 409);
    control("PATCH", "/sessions/s1", R"({"extensionRequirements":{"enabled":true,"metric":"m",
        "punishment":{"type":"add_time","seconds":60}}})");
    control("POST", "/sessions/s1/punish", "");
    EXPECT_EQ(remaining(), 1060);
    auto const done = effects_of("platform");
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0]["kind"], "add_time");
    control("PATCH", "/sessions/s1", R"({"extensionRequirements":{"enabled":false,
        "punishment":{"type":"add_time","seconds":60}}})");
    EXPECT_EQ(refused_control("/sessions/s1/punish", ""), 409);
    control("PATCH", "/sessions/s1", R"({"extensionRequirements":{"enabled":true,
        "punishment":{"type":"none"}}})");
    EXPECT_EQ(refused_control("/sessions/s1/punish", ""), 409);
}

TEST_F(PeopleTest, TokenOfTwoUses_DiesAtTheThird) {
    token = control("POST", "/sessions/s1/launch", R"({"dieAfterUses":2})")["mainToken"];
    EXPECT_EQ(act(kAddFive).status, 200);
    EXPECT_EQ(call("GET", "", "").status, 200);
    EXPECT_EQ(act(kAddFive).status, 401);
}

TEST_F(PeopleTest, TokenToldToDie_DiesEarlierThanItSays) {
    auto const launched = control("POST", "/sessions/s1/launch", R"({"dieAfterSeconds":60})");
    token = launched["mainToken"];
    EXPECT_EQ(launched["expiresAt"], "2026-02-01T10:00:00.000Z");
    now += seconds(59);
    EXPECT_EQ(act(kAddFive).status, 200);
    now += seconds(1);
    EXPECT_EQ(act(kAddFive).status, 401);
    launch();
    control("POST", "/sessions/s1/tokens/revoke", R"({"afterUses":1})");
    EXPECT_EQ(act(kAddFive).status, 200);
    EXPECT_EQ(act(kAddFive).status, 401);
}

TEST_F(PeopleTest, Limits_HoldAtTheirEdgesAndTellNothingUnasked) {
    control("POST", "/limits", R"({"preset":"lower"})");
    for (int i = 0; i < 20; ++i) EXPECT_EQ(act(kAddFive).status, 200) << i;
    EXPECT_EQ(act(kAddFive).status, 429);
    EXPECT_EQ(header("Retry-After"), "");
    now += seconds(60) - Millis{1};
    EXPECT_EQ(act(kAddFive).status, 429);
    control("POST", "/limits", R"({"retryAfter":"seconds"})");
    now += Millis{1};
    for (int i = 0; i < 20; ++i) EXPECT_EQ(act(kAddFive).status, 200) << i;
    now += seconds(20);
    EXPECT_EQ(act(kAddFive).status, 429);
    EXPECT_EQ(header("Retry-After"), "40");
    control("POST", "/limits", R"({"retryAfter":"date","action":1})");
    EXPECT_EQ(act(kAddFive).status, 200);
    EXPECT_EQ(act(kAddFive).status, 429);
    EXPECT_EQ(header("Retry-After"), "Sun, 01 Feb 2026 00:02:21 GMT");
}

// Whatever the calls' times, an admitted one never makes more than the figure in 60 s, and a
// refused one would have.
TEST(RateLimitsProperty, AnySixtySeconds_AreFullWhenACallIsRefused) {
    constexpr int kMost = 7;
    std::mt19937_64 random(11);
    RateLimits limits;
    limits.set({std::nullopt, std::nullopt, kMost});
    std::vector<Instant> admitted;
    auto at = kStart;
    int refused = 0;
    for (int i = 0; i < 5000; ++i) {
        at += Millis{static_cast<std::int64_t>(random() % 16'000)} * (random() % 3 == 0 ? 1 : 0);
        auto const recent = std::count_if(admitted.begin(), admitted.end(), [at](Instant earlier) {
            return earlier > at - seconds(60);
        });
        bool const allowed = !limits.admit("key", "s1", RateClass::Action, at);
        EXPECT_EQ(allowed, recent < kMost) << i;
        if (allowed) admitted.push_back(at);
        if (!allowed) ++refused;
    }
    EXPECT_GT(refused, 100);
}

// One run of everything that is random; its journals as text.
std::string run_with(std::uint64_t seed) {
    struct Run : ExchangeTest {
        explicit Run(std::uint64_t given) {
            platform = Platform(given);
            SetUp();
        }
        void TestBody() override {
            control("POST", "/people", R"({"everyRequests":2,"probability":0.5,"change":
                [{"addSeconds":10},{"addSeconds":20},{"frozenSeconds":60},{"frozen":false}]})");
            fault(R"({"fault":"break","at":"random","probability":0.3})");
            fault(R"({"fault":"corrupt","at":"random","garbage":4,"probability":0.3})");
            fault(R"({"fault":"slow_before","ms":1,"jitterMs":500,"probability":0.5})");
            for (int i = 0; i < 60; ++i) {
                call("POST", "/action", kAddFive);
                text += last_wire;
                now += seconds(1);
            }
            for (auto const& effect : platform.journal.effects()) text += to_json_text(effect);
            for (auto const& record : platform.journal.requests()) text += to_json_text(record);
            text += token;
        }
        std::string text;
    };
    Run run(seed);
    run.TestBody();
    return run.text;
}

TEST(Seed, TheSame_GivesTheSameRun) {
    auto const first = run_with(7);
    EXPECT_EQ(first, run_with(7));
    EXPECT_NE(first, run_with(8));
    EXPECT_NE(first.find("\"source\":\"person\""), std::string::npos);
}

TEST_F(PeopleTest, Reset_BeginsTheSeedAnew) {
    control("POST", "/reset", R"({"seed":5})");
    control("POST", "/sessions", R"({"id":"s1"})");
    launch();
    auto const first = token;
    control("POST", "/reset", "");
    control("POST", "/sessions", R"({"id":"s1"})");
    launch();
    EXPECT_EQ(token, first);
}

}  // namespace
}  // namespace sandbox
