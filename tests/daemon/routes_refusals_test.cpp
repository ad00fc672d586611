// Bad input, as tables: each gets its status, names what is wrong, and changes nothing.
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "daemon/routes/rfc3339.hpp"
#include "tests/daemon/routes_fixture.hpp"

namespace {

using namespace std::chrono_literals;
using routes_test::daily_body;
using routes_test::Reply;
using routes_test::RoutesTest;

struct Case {
    std::string method;
    std::string target;
    std::string body;
    int status;
    std::string named;  // in the field or in the detail
    std::string type = "application/json";
};

class RoutesRefusals : public RoutesTest {
  protected:
    RoutesRefusals() { enrol_past(); }

    void expect_all(const std::vector<Case>& cases) {
        const std::string before = contents();
        const int woken = changes;
        for (const Case& one : cases) expect_refused(one);
        EXPECT_EQ(contents(), before);
        EXPECT_EQ(changes, woken);
        EXPECT_TRUE(journal.lines.empty());
    }

    void expect_refused(const Case& one) {
        const std::string what = one.method + " " + one.target + " " + one.body;
        const Reply reply = ask(one.method, one.target, one.body, one.type);
        EXPECT_EQ(reply.status, one.status) << what << "\n" << reply.text;
        EXPECT_EQ(reply.type, "application/problem+json") << what;
        const auto problem = reply.json();
        ASSERT_TRUE(problem.is_object()) << what;
        EXPECT_EQ(problem.value("type", ""), "about:blank") << what;
        EXPECT_EQ(problem.value("status", 0), one.status) << what;
        EXPECT_FALSE(problem.value("title", "").empty()) << what;
        EXPECT_NE((reply.field() + " | " + reply.detail()).find(one.named), std::string::npos)
            << what << "\n"
            << reply.text;
    }
};

std::string requirement(const std::string& members) {
    return R"({"requirements":[{)" + members + "}]}";
}

// One valid requirement with one member changed, or taken away where `value` is empty.
std::string changed(const std::string& name, const std::string& value) {
    nlohmann::json body = nlohmann::json::parse(daily_body());
    if (value.empty()) {
        body["requirements"][0].erase(name);
    } else {
        body["requirements"][0][name] = nlohmann::json::parse(value);
    }
    return body.dump();
}

Case put_body(const std::string& body, const std::string& named, int status = 422) {
    return {"PUT", "/v1/sessions/lock-1", body, status, named};
}

Case put_changed(const std::string& name, const std::string& value, const std::string& named) {
    return put_body(changed(name, value), named);
}

TEST_F(RoutesRefusals, Addresses_UnknownOrWrongMethod) {
    expect_all({
        {"GET", "/", "", 404, "nothing at this address"},
        {"GET", "/v2/status", "", 404, "nothing"},
        {"GET", "/v1/status/more", "", 404, "nothing"},
        {"POST", "/v1/status", "", 405, "GET"},
        {"PATCH", "/v1/sessions/lock-1", "{}", 405, "PUT, GET, HEAD, DELETE"},
        {"GET", "/v1/proofs", "", 405, "POST"},
        {"GET", "/v1/deliveries/waive", "", 405, "POST"},
        {"GET", "/v1/windows/abc", "", 404, "nothing"},
        {"GET", "/v1/windows/-1", "", 404, "nothing"},
        {"GET", "/v1/windows/01", "", 404, "nothing"},
        {"GET", "/v1/windows/99999999999999999999", "", 404, "nothing"},
        {"GET", "/v1/windows/999999", "", 404, "999999"},
        {"GET", "/v1/deliveries/999999", "", 404, "999999"},
        {"POST", "/v1/deliveries/999999/retry", R"({"reason":"x"})", 404, "999999"},
        {"GET", "/v1/sessions/nobody", "", 404, "nobody"},
        {"GET", "/v1/sessions/a b", "", 404, "no such lock session"},
        {"PUT", "/v1/sessions/a b", daily_body(), 422, "id"},
        {"PUT", "/v1/sessions/" + std::string(129, 'x'), daily_body(), 422, "id"},
        {"DELETE", "/v1/sessions/nobody", "", 404, "nobody"},
        {"GET", "/v1/sessions/nobody/windows", "", 404, "nobody"},
        {"POST", "/v1/sessions/nobody/resume", "", 404, "nobody"},
    });
    EXPECT_EQ(ask("PATCH", "/v1/sessions/lock-1").allow, "PUT, GET, HEAD, DELETE");
}

TEST_F(RoutesRefusals, QueryParameters_UnknownTwiceOrWrong) {
    expect_all({
        {"GET", "/v1/status?verbose=1", "", 422, "verbose"},
        {"GET", "/v1/sessions?limt=3", "", 422, "did you mean limit?"},
        {"GET", "/v1/sessions?limit=1&limit=2", "", 422, "limit is given twice"},
        {"GET", "/v1/sessions?limit=0", "", 422, "limit"},
        {"GET", "/v1/sessions?limit=1001", "", 422, "1000"},
        {"GET", "/v1/sessions?limit=ten", "", 422, "limit"},
        {"GET", "/v1/sessions?limit=1.5", "", 422, "limit"},
        {"GET", "/v1/sessions?limit=", "", 422, "limit"},
        {"GET", "/v1/sessions?cursor=%%", "", 422, "cursor"},
        {"GET", "/v1/deliveries?state=inflight", "", 422, "inFlight"},
        {"GET", "/v1/deliveries?sessionId=a/b", "", 422, "sessionId"},
        {"GET", "/v1/deliveries?cursor=zz!", "", 422, "cursor"},
        {"GET", "/v1/sessions/lock-1/windows?from=yesterday", "", 422, "from"},
        {"GET", "/v1/sessions/lock-1/windows?from=2026-06-01", "", 422, "from"},
        {"GET", "/v1/sessions/lock-1/windows?from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z", "",
         422, "to must not be before from"},
        {"GET", "/v1/sessions/lock-1/windows?metric=a.b", "", 422, "metric"},
    });
}

TEST_F(RoutesRefusals, BodiesOfTheWrongKind) {
    const std::string proofs = "/v1/proofs";
    expect_all({
        {"POST", proofs, "{}", 415, "application/json or application/x-ndjson", "text/plain"},
        {"POST", proofs, "{}", 415, "application/json", ""},
        {"POST", "/v1/pause", "{}\n{}\n", 415, "application/json", "application/x-ndjson"},
        {"POST", proofs, "", 400, "body"},
        {"POST", proofs, "{", 400, "JSON"},
        {"POST", proofs, "[]", 422, "object"},
        {"POST", proofs, "\xff\xfe", 400, "UTF-8"},
        {"POST", proofs, std::string(200'000, '['), 400, "levels"},
        {"POST", proofs, R"({"id":"a","id":"b"})", 422, "given twice"},
        {"GET", "/v1/status", "{}", 422, "no body"},
        {"DELETE", "/v1/sessions/lock-1", "{}", 422, "no body"},
        {"POST", "/v1/reload", "{}", 422, "no body"},
        {"POST", "/v1/pause", "{}", 415, "application/json", "text/plain"},
    });
}

TEST_F(RoutesRefusals, BodyThatIsCoded_Is415UnlessItIsIdentity) {
    for (const auto& [coding, status] : std::map<std::string, int>{
             {"gzip", 415}, {"br", 415}, {"identity, gzip", 415}, {"Identity", 200}}) {
        net::HttpRequest request;
        request.method = "POST";
        request.path = {"v1", "backfill"};
        request.body = R"({"from":"2026-06-01","to":"2026-06-01","dryRun":true})";
        request.headers.add("content-type", "application/json");
        request.headers.add("content-encoding", coding);
        EXPECT_EQ(run(routes->handle(request)).status, status) << coding;
    }
    net::HttpRequest bare;
    bare.method = "GET";
    bare.path = {"v1", "status"};
    bare.headers.add("content-encoding", "gzip");
    EXPECT_EQ(run(routes->handle(bare)).status, 200) << "there is no body that it could be of";
}

TEST_F(RoutesRefusals, EnrolmentsOfTheWrongShape) {
    const std::string at = "requirements[0].";
    expect_all({
        put_body("{}", "requirements is required"),
        put_body(R"({"requirements":{}})", "requirements must be an array, got an object"),
        put_body(R"({"requirements":[7]})", "requirements[0] must be an object, got an integer"),
        put_body(R"({"requirements":[],"weekstart":"monday"})", "did you mean weekStart?"),
        put_body(R"({"requirements":[],"weekStart":"Monday"})", "weekStart"),
        put_body(R"({"requirements":[],"timezone":"Mars/Olympus"})", "timezone"),
        put_body(R"({"requirements":[],"timezone":"../etc/passwd"})", "timezone"),
        put_body(R"({"requirements":[],"timezone":5})",
                 "timezone must be a string, got an integer"),
        put_body(R"({"requirements":[],"platform":"other"})", "chastify"),
        put_body(R"({"requirements":[],"linkToken":"x"})", "Chastity Tracker"),
        put_body(R"({"requirements":[],"anchorDate":"2026-02-30"})", "anchorDate"),
        put_body(requirement(R"("requiredCount":1)"), at + "metric is required"),
        put_changed("metric", R"("a b")", at + "metric"),
        put_changed("metric", R"("")", at + "metric"),
        put_changed("key", R"("a.b")", at + "key"),
        put_changed("requiredCount", "", at + "requiredCount is required"),
        put_changed("requiredCount", "0", at + "requiredCount"),
        put_changed("requiredCount", "1.5", "must be an integer, got a fraction"),
        put_changed("requiredCount", "1e3", "must be an integer"),
        put_changed("requiredCount", "99999999999999999999", "must be an integer"),
        put_changed("requiredCount", "18446744073709551615", at + "requiredCount"),
        put_changed("requiredCount", R"("1")", "must be an integer, got a string"),
        put_changed("requiredCount", "true", "must be an integer, got a boolean"),
        put_changed("cadence", "", at + "cadence is required"),
        put_changed("cadence", R"("day")", at + "cadence must be an object, got a string"),
        put_changed("cadence", R"({"every":1})", at + "cadence.unit is required"),
        put_changed("cadence", R"({"every":1,"unit":"month"})", "day or week"),
        put_changed("cadence", R"({"every":367,"unit":"day"})", at + "cadence.every"),
        put_changed("cadence", R"({"every":53,"unit":"week"})", at + "cadence.every"),
        put_changed("cadence", R"({"every":1,"unit":"day","of":1})", at + "cadence.of"),
        put_changed("punishment", "", R"({"type":"none"})"),
        put_changed("punishment", "null", at + "punishment is required"),
        put_changed("punishment", R"({"type":"add_time"})", at + "punishment.seconds is required"),
        put_changed("punishment", R"({"type":"add_time","seconds":"60"})",
                    at + "punishment.seconds must be an integer, got a string"),
        put_changed("punishment", R"({"type":"add_time","seconds":0})", at + "punishment.seconds"),
        put_changed("punishment", R"({"type":"add_time","seconds":-5})", at + "punishment.seconds"),
        put_changed("punishment", R"({"type":"add_time","seconds":86401})", "86400"),
        put_changed("punishment", R"({"type":"freeze","seconds":59})", "60 to 86400"),
        put_changed("punishment", R"({"type":"addtime","seconds":60})", "none, add_time, freeze"),
        put_changed("punishment", R"({"type":"game","game":"dice"})", "Chastity Tracker"),
        put_changed("punishment", R"({"type":"none","sconds":1})", "did you mean seconds?"),
        put_changed("owner", R"("me")", "auto, platform, daemon or nobody"),
        put_changed("firstWindow", R"("none")", "grace or strict"),
        put_changed("misfire", R"("first")", "all, latest or none"),
        put_changed("lateProof", R"("yes")", "count, compensate or ignore"),
        put_changed("grace", "300", at + "grace must be a string, got an integer"),
        put_changed("grace", R"("5 min")", "90s"),
        put_changed("grace", R"("25h")", at + "grace"),
        put_changed("onUnknown", R"("resend")", "hold or assume_applied"),
        put_changed("onUnknown", R"({"punishment":"resend"})", at + "onUnknown.punishment"),
        put_changed("onUnknown", R"({"progres":"hold"})", "did you mean progress?"),
        put_changed("activeFrom", R"("2026-05-01")", at + "activeFrom"),
        put_changed("activeFrom", R"("1999-12-31T23:59:59Z")", "2000-01-01"),
        put_changed("activeFrom", R"("2027-01-01T00:00:00Z")", at + "activeFrom"),
        put_changed("punishPast", R"("true")", at + "punishPast must be true or false"),
        put_changed("enabled", "1", at + "enabled must be true or false, got an integer"),
        put_changed("timezone", R"("UTC")", at + "timezone"),
    });
}

TEST_F(RoutesRefusals, LaunchesAndProofsOfTheWrongShape) {
    const std::string launches = "/v1/sessions/lock-1/launches";
    const std::string proofs = "/v1/proofs";
    const std::string proof = R"("id":"p1","sessionId":"lock-1","metric":"check_in")";
    expect_all({
        {"POST", launches, "{}", 422, "mainToken is required"},
        {"POST", launches, R"({"mainToken":""})", 422, "mainToken"},
        {"POST", launches, R"({"mainToken":7})", 422, "mainToken must be a string"},
        {"POST", launches, R"({"mainToken":"a b"})", 422, "mainToken"},
        {"POST", launches, R"({"mainToken":"a\r\nx: y"})", 422, "mainToken"},
        {"POST", launches, R"({"mainToken":"ä"})", 422, "mainToken"},
        {"POST", launches, R"({"mainToken":")" + std::string(16385, 'x') + "\"}", 422, "mainToken"},
        {"POST", launches, R"({"maintoken":"x"})", 422, "did you mean mainToken?"},
        {"POST", launches, R"({"mainToken":"x","launchedAt":"2026-06-01T10:16:00Z"})", 422,
         "launchedAt"},
        {"POST", launches, R"({"mainToken":"x","timezone":"Nowhere/At_All"})", 422, "timezone"},
        {"POST", proofs, "{}", 422, "id is required"},
        {"POST", proofs, R"({"id":"p 1","sessionId":"lock-1","metric":"check_in"})", 422, "id"},
        {"POST", proofs, R"({"id":"p1","sessionId":"a/b","metric":"check_in"})", 422, "sessionId"},
        {"POST", proofs, R"({"id":"p1","sessionId":"nobody","metric":"check_in"})", 404, "nobody"},
        {"POST", proofs, R"({"id":"p1","sessionId":"lock-1","metric":"other"})", 422, "check_in"},
        {"POST", proofs, "{" + proof + R"(,"amount":0})", 422, "amount"},
        {"POST", proofs, "{" + proof + R"(,"amount":1000001})", 422, "amount"},
        {"POST", proofs, "{" + proof + R"(,"amount":1.0})", 422, "amount"},
        {"POST", proofs, "{" + proof + R"(,"happenedAt":"2026-06-01T10:16:00Z"})", 422,
         "happenedAt lies more than"},
        {"POST", proofs, "{" + proof + R"(,"happenedAt":"2026-04-01T00:00:00Z"})", 422,
         "happenedAt is older than"},
        {"POST", proofs, "{" + proof + R"(,"happenedAt":"2026-05-20T00:00:00Z"})", 422,
         "happenedAt lies before"},
        {"POST", proofs, "{" + proof + R"(,"happendAt":"x"})", 422, "did you mean happenedAt?"},
    });
}

// What a wearer did is not lost because our clock is wrong.
TEST_F(RoutesRefusals, ProofThatIsWrongByAClockInDoubt_IsToBeKept) {
    ASSERT_EQ(ask("PUT", "/v1/sessions/lock-9", daily_body()).status, 201);
    const auto hand_in = [this](const std::string& happened_at) {
        return ask("POST", "/v1/proofs",
                   R"({"id":"p1","sessionId":"lock-9","metric":"check_in","happenedAt":")" +
                       happened_at + "\"}");
    };
    const auto later = cadenced::wire::to_text(now + 10min);
    EXPECT_EQ(hand_in(later).status, 422) << "nothing is known against our clock";
    facts.platforms["chastify"].clocks_disagree_since = now;
    const auto kept = hand_in(later);
    EXPECT_EQ(kept.status, 503);
    EXPECT_EQ(kept.retry_after, "60");
    EXPECT_NE(kept.detail().find("our own clock is in doubt"), std::string::npos) << kept.text;
    const auto before = cadenced::wire::to_text(now - 48h);
    EXPECT_EQ(hand_in(before).status, 422) << "it is said to be older than the requirement";
    const auto nothing =
        ask("POST", "/v1/proofs", R"({"id":"p1","sessionId":"lock-9","metric":"nothing"})");
    EXPECT_EQ(nothing.status, 422) << "no clock mends this";
    now -= 48h;
    const auto stamped =
        ask("POST", "/v1/proofs", R"({"id":"p2","sessionId":"lock-9","metric":"check_in"})");
    EXPECT_EQ(stamped.status, 503) << "it lies before the requirement by our stamp alone";
    now += 48h;
    facts.platforms.clear();
    now += 10min;
    EXPECT_EQ(hand_in(later).status, 201);
}

TEST_F(RoutesRefusals, DecisionsOfTheWrongShape) {
    const std::string one =
        "/v1/deliveries/" + std::to_string(number("SELECT min(id) FROM delivery"));
    const std::string pause = "/v1/sessions/lock-1/pause";
    const std::string backfill = "/v1/backfill";
    expect_all({
        {"POST", one + "/waive", "{}", 422, "reason is required"},
        {"POST", one + "/waive", R"({"reason":""})", 422, "reason must not be empty"},
        {"POST", one + "/waive", R"({"reason":"a\u0000b"})", 422, "control"},
        {"POST", one + "/waive", R"({"reason":")" + std::string(501, 'x') + "\"}", 422, "500"},
        {"POST", one + "/settle", R"({"outcome":"applied","reason":"x"})", 409, "waiting"},
        {"POST", one + "/settle", R"({"outcome":"maybe","reason":"x"})", 422, "not_applied"},
        {"POST", "/v1/deliveries/waive", R"({"reason":"x"})", 422, "filter is required"},
        {"POST", "/v1/deliveries/waive", R"({"filter":{},"reason":"x"})", 422, "at least one"},
        {"POST", "/v1/deliveries/waive", R"({"filter":{"kind":"fine"},"reason":"x"})", 422,
         "filter.kind"},
        {"POST", "/v1/deliveries/settle", R"({"filter":{"state":"held"},"reason":"x"})", 422,
         "outcome is required"},
        {"POST", pause, R"({"reason":"x"})", 422, "until is required"},
        {"POST", pause, R"({"until":"2026-06-01T10:00:00Z","reason":"x"})", 422, "future"},
        {"POST", pause, R"({"until":"2027-06-03T10:00:00Z","reason":"x"})", 422, "year"},
        {"POST", pause, R"({"until":"2026-06-03T10:00:00Z"})", 422, "reason is required"},
        {"POST", "/v1/pause", R"({"until":"2026-06-03T10:00:00Z"})", 422, "until"},
        {"POST", backfill, R"({"to":"2026-06-01"})", 422, "from is required"},
        {"POST", backfill, R"({"from":"2026-06-01","to":"2026-05-01"})", 422, "to"},
        {"POST", backfill, R"({"from":"2026-06-01","to":"2026-06-31"})", 422, "to"},
        {"POST", backfill, R"({"from":"2026-06-01","to":"2026-06-01","plan":"abc"})", 422,
         "not supported"},
        {"POST", backfill, R"({"from":"2026-06-01","to":"2026-06-01","dryrun":true})", 422,
         "did you mean dryRun?"},
        {"POST", backfill, R"({"from":"2026-06-01","to":"2026-06-01","sessionId":"nobody"})", 404,
         "nobody"},
    });
}

TEST_F(RoutesRefusals, SecretInTheWrongPlace_IsNeverRepeated) {
    const std::string secret = "tok-0123456789.abcdef";
    const std::string launches = "/v1/sessions/lock-1/launches";
    for (const std::string& body :
         {R"({"mainToken":")" + secret + R"( x"})", R"({")" + secret + R"(":"mainToken"})",
          R"({"mainToken":["])" + secret, R"({"mainToken":{"a":")" + secret + R"("}})",
          R"({"mainToken":")" + secret + R"(","timezone":")" + secret + "\"}",
          R"({"mainToken":"x","launchedAt":")" + secret + "\"}", secret}) {
        const Reply reply = ask("POST", launches, body);
        EXPECT_GE(reply.status, 400) << body;
        EXPECT_EQ(reply.text.find(secret), std::string::npos) << reply.text;
    }
    const Reply reply = ask("POST", launches + "?" + secret + "=1", R"({"mainToken":"x"})");
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.text.find(secret), std::string::npos);
}

// What a byte here and there makes of valid requests: an answer each time, and never our fault.
TEST_F(RoutesRefusals, RandomMutations_AreAnsweredAndNeverFail) {
    const std::vector<std::pair<std::string, std::string>> seeds{
        {"PUT /v1/sessions/lock-2", daily_body(R"(,"grace":"5m","onUnknown":"hold")")},
        {"POST /v1/sessions/lock-2/launches",
         R"({"mainToken":"abc","launchedAt":"2026-06-01T09:00:00Z","timezone":"UTC"})"},
        {"POST /v1/proofs",
         R"({"id":"p","sessionId":"lock-1","metric":"check_in","amount":2,"happenedAt":null})"},
        {"POST /v1/sessions/lock-1/pause", R"({"until":"2026-06-03T10:00:00Z","reason":"x"})"},
        {"POST /v1/deliveries/settle",
         R"({"filter":{"state":"held"},"outcome":"applied","reason":"x"})"},
        {"POST /v1/backfill", R"({"from":"2026-05-25","to":"2026-05-31","dryRun":true})"},
    };
    const std::string bytes = "{}[]\",:.-+0129eEtruefalsn \\u\xff\x01";
    std::mt19937 random(20260601);
    const auto below = [&random](std::size_t limit) { return random() % limit; };
    for (int round = 0; round < 1500; ++round) {
        const auto& [call, seed] = seeds[below(seeds.size())];
        std::string body = seed;
        for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
            const std::size_t at = below(body.size());
            if (below(3) == 0) body.erase(at, 1 + below(4));
            if (below(3) == 0) body.insert(at, 1, bytes[below(bytes.size())]);
            if (at < body.size()) body[at] = bytes[below(bytes.size())];
        }
        const auto space = call.find(' ');
        const Reply reply = ask(call.substr(0, space), call.substr(space + 1), body);
        ASSERT_GE(reply.status, 200) << body;
        ASSERT_LT(reply.status, 500) << body << "\n" << reply.text;
        for (const auto& line : reply.lines()) ASSERT_FALSE(line.is_discarded()) << reply.text;
    }
    EXPECT_TRUE(journal.lines.empty());
}

}  // namespace
