// Every byte at which an answer or a request can be cut: nothing is applied twice, and what the
// daemon believes agrees with what truly happened.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr int kDays = 7;
constexpr int kMetrics = 9;

// Enough missed windows, each punished, for every position of a sweep and a few whole calls.
void miss_windows(World& world) {
    auto requirements = Json::array();
    for (int i = 0; i < kMetrics; ++i) {
        requirements.push_back(
            World::daily_since("checkin-" + std::to_string(i), World::kTooFewToSee, kDays));
    }
    world.enrol(requirements);
    world.launch();
}

Json sweep(const char* part, int step) {
    return {{"fault", "break"},
            {"of", part},
            {"at", {{"from", 0}, {"step", step}}},
            {"match", {{"path", "action"}}}};
}

std::vector<Json> requests(const World& world) {
    return world.sandbox.get("/requests").at("items").get<std::vector<Json>>();
}

// What every true answer to an action has before its body {"ok":true}: the last position of the
// sweep was its end.
std::size_t header_size(const World& world) {
    std::size_t size = 0;
    for (const auto& request : requests(world)) {
        auto const cut = request.at("cutAt");
        if (!cut.is_null()) size = std::max(size, cut.get<std::size_t>());
    }
    return size - std::string_view(R"({"ok":true})").size();
}

bool is_over(const World& world) {
    return world.sandbox.get("/faults").at("items").at(0).at("timesLeft") == 0;
}

// The delivery that a write's key "cadenced-DELIVERY-ATTEMPT" names.
std::string delivery_of(const Json& record) {
    auto const key = record.at("idempotencyKey").get<std::string>();
    auto const first = key.find('-') + 1;
    return key.substr(first, key.rfind('-') - first);
}

std::map<std::string, std::string> states(const World& world) {
    std::map<std::string, std::string> all;
    for (const auto& delivery : world.daemon.all("/v1/deliveries")) {
        all[delivery.at("id").get<std::string>()] = delivery.at("state").get<std::string>();
    }
    return all;
}

std::map<std::string, int> effects_by_delivery(const World& world) {
    std::map<std::string, int> all;
    for (const auto& effect : world.effects("add_time")) {
        ++all[delivery_of(effect)];
    }
    return all;
}

TEST(Cut, AnswerAtEveryPosition_IsAppliedOnceAndKnownOnlyWhenItsHeaderCame) {
    World world;
    world.sandbox.post("/faults", sweep("answer", 3));
    miss_windows(world);
    ASSERT_TRUE(eventually(seconds{60}, [&world] { return is_over(world); }));
    ASSERT_TRUE(world.settles());
    auto const effects = effects_by_delivery(world);
    EXPECT_EQ(effects.size(), static_cast<std::size_t>(kMetrics * kDays));
    for (const auto& [key, count] : effects) EXPECT_EQ(count, 1) << key;

    auto const believed = states(world);
    auto const header = header_size(world);
    int cut_in_the_header = 0;
    for (const auto& request : requests(world)) {
        if (request.at("endpoint") != "action") continue;
        auto const& state = believed.at(delivery_of(request));
        auto const cut = request.at("cutAt");
        bool const header_came = cut.is_null() || cut.get<std::size_t>() >= header;
        EXPECT_EQ(state, header_came ? "applied" : "held") << request.dump();
        cut_in_the_header += header_came ? 0 : 1;
    }
    EXPECT_GT(cut_in_the_header, 30);
}

TEST(Cut, RequestAtEveryPosition_IsNotAppliedAndNotRepeated) {
    World world;
    world.sandbox.post("/faults", sweep("request", 11));
    miss_windows(world);
    ASSERT_TRUE(eventually(seconds{60}, [&world] { return is_over(world); }));
    ASSERT_TRUE(world.settles());
    int cut = 0;
    for (const auto& request : requests(world)) {
        cut += request.at("outcome") == "cut" ? 1 : 0;
    }
    EXPECT_GT(cut, 25);
    EXPECT_EQ(world.in_state("held"), cut);
    EXPECT_EQ(world.in_state("applied"), kMetrics * kDays - cut);
    EXPECT_EQ(effects_by_delivery(world).size(), static_cast<std::size_t>(kMetrics * kDays - cut));
    for (const auto& [key, count] : effects_by_delivery(world)) EXPECT_EQ(count, 1) << key;
}

}  // namespace
}  // namespace e2e
