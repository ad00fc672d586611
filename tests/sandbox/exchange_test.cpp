#include "tests/sandbox/exchange.hpp"

#include "tests/sandbox/exchange_fixture.hpp"

namespace sandbox {
namespace {

TEST_F(ExchangeTest, AddTime_ChangesTheLockAndTheJournal) {
    EXPECT_EQ(act(R"({"name":"add_time","params":300})").status, 200);
    EXPECT_EQ(act(R"({"name":"add_time","params":-100})").status, 200);
    EXPECT_EQ(act(R"({"name":"remove_time","params":50})").status, 200);
    now += seconds(10);
    EXPECT_EQ(remaining(), 1140);
    ASSERT_EQ(platform.journal.effects().size(), 3U);
    EXPECT_EQ(platform.journal.effects()[1].kind, "add_time");
}

TEST_F(ExchangeTest, Context_TellsWhatTheLockIs) {
    control("PATCH", "/sessions/s1", R"({"extensionRequirements":{"metric":"m"},"frozen":true})");
    auto const bare = Json::parse(call("GET", "", "").body);
    EXPECT_EQ(bare["role"], "wearer");
    EXPECT_EQ(bare["lockData"]["frozen"], true);
    EXPECT_EQ(bare["extensionConfig"]["extensionRequirements"]["metric"], "m");
    control("PATCH", "/sessions/s1", R"({"contextUnder":"data","omitLockData":["frozen"]})");
    auto const wrapped = Json::parse(call("GET", "", "").body);
    EXPECT_FALSE(wrapped["data"]["lockData"].contains("frozen"));
}

TEST_F(ExchangeTest, Progress_IsCountedByKey) {
    EXPECT_EQ(call("POST", "/requirements/progress", R"({"key":"a","amount":2})").status, 200);
    EXPECT_EQ(call("POST", "/requirements/progress", R"({"key":"a","amount":1})").status, 200);
    EXPECT_EQ(call("POST", "/requirements/progress", R"({"key":"a","amount":0})").status, 400);
    EXPECT_EQ(control("GET", "/sessions/s1", "")["progress"]["a"], 3);
}

TEST_F(ExchangeTest, WrongParams_AreRefusedWithACode) {
    EXPECT_EQ(refusal(R"({"name":"add_time","params":"300"})"), "400 validation_error");
    EXPECT_EQ(refusal(R"({"name":"remove_time","params":-1})"), "400 validation_error");
    EXPECT_EQ(refusal(R"({"name":"freeze","params":{"durationSeconds":59}})"),
              "400 validation_error");
    EXPECT_EQ(refusal(R"({"name":"pillory","params":{}})"), "400 validation_error");
    EXPECT_EQ(refusal(R"({"name":"pillory.end","params":{}})"), "409 pillory_not_active");
    EXPECT_EQ(refusal(R"({"name":"task.assign","params":{}})"), "400 tasks_not_enabled");
    EXPECT_EQ(refusal(R"([])"), "400 validation_error");
    EXPECT_TRUE(platform.journal.effects().empty());
}

TEST_F(ExchangeTest, PilloryDisabledOnTheLock_IsRefused) {
    auto const* pillory = R"({"name":"pillory","params":{"durationSeconds":600}})";
    EXPECT_EQ(act(pillory).status, 200);
    control("PATCH", "/sessions/s1", R"({"pilloryEnabled":false})");
    EXPECT_EQ(refusal(pillory), "400 pillory_not_enabled");
}

TEST_F(ExchangeTest, DeadTokens_AreRefused) {
    now += std::chrono::hours(10);
    EXPECT_EQ(refusal(R"({"name":"unfreeze"})"), "401 invalid_main_token");
    launch();
    EXPECT_EQ(act(R"({"name":"unfreeze"})").status, 200);
    control("POST", "/sessions/s1/tokens/revoke", "");
    EXPECT_EQ(refusal(R"({"name":"unfreeze"})"), "401 invalid_main_token");
}

TEST_F(ExchangeTest, WrongKey_IsToldFlat) {
    key = "other";
    EXPECT_EQ(call("GET", "", "").body, R"({"error":"invalid_api_key"})");
}

TEST_F(ExchangeTest, EndedOrDisabled_IsToldByCode) {
    control("PATCH", "/sessions/s1", R"({"ended":true})");
    EXPECT_EQ(refusal(R"({"name":"unfreeze"})"), "409 lock_ended");
    control("PATCH", "/sessions/s1", R"({"ended":false,"extensionEnabled":false})");
    EXPECT_EQ(refusal(R"({"name":"unfreeze"})"), "403 extension_not_enabled");
    control("PATCH", "/sessions/s1", R"({"errorShape":"empty"})");
    EXPECT_EQ(act(R"({"name":"unfreeze"})").body, "");
}

TEST_F(ExchangeTest, LimitReached_IsA429AndChangesNothing) {
    control("POST", "/limits", R"({"action":1})");
    EXPECT_EQ(act(R"({"name":"add_time","params":5})").status, 200);
    EXPECT_EQ(act(R"({"name":"add_time","params":5})").status, 429);
    EXPECT_EQ(remaining(), 1005);
}

TEST_F(ExchangeTest, StatusBeforeAndAfter_DifferInTheEffectAlone) {
    fault(R"({"fault":"status_before","status":500,"times":1})");
    EXPECT_EQ(act(R"({"name":"add_time","params":5})").status, 500);
    EXPECT_EQ(remaining(), 1000);
    fault(R"({"fault":"status_after","status":500,"body":{"error":"x"},"times":1})");
    EXPECT_EQ(act(R"({"name":"add_time","params":5})").body, R"({"error":"x"})");
    EXPECT_EQ(remaining(), 1005);
    EXPECT_FALSE(platform.journal.requests()[0].applied_at);
    EXPECT_TRUE(platform.journal.requests()[1].applied_at);
}

TEST_F(ExchangeTest, CutBody_SendsTheHeaderAndHalfTheBody) {
    fault(R"({"fault":"cut_body"})");
    auto const answer = act(R"({"name":"add_time","params":5})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"ok")");
    EXPECT_EQ(remaining(), 1005);
}

TEST_F(ExchangeTest, ControlWithAWrongField_NamesItAndChangesNothing) {
    HttpRequest request;
    request.method = "PATCH";
    request.path = "/sessions/s1";
    request.body = R"({"timeRemainingSeconds":5,"endde":true})";
    auto const reply = handle_control(platform, request, now);
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(Json::parse(reply.body)["error"]["field"], "endde");
    EXPECT_EQ(remaining(), 1000);
}

}  // namespace
}  // namespace sandbox
