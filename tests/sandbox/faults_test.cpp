#include "tests/sandbox/faults.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/sandbox/fault_json.hpp"
#include "tests/sandbox/fault_kinds.hpp"

namespace sandbox {
namespace {

Call action(const char* name) { return {Endpoint::Action, "POST", "s1", name, false}; }

FaultRule rule_of(const char* text) {
    auto const rule = parse_fault(nlohmann::json::parse(text));
    EXPECT_TRUE(rule) << (rule ? "" : rule.error().detail);
    return rule.value_or(FaultRule{});
}

std::string wrong_field(const char* text) {
    auto const rule = parse_fault(nlohmann::json::parse(text));
    return rule ? "none" : rule.error().field;
}

TEST(Faults, MatchByActionName_StrikesOnlyThat) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"drop_after_apply","match":{"action":"freeze"}})"));
    EXPECT_FALSE(faults.plan_request(action("add_time")).ending);
    EXPECT_EQ(faults.plan_request(action("freeze")).ending, FaultKind::Break);
}

TEST(Faults, MatchBySessionMethodAndPath_NeedsAllOfThem) {
    FaultMatch const match = rule_of(R"({"fault":"html","match":
        {"session":"s1","method":"POST","path":"progress"}})")
                                 .match;
    EXPECT_TRUE(matches(match, {Endpoint::Progress, "POST", "s1", "", false}));
    EXPECT_FALSE(matches(match, {Endpoint::Progress, "POST", "s2", "", false}));
    EXPECT_FALSE(matches(match, {Endpoint::Action, "POST", "s1", "freeze", false}));
}

TEST(Faults, Times_AreUsedUp) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"drop_before_apply","times":2})"));
    EXPECT_TRUE(faults.plan_request(action("freeze")).ending);
    EXPECT_TRUE(faults.plan_request(action("freeze")).ending);
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
    EXPECT_EQ(faults.rules().front().hits, 2U);
}

TEST(Faults, SlowBeforeAndSlowAfter_ComposeWithAnEnding) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"slow_before","ms":100})"));
    faults.add(rule_of(R"({"fault":"status_after","status":500})"));
    faults.add(rule_of(R"({"fault":"slow_after","ms":50})"));
    auto const plan = faults.plan_request(action("freeze"));
    EXPECT_EQ(plan.before, Millis{100});
    EXPECT_EQ(plan.after, Millis{50});
    EXPECT_EQ(plan.canned->status, 500);
    EXPECT_EQ(plan.rules.size(), 3U);
}

TEST(Faults, TwoEndings_TheFirstWinsAndTheOtherIsKept) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"status_before","status":503,"times":1})"));
    faults.add(rule_of(R"({"fault":"drop_before_apply","times":1})"));
    EXPECT_EQ(faults.plan_request(action("freeze")).ending, FaultKind::Canned);
    EXPECT_EQ(faults.plan_request(action("freeze")).ending, FaultKind::Break);
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
}

TEST(Faults, SameSeed_RollsTheSameDice) {
    auto const strikes = [](std::uint64_t seed) {
        Faults faults(seed);
        faults.add(rule_of(R"({"fault":"drop_before_apply","probability":0.5})"));
        std::string rolled;
        for (int i = 0; i < 64; ++i) {
            rolled += faults.plan_request(action("freeze")).ending ? 'x' : '.';
        }
        return rolled;
    };
    EXPECT_EQ(strikes(7), strikes(7));
    EXPECT_NE(strikes(7), strikes(8));
    EXPECT_NE(strikes(7).find('x'), std::string::npos);
    EXPECT_NE(strikes(7).find('.'), std::string::npos);
}

TEST(Faults, Jitter_StaysInItsRange) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"slow_before","ms":10,"jitterMs":5})"));
    for (int i = 0; i < 100; ++i) {
        auto const plan = faults.plan_request(action("freeze"));
        EXPECT_GE(plan.before, Millis{10});
        EXPECT_LE(plan.before, Millis{15});
    }
}

TEST(Faults, OfConnections_DoNotStrikeRequests) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"drop_on_accept","times":1})"));
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
    EXPECT_TRUE(faults.plan_connection().cut);
    EXPECT_FALSE(faults.plan_connection().cut);
}

TEST(Faults, Skip_SparesTheFirst) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"drop_before_apply","skip":2,"times":1})"));
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
    EXPECT_TRUE(faults.plan_request(action("freeze")).ending);
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
}

TEST(Faults, Sweep_WalksToItsLastPositionAndIsOver) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"break","at":{"from":3,"to":10,"step":4}})"));
    EXPECT_EQ(faults.plan_request(action("freeze")).cut.at.offset, 3U);
    EXPECT_EQ(faults.plan_request(action("freeze")).cut.at.offset, 7U);
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
}

TEST(Faults, SweepToTheEnd_IsOverWhenAPositionLaysThere) {
    Faults faults(1);
    auto const id = faults.add(rule_of(R"({"fault":"break","at":{"from":3}})"));
    EXPECT_TRUE(faults.plan_request(action("freeze")).ending);
    faults.reached_the_end(id);
    EXPECT_FALSE(faults.plan_request(action("freeze")).ending);
}

TEST(FaultJson, MisspeltName_BringsTheLikelyOne) {
    auto const rule = parse_fault(nlohmann::json::parse(R"({"fault":"brake","at":0})"));
    ASSERT_FALSE(rule);
    EXPECT_NE(rule.error().detail.find("did you mean break?"), std::string::npos);
}

std::string complaint_about(const char* text) {
    auto const rule = parse_fault(nlohmann::json::parse(text));
    return rule ? "none" : rule.error().detail;
}

TEST(FaultJson, MatchThatFitsNothing_IsToldWhatWouldBeRight) {
    EXPECT_EQ(complaint_about(R"({"fault":"html","match":{"action":"addtime"}})"),
              "match.action must be add_time, remove_time, freeze, unfreeze, pillory, pillory.end, "
              "task.assign, task.start_timer, task.complete or hygienic_unlock.start; did you mean "
              "add_time?");
    EXPECT_EQ(complaint_about(R"({"fault":"html","match":{"path":"contxt"}})"),
              "match.path must be context, progress, action, metadata, state, notification or "
              "device_command; did you mean context?");
    EXPECT_EQ(complaint_about(R"({"fault":"html","match":{"path":"state","method":"GET"}})"),
              "match.method must be PUT or PATCH; did you mean PUT?");
}

TEST(FaultJson, SweepThatGoesDown_IsToldThatItGoesUp) {
    EXPECT_EQ(complaint_about(R"({"fault":"break","at":{"from":5,"to":2}})"),
              "at.to must not be less than from (5): a sweep goes up");
    EXPECT_EQ(complaint_about(R"({"fault":"break","at":{"from":5,"step":0}})"),
              "at.step must be an integer from 1 to 67108864");
}

TEST(FaultJson, RuleInForce_IsShownAsItWasPostedAndHowFarItIs) {
    auto const posted =
        nlohmann::json::parse(R"({"fault":"break","of":"answer","how":"reset","status":503,
        "at":{"from":3,"step":4},"match":{"action":"freeze"},"skip":1,"times":5})");
    Faults faults(1);
    faults.add(rule_of(posted.dump().c_str()));
    for (int i = 0; i < 3; ++i) static_cast<void>(faults.plan_request(action("freeze")));
    auto expected = posted;
    expected.update({{"id", 1}, {"hits", 2}, {"skipLeft", 0}, {"timesLeft", 3}, {"nextAt", 11}});
    EXPECT_EQ(to_json(faults.rules().at(0)), expected);
}

// Of a fault alone with nothing of its own: what the table marks is what is complained about.
TEST(FaultJson, FieldMarkedInTheTable_IsRequired) {
    std::string marked;
    for (auto const& fault : fault_names()) {
        std::istringstream words{std::string(fault.fields)};
        std::string first = "none";
        for (std::string word; first == "none" && words >> word;) {
            if (word.ends_with('*')) first = word.substr(0, word.size() - 1);
        }
        auto const text = Json{{"fault", fault.name}}.dump();
        EXPECT_EQ(wrong_field(text.c_str()), first) << fault.name;
        if (first != "none") marked += std::string(fault.name) + ":" + first + " ";
    }
    EXPECT_EQ(marked,
              "break:at stall:at drip:ms corrupt:at late_apply:ms status_before:status "
              "status_after:status redirect:location slow_before:ms slow_after:ms idle_close:ms "
              "slow_handshake:ms ");
}

TEST(FaultJson, CodeAndShape_MakeTheBody) {
    auto const canned = [](const char* text) { return rule_of(text).canned.value(); };
    auto const flat = canned(R"({"fault":"status_before","status":403,"code":"x","shape":"flat"})");
    EXPECT_EQ(flat.body, R"({"error":"x"})");
    EXPECT_EQ(flat.status, 403);
    auto const wait = canned(R"({"fault":"retry_after","value":"soon"})");
    EXPECT_EQ(wait.headers.at(0).second, "soon");
    auto const absurd = canned(R"({"fault":"retry_after","seconds":-9000000000000})");
    EXPECT_EQ(absurd.headers.at(0).second, "-9000000000000");
}

TEST(FaultJson, WrongField_IsNamed) {
    EXPECT_EQ(wrong_field(R"({})"), "fault");
    EXPECT_EQ(wrong_field(R"({"fault":"explode"})"), "fault");
    EXPECT_EQ(wrong_field(R"({"fault":"slow_before"})"), "ms");
    EXPECT_EQ(wrong_field(R"({"fault":"html","probability":2})"), "probability");
    EXPECT_EQ(wrong_field(R"({"fault":"html","probability":0})"), "probability");
    EXPECT_EQ(wrong_field(R"({"fault":"html","times":0})"), "times");
    EXPECT_EQ(wrong_field(R"({"fault":"html","ms":2})"), "ms");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"path":"nowhere"}})"), "match.path");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"colour":"red"}})"), "match.colour");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"action":"addtime"}})"), "match.action");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"method":"post"}})"), "match.method");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"path":"state","action":"freeze"}})"),
              "match.action");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"path":"state","method":"GET"}})"),
              "match.method");
    EXPECT_EQ(wrong_field(R"({"fault":"drop_on_accept","match":{"session":"s"}})"), "match");
    EXPECT_EQ(wrong_field(R"({"fault":"redirect"})"), "location");
    EXPECT_EQ(wrong_field(R"({"fault":"redirect","location":"a\r\nb: c"})"), "location");
    EXPECT_EQ(wrong_field(R"({"fault":"break"})"), "at");
    EXPECT_EQ(wrong_field(R"({"fault":"break","at":"middle"})"), "at");
    EXPECT_EQ(wrong_field(R"({"fault":"break","at":{"from":-1}})"), "at.from");
    EXPECT_EQ(wrong_field(R"({"fault":"break","at":{"from":5,"to":2}})"), "at.to");
    EXPECT_EQ(wrong_field(R"({"fault":"break","at":{"from":5,"to":5}})"), "none");
    EXPECT_EQ(wrong_field(R"({"fault":"break","at":1,"how":"softly"})"), "how");
    EXPECT_EQ(wrong_field(R"({"fault":"break","of":"request","at":1,"apply":true})"), "apply");
    EXPECT_EQ(wrong_field(R"({"fault":"corrupt","at":1})"), "flip");
    EXPECT_EQ(wrong_field(R"({"fault":"tls","certificate":"fake"})"), "certificate");
    EXPECT_EQ(wrong_field(R"({"fault":"reshape","interim":[200]})"), "interim");
    EXPECT_EQ(wrong_field(R"([1])"), "");
}

}  // namespace
}  // namespace sandbox
