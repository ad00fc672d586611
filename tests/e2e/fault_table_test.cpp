// One missed window for every kind of answer the platform or the network can give: what the daemon
// makes of it, and how often the punishment truly happened.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

struct Row {
    const char* fault;  // of the sandbox, met by the first write alone
    const char* state;  // that the delivery ends in
    std::size_t effects;
};

const std::vector<Row> kRows{
    // Without a status nobody knows: the lock is looked at, within seconds where it happened. Where
    // it
    // did not, it is sent again after a minute.
    {R"({"fault":"break","at":0})", "applied", 1},
    {R"({"fault":"break","at":0,"apply":false})", "applied", 1},
    {R"({"fault":"break","at":20,"how":"reset"})", "applied", 1},
    {R"({"fault":"break","of":"request","at":30,"how":"reset"})", "applied", 1},
    {R"({"fault":"break","of":"request","at":30,"how":"goodbye"})", "applied", 1},
    {R"({"fault":"break","of":"request","at":0,"match":{"reused":true}})", "applied", 1},
    {R"({"fault":"corrupt","at":0,"flip":1})", "applied", 1},
    {R"({"fault":"garbage_status_line"})", "applied", 1},
    {R"({"fault":"reshape","version":"9.9"})", "applied", 1},
    {R"({"fault":"late_apply","ms":100})", "applied", 1},
    {R"({"fault":"late_apply","ms":100,"status":504})", "applied", 1},
    {R"({"fault":"status_after","status":500})", "applied", 1},
    {R"({"fault":"status_before","status":503})", "applied", 1},
    {R"({"fault":"redirect","location":"/elsewhere","status":308})", "applied", 1},
    // A 2xx is one, whatever comes with it.
    {R"({"fault":"break","at":"head","how":"reset"})", "applied", 1},
    {R"({"fault":"break","at":"half_body"})", "applied", 1},
    {R"({"fault":"break","at":"end","how":"reset"})", "applied", 1},
    {R"({"fault":"corrupt","at":"head","garbage":50})", "applied", 1},
    {R"({"fault":"reshape","interim":[100,103]})", "applied", 1},
    {R"({"fault":"reshape","version":"1.0","noLength":true})", "applied", 1},
    {R"({"fault":"reshape","lengthOffBy":-3})", "applied", 1},
    {R"({"fault":"reshape","chunked":"bad_size"})", "applied", 1},
    {R"({"fault":"reshape","copies":2})", "applied", 1},
    {R"({"fault":"reshape","bodyBytes":5000000})", "applied", 1},
    {R"({"fault":"reshape","garbageBytes":1000,"date":"yesterday"})", "applied", 1},
    {R"({"fault":"status_after","status":202})", "applied", 1},
    {R"({"fault":"status_after","status":204})", "applied", 1},
    {R"({"fault":"drip","ms":1,"bytes":8})", "applied", 1},
    // Not applied, and sent again.
    {R"({"fault":"status_before","status":408})", "applied", 1},
    {R"({"fault":"status_before","status":425})", "applied", 1},
    {R"({"fault":"status_before","status":404})", "applied", 1},
    {R"({"fault":"html"})", "applied", 1},
    {R"({"fault":"retry_after"})", "applied", 1},
    {R"({"fault":"retry_after","seconds":-5})", "applied", 1},
    {R"({"fault":"retry_after","value":"soon"})", "applied", 1},
    {R"({"fault":"retry_after","dateInSeconds":1})", "applied", 1},
    // A refusal whose code did not come says nothing about the token or the lock.
    {R"({"fault":"break","at":"head","status":403,"code":"extension_not_enabled","apply":false})",
     "applied", 1},
    {R"({"fault":"break","at":"head","status":409,"code":"lock_ended","apply":false})", "applied",
     1},
    {R"({"fault":"status_before","status":403,"code":"extension_not_enabled"})", "waiting", 0},
    {R"({"fault":"status_before","status":409,"code":"lock_ended","shape":"flat"})", "waived", 0},
    {R"({"fault":"status_before","status":422,"code":"validation_error"})", "rejected", 0},
};

// A lock session of its own, so that no row disturbs another.
void begin(const World& world, const std::string& session, const char* text) {
    auto const token = world.sandbox.add_session(session, {{"timeRemainingSeconds", 1'000'000}});
    auto fault = Json::parse(text);
    fault["match"]["session"] = session;
    fault["match"]["path"] = "action";
    fault["times"] = 1;
    world.sandbox.post("/faults", fault);
    auto const requirements = Json::array({World::daily_since("checkin", 3600, 1)});
    auto const path = "/v1/sessions/" + session;
    ASSERT_LT(world.daemon.put(path, {{"timezone", "UTC"}, {"requirements", requirements}}).status,
              300);
    ASSERT_EQ(world.daemon.post(path + "/launches", {{"mainToken", token}}).status, 202);
}

std::string state_of(const World& world, const std::string& session) {
    for (const auto& delivery : world.daemon.all("/v1/deliveries?sessionId=" + session)) {
        if (delivery.at("sessionId") == session) return delivery.at("state").get<std::string>();
    }
    return "none";
}

TEST(FaultTable, EveryRow_EndsAsTheDesignSaysAndNeverTwice) {
    World world;
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        begin(world, "row-" + std::to_string(i), kRows[i].fault);
    }
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        auto const session = "row-" + std::to_string(i);
        auto const ended = [&world, &session, i] {
            return state_of(world, session) == kRows[i].state &&
                   world.sandbox.effects(session).size() >= kRows[i].effects;
        };
        EXPECT_TRUE(eventually(seconds{100}, ended))
            << kRows[i].fault << " " << state_of(world, session);
        EXPECT_EQ(world.sandbox.effects(session).size(), kRows[i].effects) << kRows[i].fault;
    }
}

}  // namespace
}  // namespace e2e
