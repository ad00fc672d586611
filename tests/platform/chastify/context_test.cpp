#include "platform/chastify/context.hpp"

#include <gtest/gtest.h>

namespace {

using namespace chastify;
using namespace std::chrono_literals;
using cadence::CadenceUnit;
using cadence::Punishment;
using cadence::PunishmentType;

constexpr cadence::Instant kNow = cadence::from_ms(1'760'000'000'000);

constexpr const char* kWhole = R"({"role":"wearer","unknown":[1],"lockData":{"frozen":true,
    "timeRemainingSeconds":86400,"timeLockedSeconds":7200,"lockTitle":"x","trusted":null},
    "extensionConfig":{"extensionRequirements":{"enabled":true,"metric":"check_in",
    "requiredCount":2,"cadence":{"every":3,"unit":"week"},
    "punishment":{"type":"pillory","seconds":600,"reason":"late"}}}})";

engine::Context parsed(const std::string& body) {
    const auto context = parse_context(body, kNow);
    EXPECT_TRUE(context) << body;
    return context.value_or(engine::Context{});
}

using Requirements = std::optional<std::vector<engine::PlatformRequirement>>;

Requirements requirements_of(const std::string& requirements) {
    return parsed(R"({"extensionConfig":{"extensionRequirements":)" + requirements + "}}")
        .requirements;
}

engine::PlatformRequirement requirement_of(const std::string& requirement) {
    const auto found = requirements_of(requirement);
    if (found && found->size() == 1) return found->front();
    ADD_FAILURE() << requirement;
    return {};
}

engine::LockReading lock_of(const std::string& lock) {
    return parsed(R"({"lockData":)" + lock + "}").lock;
}

void expect_whole(const engine::Context& context) {
    EXPECT_EQ(context.role, "wearer");
    EXPECT_EQ(context.lock.at, kNow);
    EXPECT_EQ(context.lock.frozen, true);
    EXPECT_EQ(context.lock.time_remaining_seconds, 86400);
    EXPECT_EQ(context.lock.time_locked_seconds, 7200);
    ASSERT_TRUE(context.requirements);
    ASSERT_EQ(context.requirements->size(), 1U);
    const auto& requirement = context.requirements->front();
    EXPECT_TRUE(requirement.enabled);
    EXPECT_EQ(requirement.metric, "check_in");
    EXPECT_EQ(requirement.required_count, 2);
    EXPECT_EQ(requirement.every, 3);
    EXPECT_EQ(requirement.unit, CadenceUnit::Week);
    EXPECT_EQ(requirement.punishment, (Punishment{PunishmentType::Pillory, 600s, "late"}));
}

TEST(ParseContext, WholeContextBareOrUnderData_IsRead) {
    expect_whole(parsed(kWhole));
    expect_whole(parsed(R"({"ok":true,"data":)" + std::string(kWhole) + "}"));
}

TEST(ParseContext, NotAContext_IsNothing) {
    const std::string deep =
        R"({"role":"wearer","x":)" + std::string(40, '[') + std::string(40, ']') + "}";
    const std::string bodies[] = {"",
                                  " ",
                                  "null",
                                  "[]",
                                  "{}",
                                  "42",
                                  "\"role\"",
                                  "<html></html>",
                                  R"({"role":"wearer")",
                                  R"({"data":null})",
                                  R"({"data":[]})",
                                  R"({"data":{}})",
                                  R"({"ok":true})",
                                  R"({"error":"lock_ended"})",
                                  "{\"role\":\"\xff\"}",
                                  R"({"role":1e999})",
                                  deep,
                                  R"({"role":")" + std::string(1024 * 1024, 'x') + "\"}"};
    for (const std::string& body : bodies) {
        EXPECT_FALSE(parse_context(body, kNow)) << body.substr(0, 80);
    }
}

TEST(ParseContext, BracketsWithinText_AreNoNesting) {
    EXPECT_EQ(parsed(R"({"role":"\")" + std::string(100, '[') + "\"}").role.size(), 101U);
}

TEST(ParseContext, DocumentedPartsOfAnotherType_AreAbsent) {
    for (const char* body :
         {R"({"role":null})", R"({"role":7,"lockData":[],"extensionConfig":"x"})",
          R"({"lockData":null,"extensionConfig":null})"}) {
        const auto context = parsed(body);
        EXPECT_EQ(context.role, "");
        EXPECT_FALSE(context.lock.frozen);
        EXPECT_FALSE(context.lock.time_remaining_seconds);
        EXPECT_FALSE(context.requirements) << "it does not say";
    }
}

TEST(ParseContext, LockFields_AreReadWhereTheyMakeSense) {
    EXPECT_EQ(lock_of(R"({"timeRemainingSeconds":12.9})").time_remaining_seconds, 12);
    EXPECT_EQ(lock_of(R"({"timeRemainingSeconds":-3})").time_remaining_seconds, -3);
    EXPECT_EQ(lock_of(R"({"timeRemainingSeconds":1e3})").time_remaining_seconds, 1000);
    for (const char* wrong :
         {"null", "\"5\"", "true", "[]", "{}", "1e300", "18446744073709551615"}) {
        const auto lock = lock_of(std::string(R"({"timeRemainingSeconds":)") + wrong +
                                  R"(,"frozen":0,"timeLockedSeconds":5})");
        EXPECT_FALSE(lock.time_remaining_seconds) << wrong;
        EXPECT_FALSE(lock.frozen);
        EXPECT_EQ(lock.time_locked_seconds, 5);
    }
}

TEST(ParseContext, ConfigurationWithoutRequirements_SaysThatThereAreNone) {
    EXPECT_EQ(parsed(R"({"extensionConfig":{}})").requirements.has_value(), true);
    for (const char* empty : {"null", "[]", "{}"}) {
        const auto found = requirements_of(empty);
        ASSERT_TRUE(found) << empty;
        EXPECT_TRUE(found->empty()) << empty;
    }
}

TEST(ParseContext, RequirementsThatCannotBeRead_SayNothing) {
    for (const char* odd : {"\"x\"", "7", "true", "[1,null]", R"({"daily":{"metric":"m"}})",
                            R"([{"metric":"a"},7])"}) {
        EXPECT_FALSE(requirements_of(odd)) << odd;
    }
}

TEST(ParseContext, PartialRequirement_KeepsWhatItSays) {
    const auto nameless = requirement_of(R"({"punishment":{"type":"freeze","seconds":60}})");
    EXPECT_TRUE(nameless.enabled) << "it punishes something, and may punish ours";
    EXPECT_EQ(nameless.metric, "");
    const auto bare = requirement_of(R"({"metric":"m"})");
    EXPECT_TRUE(bare.enabled);
    EXPECT_EQ(bare.punishment.type, PunishmentType::None);
    EXPECT_FALSE(requirement_of(R"({"enabled":false,"metric":"m"})").enabled);
}

TEST(ParseContext, WhatOfARequirementCannotBeRead_IsSaidAndNothingIsMadeUp) {
    const auto with = [](const std::string& count, const std::string& every,
                         const std::string& unit, const std::string& type) {
        return requirement_of(R"({"metric":"m","requiredCount":)" + count +
                              R"(,"cadence":{"every":)" + every + R"(,"unit":)" + unit +
                              R"(},"punishment":{"type":)" + type + R"(,"seconds":60}})")
            .unreadable;
    };
    EXPECT_EQ(with("1", "1", "\"day\"", "\"freeze\""), "");
    EXPECT_EQ(with("-4", "1", "\"day\"", "\"freeze\""),
              "requiredCount must be an integer of 1 or more");
    EXPECT_EQ(with("1", "\"x\"", "\"day\"", "\"freeze\""), "every must be an integer of 1 or more");
    EXPECT_EQ(with("1", "1", "\"month\"", "\"freeze\""), "cadence.unit must be day or week");
    EXPECT_EQ(with("1", "1", "\"week\"", "\"task\""), "punishment.type is none that is known here");
    EXPECT_NE(requirement_of(R"({"metric":7,"enabled":true})").unreadable, "");
}

TEST(ParseContext, PunishmentTypes_Table) {
    const std::pair<const char*, Punishment> cases[] = {
        {R"({"type":"none","seconds":5})", {PunishmentType::None, 0s, ""}},
        {R"({"type":"add_time","seconds":5})", {PunishmentType::AddTime, 5s, ""}},
        {R"({"type":"freeze","seconds":60.0})", {PunishmentType::Freeze, 60s, ""}},
        {R"({"type":"pillory","seconds":-1,"reason":null})", {PunishmentType::Pillory, 0s, ""}},
        {R"({"type":"something_new","seconds":5})", {PunishmentType::AddTime, 5s, ""}},
        {"null", {PunishmentType::None, 0s, ""}},
        // The platform punishes with something that we cannot read: then we shall not.
        {R"({"seconds":5})", {PunishmentType::AddTime, 5s, ""}},
        {R"("freeze")", {PunishmentType::AddTime, 0s, ""}},
    };
    for (const auto& [json, punishment] : cases) {
        const auto found =
            requirement_of(std::string(R"({"metric":"m","punishment":)") + json + "}");
        EXPECT_EQ(found.punishment, punishment) << json;
    }
}

TEST(ParseContext, ListOfRequirements_IsReadWhole) {
    const auto found = requirements_of(
        R"([{"metric":"a","punishment":{"type":"add_time","seconds":60}},{"metric":"b"},)"
        R"({"metric":"c","punishment":{"type":"freeze","seconds":60}}])");
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 3U);
    EXPECT_EQ((*found)[0].metric, "a");
    EXPECT_EQ((*found)[1].punishment.type, PunishmentType::None);
    EXPECT_EQ((*found)[2].punishment.type, PunishmentType::Freeze);
}

}  // namespace
