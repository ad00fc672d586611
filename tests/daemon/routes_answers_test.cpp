// What the calls answer when they are right, and what they leave in the ledger.
#include <nlohmann/json.hpp>
#include <set>

#include "daemon/routes/rfc3339.hpp"
#include "tests/daemon/routes_fixture.hpp"

namespace {

using nlohmann::json;
using routes_test::daily_body;
using routes_test::Reply;
using routes_test::RoutesTest;
using namespace std::chrono_literals;

TEST_F(RoutesTest, PutSession_New_Is201AndShowsTheWholeWithItsDefaults) {
    const Reply reply = ask("PUT", "/v1/sessions/lock-1", daily_body());
    ASSERT_EQ(reply.status, 201) << reply.text;
    const json session = reply.json();
    EXPECT_EQ(session["id"], "lock-1");
    EXPECT_EQ(session["platform"], "chastify");
    EXPECT_EQ(session["timezone"], "Europe/Berlin");
    EXPECT_EQ(session["state"], "active");
    const json& requirement = session["requirements"][0];
    EXPECT_EQ(requirement["key"], "check_in");
    EXPECT_EQ(requirement["owner"], "auto");
    EXPECT_EQ(requirement["grace"], "5m");
    EXPECT_EQ(requirement["cadence"]["anchorDate"], "2026-06-01");
    EXPECT_EQ(requirement["onUnknown"], json({{"punishment", "hold"}, {"progress", "resend"}}));
    EXPECT_EQ(requirement["punishment"], json({{"type", "add_time"}, {"seconds", 3600}}));
    EXPECT_EQ(requirement["openWindow"]["start"], "2026-05-31T22:00:00Z");
    EXPECT_EQ(requirement["openWindow"]["end"], "2026-06-01T22:00:00Z");
    EXPECT_TRUE(requirement["openWindow"]["verdict"].is_null());
    EXPECT_EQ(changes, 1);
    EXPECT_EQ(ask("GET", "/v1/sessions/lock-1").json(), session);
}

TEST_F(RoutesTest, PutSession_Again_Is200) {
    ask("PUT", "/v1/sessions/lock-1", daily_body());
    EXPECT_EQ(ask("PUT", "/v1/sessions/lock-1", daily_body()).status, 200);
}

TEST_F(RoutesTest, PutSession_PlatformsOwnObject_IsTakenUnchanged) {
    const Reply reply = ask("PUT", "/v1/sessions/lock-1",
                            R"({"weekStart":"sunday","anchorDate":"2026-05-01","requirements":[
        {"enabled":true,"metric":"steps","requiredCount":3,"cadence":{"every":2,"unit":"week"},
         "punishment":{"type":"none","seconds":0,"reason":null}}]})");
    ASSERT_EQ(reply.status, 201) << reply.text;
    const json session = reply.json();
    EXPECT_EQ(session["timezone"], "UTC");
    EXPECT_EQ(session["timezoneSource"], "default");
    const json& requirement = session["requirements"][0];
    EXPECT_EQ(requirement["cadence"], json({{"every", 2},
                                            {"unit", "week"},
                                            {"weekStart", "sunday"},
                                            {"anchorDate", "2026-05-01"}}));
    EXPECT_EQ(requirement["punishment"], json({{"type", "none"}, {"seconds", 0}}));
}

TEST_F(RoutesTest, PutSession_SeveralPlatformsAndNoDefault_HasToNameOne) {
    config.platforms = {"one", "two"};
    config.defaults.platform.reset();
    const Reply reply = ask("PUT", "/v1/sessions/lock-1", daily_body());
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.field(), "platform");
    EXPECT_NE(reply.detail().find("one, two"), std::string::npos);
    const Reply launch = ask("POST", "/v1/sessions/lock-1/launches", R"({"mainToken":"x"})");
    EXPECT_EQ(launch.status, 422);
    EXPECT_EQ(launch.field(), "platform");
}

TEST_F(RoutesTest, DeleteSession_Twice_Is200WithTheEndedSession) {
    enrol_past();
    for (int i = 0; i < 2; ++i) {
        const Reply reply = ask("DELETE", "/v1/sessions/lock-1");
        EXPECT_EQ(reply.status, 200) << reply.text;
        EXPECT_EQ(reply.json()["state"], "ended");
    }
    EXPECT_EQ(ask("POST", "/v1/sessions/lock-1/launches", R"({"mainToken":"x"})").status, 409);
}

TEST_F(RoutesTest, ListSessions_InPages_ShowsEachOnce) {
    for (const char* const id : {"a", "b", "c"}) {
        ask("PUT", std::string("/v1/sessions/") + id, daily_body());
    }
    std::multiset<std::string> seen;
    std::string target = "/v1/sessions?limit=2";
    for (int pages = 0; pages < 2; ++pages) {
        const json page = ask("GET", target).json();
        for (const auto& item : page["items"]) seen.insert(item["id"].get<std::string>());
        if (pages == 1) {
            EXPECT_TRUE(page["nextCursor"].is_null());
            break;
        }
        target = "/v1/sessions?limit=2&cursor=" + page["nextCursor"].get<std::string>();
    }
    EXPECT_EQ(seen, (std::multiset<std::string>{"a", "b", "c"}));
}

TEST_F(RoutesTest, Launch_UnknownSession_IsEnrolledAndTheTokenNeverShown) {
    const Reply reply = ask("POST", "/v1/sessions/fresh/launches",
                            R"({"mainToken":"tok-secret","timezone":"Europe/Berlin"})");
    ASSERT_EQ(reply.status, 202) << reply.text;
    EXPECT_EQ(reply.json(), json({{"expiresAt", "2026-06-01T20:00:00Z"}}));
    const Reply session = ask("GET", "/v1/sessions/fresh");
    EXPECT_EQ(session.json()["timezone"], "Europe/Berlin");
    EXPECT_EQ(session.text.find("tok-secret"), std::string::npos);
    EXPECT_EQ(ask("GET", "/v1/status").json()["tokens"]["valid"], 1);
}

TEST_F(RoutesTest, Launch_TokenThatSaysWhenItExpires_IsBelieved) {
    // {"exp":1780311600}: 2026-06-01T11:00:00Z
    const Reply reply = ask("POST", "/v1/sessions/fresh/launches",
                            R"({"mainToken":"e30.eyJleHAiOjE3ODAzMTE2MDB9.c2ln"})");
    EXPECT_EQ(reply.json(), json({{"expiresAt", "2026-06-01T11:00:00Z"}})) << reply.text;
}

TEST_F(RoutesTest, Proof_NewRepeatedAndChanged_Is201Then200Then409) {
    ask("PUT", "/v1/sessions/lock-1", daily_body());
    const std::string proof = R"({"id":"p1","sessionId":"lock-1","metric":"check_in")";
    EXPECT_EQ(ask("POST", "/v1/proofs", proof + "}").status, 201);
    EXPECT_EQ(ask("POST", "/v1/proofs", proof + R"(,"amount":1})").status, 200);
    const Reply conflict = ask("POST", "/v1/proofs", proof + R"(,"amount":2})");
    EXPECT_EQ(conflict.status, 409);
    EXPECT_EQ(ask("GET", "/v1/status").json()["proofs"]["pending"], 1);
    EXPECT_EQ(changes, 2);
}

TEST_F(RoutesTest, Windows_OfARange_AreListedOldestFirstAndExplained) {
    enrol_past();
    const json page = ask("GET",
                          "/v1/sessions/lock-1/windows?metric=check_in&from=2026-05-28T00:00:00Z"
                          "&to=2026-05-30T00:00:00Z&limit=10")
                          .json();
    ASSERT_EQ(page["items"].size(), 3U) << page;
    const json& first = page["items"][0];
    EXPECT_EQ(first["localStart"], "2026-05-28");
    EXPECT_EQ(first["localEnd"], "2026-05-29");
    EXPECT_EQ(first["verdict"], "missed");
    EXPECT_EQ(first["reason"], "count_not_reached");
    const json explained = ask("GET", "/v1/windows/" + first["id"].get<std::string>()).json();
    EXPECT_EQ(explained["zone"], "Europe/Berlin");
    EXPECT_EQ(explained["generation"], 1);
    EXPECT_EQ(explained["deliveries"][0]["kind"], "punishment");
    EXPECT_EQ(explained["deliveries"][0]["windowId"], first["id"]);
}

TEST_F(RoutesTest, Deliveries_WaivedOneByOneAndTogether_SayWhy) {
    enrol_past();
    const json page = ask("GET", "/v1/deliveries?state=waiting&sessionId=lock-1").json();
    ASSERT_EQ(page["items"].size(), 7U) << page;
    const json& delivery = page["items"][0];
    EXPECT_EQ(delivery["punishment"], json({{"type", "add_time"}, {"seconds", 3600}}));
    EXPECT_EQ(delivery["attempts"], json::array());
    const std::string one = "/v1/deliveries/" + delivery["id"].get<std::string>();
    EXPECT_EQ(ask("POST", one + "/retry", R"({"reason":"now"})").status, 200);
    const Reply waived = ask("POST", one + "/waive", R"({"reason":"was ill"})");
    EXPECT_EQ(waived.status, 200) << waived.text;
    EXPECT_EQ(waived.json()["state"], "waived");
    EXPECT_NE(waived.json()["reason"].get<std::string>().find("was ill"), std::string::npos);
    EXPECT_EQ(ask("POST", one + "/waive", R"({"reason":"again"})").status, 409);
    const std::string all = R"({"filter":{"sessionId":"lock-1","kind":"punishment"},"reason":"x"})";
    EXPECT_EQ(ask("POST", "/v1/deliveries/waive", all).json(), json({{"changed", 6}}));
    EXPECT_EQ(ask("POST", "/v1/deliveries/waive", all).json(), json({{"changed", 0}}));
    const Reply settled =
        ask("POST", "/v1/deliveries/settle",
            R"({"filter":{"state":"held"},"outcome":"not_applied","reason":"x"})");
    EXPECT_EQ(settled.json(), json({{"changed", 0}})) << settled.text;
}

TEST_F(RoutesTest, Pause_OfOneSession_IsShownUntilResumed) {
    ask("PUT", "/v1/sessions/lock-1", daily_body());
    const Reply paused = ask("POST", "/v1/sessions/lock-1/pause",
                             R"({"until":"2026-06-08T00:00:00+02:00","reason":"journey"})");
    ASSERT_EQ(paused.status, 200) << paused.text;
    EXPECT_EQ(paused.json()["pausedUntil"], "2026-06-07T22:00:00Z");
    EXPECT_EQ(paused.json()["pauseReason"], "journey");
    EXPECT_EQ(ask("GET", "/v1/status").json()["sessions"]["paused"], 1);
    now += 1min;
    const Reply resumed = ask("POST", "/v1/sessions/lock-1/resume");
    EXPECT_EQ(resumed.status, 200);
    EXPECT_TRUE(resumed.json()["pausedUntil"].is_null());
}

TEST_F(RoutesTest, Brake_WithAndWithoutABody_MayBeRepeated) {
    EXPECT_EQ(ask("POST", "/v1/pause").status, 200);
    EXPECT_EQ(ask("POST", "/v1/pause", R"({"reason":"looking into it"})").status, 200);
    EXPECT_EQ(ask("GET", "/v1/status").json()["paused"], true);
    EXPECT_EQ(ask("POST", "/v1/resume").json()["paused"], false);
    EXPECT_EQ(ask("POST", "/v1/resume", "{}").status, 200);
    EXPECT_EQ(ask("GET", "/v1/status").json()["paused"], false);
}

TEST_F(RoutesTest, Backfill_DryRun_ListsTheWindowsAndWritesNothing) {
    enrol_past();
    const std::string before = contents();
    const Reply reply =
        ask("POST", "/v1/backfill", R"({"from":"2026-05-25","to":"2026-05-31","dryRun":true})");
    ASSERT_EQ(reply.status, 200) << reply.text;
    EXPECT_EQ(reply.type, "application/x-ndjson");
    const auto lines = reply.lines();
    ASSERT_EQ(lines.size(), 8U) << reply.text;
    EXPECT_EQ(lines.front()["event"], "window");
    EXPECT_EQ(lines.front()["before"]["verdict"], "missed");
    EXPECT_EQ(lines.back(), json({{"event", "plan"}, {"windows", 7}, {"changes", 0}}));
    EXPECT_EQ(contents(), before);
}

TEST_F(RoutesTest, Backfill_ManyWindows_StreamsInChunksAndEndsWithDone) {
    ask("PUT", "/v1/sessions/lock-1", daily_body(R"(,"activeFrom":"2025-01-01T00:00:00Z")"));
    now += 10min;
    must_work_off();
    const auto lines =
        ask("POST", "/v1/backfill", R"({"from":"2025-01-01","to":"2026-05-31"})").lines();
    ASSERT_EQ(lines.size(), 517U);
    EXPECT_EQ(lines.back(), json({{"event", "done"}, {"windows", 516}, {"changes", 0}}));
}

TEST_F(RoutesTest, Status_HasEveryMemberOfTheContract) {
    enrol_past();
    const json status = ask("GET", "/v1/status").json();
    for (const char* const name :
         {"version", "state", "startedAt", "time", "tzdb", "schemaVersion", "database", "config",
          "sessions", "tokens", "windows", "paused", "proofs", "deliveries", "nextWindowClose",
          "platforms", "warnings"}) {
        EXPECT_TRUE(status.contains(name)) << name;
    }
    EXPECT_EQ(status["windows"]["missed"], 7);
    EXPECT_EQ(status["deliveries"]["waiting"], 7);
    EXPECT_EQ(status["deliveries"]["held"], 0);
    EXPECT_EQ(status["nextWindowClose"], "2026-06-01T22:00:00Z");
    EXPECT_EQ(status["platforms"]["chastify"]["breaker"], "closed");
    EXPECT_TRUE(status["platforms"]["chastify"]["lastError"].is_null());
    EXPECT_TRUE(status["config"]["lastError"].is_null());
}

TEST_F(RoutesTest, Warnings_SayWhatSinceWhenAndHowMuch) {
    EXPECT_EQ(ask("GET", "/v1/status").json()["warnings"], json::array());
    enrol_past();
    EXPECT_EQ(ask("GET", "/v1/sessions/lock-1").json()["waiting"]["deliveries"], 7);
    facts.platforms["chastify"].credential_refused_since = now - 5min;
    const json warnings = ask("GET", "/v1/status").json()["warnings"];
    ASSERT_EQ(warnings.size(), 2U) << warnings;
    EXPECT_EQ(warnings[0]["code"], "credential_refused");
    EXPECT_EQ(warnings[0]["platform"], "chastify");
    EXPECT_TRUE(warnings[0]["sessions"].is_null());
    EXPECT_EQ(warnings[1]["code"], "waiting_without_token");
    EXPECT_EQ(warnings[1]["since"], cadenced::wire::to_text(now));
    EXPECT_EQ(warnings[1]["sessions"], 1);
    EXPECT_EQ(warnings[1]["deliveries"], 7);
    EXPECT_EQ(warnings[1]["proofs"], 0);
    EXPECT_EQ(warnings[1]["sessionId"], "lock-1");
}

TEST_F(RoutesTest, WaiveOfMany_WhenTheDiskFillsUpMidway_SaysThatSomeMayBeDone) {
    for (int i = 0; i < 28; ++i) enrol_past("many-" + std::to_string(i));
    const auto waived = [this] {
        return number("SELECT count(*) FROM delivery WHERE state = 'waived'");
    };
    const auto body =
        R"({"filter":{"kind":"punishment"},"reason":")" + std::string(500, 'x') + "\"}";
    // Room for the first hundred, not for all of them.
    tamper("PRAGMA max_page_count = " + std::to_string(number("PRAGMA page_count") + 34));
    const int told = changes;
    const Reply cut = ask("POST", "/v1/deliveries/waive", body);
    EXPECT_EQ(waived(), 100);
    EXPECT_EQ(cut.status, 503);
    EXPECT_EQ(cut.retry_after, "5");
    EXPECT_EQ(
        cut.detail(),
        "some may be decided, the rest not: the daemon cannot write at the moment; look at what is"
        " left, then try again");
    EXPECT_GT(changes, told) << "nobody would look at those that are decided";
    tamper("PRAGMA max_page_count = 1000000");
    EXPECT_EQ(ask("POST", "/v1/deliveries/waive", body).json(), json({{"changed", 96}}));
    EXPECT_EQ(waived(), 196);
}

TEST_F(RoutesTest, Readyz_EachReason_IsNamedWith503) {
    EXPECT_EQ(ask("GET", "/livez").status, 200);
    EXPECT_EQ(ask("GET", "/readyz").json(), json({{"status", "ready"}}));
    facts.draining = true;
    facts.database = cadence::fail(cadence::ErrorCode::StorageBusy, "disk full");
    facts.platforms["chastify"].has_credential = false;
    facts.platforms["other"].credential_refused = true;
    now = ledger_test::utc(2000, 1, 1);
    const Reply reply = ask("GET", "/healthz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.json()["reasons"].size(), 5U) << reply.text;
    EXPECT_EQ(ask("GET", "/livez").status, 200);
}

TEST_F(RoutesTest, Readyz_TellsAFailedCheckpointFromAFailedWrite) {
    const auto failed = cadence::fail(cadence::ErrorCode::StorageBusy, "disk full");
    facts.checkpoint = failed;
    EXPECT_EQ(ask("GET", "/readyz").json()["reasons"],
              json({"database: its log cannot be checkpointed"}));
    facts.database = failed;
    EXPECT_EQ(ask("GET", "/readyz").json()["reasons"], json({"database: it cannot be written"}));
}

TEST_F(RoutesTest, Reload_WithAWrongFile_Is422WithItsErrors) {
    EXPECT_EQ(ask("POST", "/v1/reload").status, 200);
    reloaded = std::vector<std::string>{"socket"};
    EXPECT_EQ(ask("POST", "/v1/reload").json()["waiting"], nlohmann::json({"socket"}));
    reloaded = cadence::fail(cadence::ErrorCode::Configuration, "cadenced.toml:3:1: sockt");
    const Reply reply = ask("POST", "/v1/reload");
    EXPECT_EQ(reply.status, 422);
    EXPECT_NE(reply.detail().find("cadenced.toml:3:1"), std::string::npos);
}

}  // namespace
