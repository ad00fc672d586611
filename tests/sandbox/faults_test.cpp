#include "tests/sandbox/faults.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/fault_json.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

Call action(const char* name) { return {Endpoint::Action, "POST", "s1", name}; }

FaultRule rule_of(const char* text) {
    auto const rule = parse_fault(Json::parse(text));
    EXPECT_TRUE(rule) << (rule ? "" : rule.error().detail);
    return rule.value_or(FaultRule{});
}

std::string wrong_field(const char* text) {
    auto const rule = parse_fault(Json::parse(text));
    return rule ? "none" : rule.error().field;
}

TEST(Faults, MatchByActionName_StrikesOnlyThat) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"drop_after_apply","match":{"action":"freeze"}})"));
    EXPECT_FALSE(faults.plan_request(action("add_time")).ending);
    EXPECT_EQ(faults.plan_request(action("freeze")).ending, FaultKind::Drop);
}

TEST(Faults, MatchBySessionMethodAndPath_NeedsAllOfThem) {
    FaultMatch const match = rule_of(R"({"fault":"html","match":
        {"session":"s1","method":"POST","path":"progress"}})")
                                 .match;
    EXPECT_TRUE(matches(match, {Endpoint::Progress, "POST", "s1", ""}));
    EXPECT_FALSE(matches(match, {Endpoint::Progress, "POST", "s2", ""}));
    EXPECT_FALSE(matches(match, {Endpoint::Action, "POST", "s1", "freeze"}));
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
    EXPECT_EQ(plan.canned.status, 500);
    EXPECT_EQ(plan.rules.size(), 3U);
}

TEST(Faults, TwoEndings_TheFirstWinsAndTheOtherIsKept) {
    Faults faults(1);
    faults.add(rule_of(R"({"fault":"status_before","status":503,"times":1})"));
    faults.add(rule_of(R"({"fault":"drop_before_apply","times":1})"));
    EXPECT_EQ(faults.plan_request(action("freeze")).ending, FaultKind::Canned);
    EXPECT_EQ(faults.plan_request(action("freeze")).ending, FaultKind::Drop);
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
    EXPECT_TRUE(faults.plan_connection().drop);
    EXPECT_FALSE(faults.plan_connection().drop);
}

TEST(FaultJson, WrongField_IsNamed) {
    EXPECT_EQ(wrong_field(R"({})"), "fault");
    EXPECT_EQ(wrong_field(R"({"fault":"explode"})"), "fault");
    EXPECT_EQ(wrong_field(R"({"fault":"slow_before"})"), "ms");
    EXPECT_EQ(wrong_field(R"({"fault":"html","probability":2})"), "probability");
    EXPECT_EQ(wrong_field(R"({"fault":"html","ms":2})"), "ms");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"path":"nowhere"}})"), "match.path");
    EXPECT_EQ(wrong_field(R"({"fault":"html","match":{"colour":"red"}})"), "match.colour");
    EXPECT_EQ(wrong_field(R"({"fault":"drop_on_accept","match":{"session":"s"}})"), "match");
    EXPECT_EQ(wrong_field(R"({"fault":"redirect"})"), "location");
    EXPECT_EQ(wrong_field(R"({"fault":"redirect","location":"a\r\nb: c"})"), "location");
    EXPECT_EQ(wrong_field(R"([1])"), "");
}

}  // namespace
}  // namespace sandbox
