#include "cadence/requirement.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Instant kCheckedAt = from_ms(1'760'000'000'000);

RequirementSpec good_requirement(const std::string& metric = "check_in") {
    RequirementSpec spec;
    spec.metric = metric;
    spec.rules.key = metric;
    spec.rules.punishment = {PunishmentType::AddTime, 3600s, "missed"};
    return spec;
}

SessionSpec good() {
    SessionSpec spec;
    spec.id = SessionId{"lock-1"};
    spec.platform = "chastify";
    spec.requirements = {good_requirement(), good_requirement("walk")};
    return spec;
}

// The field that is refused, empty when all is well. Requirement 1 is the one that gets changed.
std::string refused_field(const std::function<void(SessionSpec&, Rules&)>& change) {
    SessionSpec spec = good();
    change(spec, spec.requirements[1].rules);
    const auto result = validate(spec, Caps{}, kCheckedAt);
    if (result) return "";
    EXPECT_EQ(result.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(result.error().detail.find(result.error().field), std::string::npos);
    return result.error().field;
}

struct FieldCase {
    const char* field;
    std::function<void(SessionSpec&, Rules&)> change;
};

void set_punishment(Rules& rules, PunishmentType type, std::chrono::seconds seconds) {
    rules.punishment = {type, seconds, ""};
}

void expect_all(const std::vector<FieldCase>& cases) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
        EXPECT_EQ(refused_field(cases[i].change), cases[i].field) << "case " << i;
    }
}

TEST(Validate, NothingWrong_IsAccepted) {
    EXPECT_TRUE(validate(good(), Caps{}, kCheckedAt));
    SessionSpec empty = good();
    empty.requirements.clear();
    EXPECT_TRUE(validate(empty, Caps{}, kCheckedAt));
}

TEST(Validate, LockSession_NamesTheField) {
    expect_all({
        {"id", [](SessionSpec& spec, Rules&) { spec.id.value = "a/b"; }},
        {"id", [](SessionSpec& spec, Rules&) { spec.id.value = ""; }},
        {"timezone", [](SessionSpec& spec, Rules&) { spec.timezone = ""; }},
        {"timezone", [](SessionSpec& spec, Rules&) { spec.timezone = "../../etc/passwd"; }},
        {"timezone", [](SessionSpec& spec, Rules&) { spec.timezone = "/etc/localtime"; }},
        {"timezone", [](SessionSpec& spec, Rules&) { spec.timezone = std::string(65, 'A'); }},
        {"", [](SessionSpec& spec, Rules&) { spec.timezone = "America/Port-au-Prince"; }},
        {"", [](SessionSpec& spec, Rules&) { spec.timezone = "Etc/GMT+12"; }},
    });
}

TEST(Validate, NamesAndCounts_NameTheField) {
    expect_all({
        {"requirements[1].metric",
         [](SessionSpec& spec, Rules&) { spec.requirements[1].metric = "a b"; }},
        {"requirements[1].metric",
         [](SessionSpec& spec, Rules&) { spec.requirements[1].metric = "check_in"; }},
        {"requirements[1].key", [](SessionSpec&, Rules& rules) { rules.key = ""; }},
        {"requirements[1].key",
         [](SessionSpec&, Rules& rules) { rules.key = std::string(65, 'k'); }},
        {"requirements[1].timezone", [](SessionSpec&, Rules& rules) { rules.zone = "a b"; }},
        {"requirements[1].requiredCount",
         [](SessionSpec&, Rules& rules) { rules.required_count = 0; }},
        {"requirements[1].requiredCount",
         [](SessionSpec&, Rules& rules) { rules.required_count = 1'000'001; }},
        {"", [](SessionSpec&, Rules& rules) { rules.required_count = 1'000'000; }},
        {"requirements[1].onUnknown.punishment",
         [](SessionSpec&, Rules& rules) { rules.on_unknown_punishment = OnUnknown::Resend; }},
    });
}

TEST(Validate, Cadence_NamesTheField) {
    const auto every = [](CadenceUnit unit, int n) {
        return [unit, n](SessionSpec&, Rules& rules) {
            rules.cadence.unit = unit;
            rules.cadence.every = n;
        };
    };
    expect_all({
        {"requirements[1].cadence.every", every(CadenceUnit::Day, 0)},
        {"requirements[1].cadence.every", every(CadenceUnit::Day, -1)},
        {"requirements[1].cadence.every", every(CadenceUnit::Day, 367)},
        {"requirements[1].cadence.every", every(CadenceUnit::Week, 53)},
        {"requirements[1].cadence.every", every(CadenceUnit::Week, 0)},
        {"", every(CadenceUnit::Day, 366)},
        {"", every(CadenceUnit::Week, 52)},
        {"weekStart",
         [](SessionSpec&, Rules& rules) {
             rules.cadence.unit = CadenceUnit::Week;
             rules.cadence.week_start = std::chrono::weekday{200};
         }},
    });
}

TEST(Validate, AnchorDate_NamesTheField) {
    const auto anchor = [](int year) {
        return [year](SessionSpec& spec, Rules& rules) {
            spec.requirements[1].anchor_given = true;
            rules.cadence.anchor = LocalDate{std::chrono::year{year} / std::chrono::May / 1};
        };
    };
    expect_all({{"anchorDate", anchor(1899)},
                {"", anchor(1900)},
                {"", anchor(2199)},
                {"anchorDate", anchor(2200)}});
}

TEST(Validate, Punishment_NamesTheField) {
    const auto punish = [](PunishmentType type, std::chrono::seconds seconds) {
        return
            [type, seconds](SessionSpec&, Rules& rules) { set_punishment(rules, type, seconds); };
    };
    const char* field = "requirements[1].punishment.seconds";
    expect_all({
        {field, punish(PunishmentType::AddTime, 0s)},
        {field, punish(PunishmentType::AddTime, -5s)},
        {field, punish(PunishmentType::AddTime, 86401s)},
        {"", punish(PunishmentType::AddTime, 86400s)},
        {"", punish(PunishmentType::AddTime, 1s)},
        {field, punish(PunishmentType::Freeze, 59s)},
        {"", punish(PunishmentType::Freeze, 60s)},
        {"", punish(PunishmentType::Freeze, 86400s)},
        {field, punish(PunishmentType::Pillory, 0s)},
        {"", punish(PunishmentType::Pillory, 900s)},
        {"", punish(PunishmentType::None, 0s)},
        {"", punish(PunishmentType::None, 999999s)},
        {"requirements[1].punishment.reason",
         [](SessionSpec&, Rules& rules) { rules.punishment.reason = std::string(501, 'r'); }},
    });
}

TEST(Validate, FreezeAboveADayDespiteAHighCap_IsRefused) {
    SessionSpec spec = good();
    set_punishment(spec.requirements[0].rules, PunishmentType::Freeze, 86401s);
    Caps caps;
    caps.punishment_seconds = 1'000'000s;
    const auto result = validate(spec, caps, kCheckedAt);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().field, "requirements[0].punishment.seconds");
}

TEST(Validate, PunishmentAboveADaysCap_IsRefusedWithTheKey) {
    SessionSpec spec = good();
    set_punishment(spec.requirements[0].rules, PunishmentType::AddTime, 7200s);
    Caps caps;
    caps.punishment_seconds_per_day = 7199s;
    const auto result = validate(spec, caps, kCheckedAt);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().field, "requirements[0].punishment.seconds");
    EXPECT_NE(result.error().detail.find("7199 (caps.punishment_seconds_per_day"),
              std::string::npos)
        << result.error().detail;
    caps.punishment_seconds_per_day = 7200s;
    EXPECT_TRUE(validate(spec, caps, kCheckedAt));
}

TEST(Validate, DisabledRequirement_IsCheckedAllTheSame) {
    EXPECT_EQ(refused_field([](SessionSpec& spec, Rules& rules) {
                  spec.requirements[1].enabled = false;
                  rules.required_count = 0;
              }),
              "requirements[1].requiredCount");
}

TEST(Validate, GraceAndActivation_NameTheField) {
    const auto grace = [](Duration length) {
        return [length](SessionSpec&, Rules& rules) { rules.grace = length; };
    };
    const auto active_from = [](Instant at) {
        return [at](SessionSpec& spec, Rules&) { spec.requirements[1].active_from = at; };
    };
    constexpr Instant kFirst = from_ms(946'684'800'000);  // 2000-01-01T00:00:00Z
    expect_all({
        {"requirements[1].grace", grace(-1ms)},
        {"requirements[1].grace", grace(24h + 1ms)},
        {"", grace(24h)},
        {"", grace(0ms)},
        {"requirements[1].activeFrom", active_from(kFirst - 1ms)},
        {"", active_from(kFirst)},
        {"", active_from(kCheckedAt)},
        {"", active_from(kCheckedAt + 5min)},
        {"requirements[1].activeFrom", active_from(kCheckedAt + 5min + 1ms)},
    });
}

TEST(SameGrid, EachPart_Counts) {
    const Rules rules = good_requirement().rules;
    EXPECT_TRUE(same_grid(rules, rules));
    Rules other = rules;
    other.required_count = 9;
    other.punishment = {};
    other.grace = 0ms;
    other.cadence.week_start = std::chrono::Sunday;  // means nothing for days
    EXPECT_TRUE(same_grid(rules, other));
    const std::vector<std::function<void(Rules&)>> changes{
        [](Rules& changed) { changed.zone = "Europe/Berlin"; },
        [](Rules& changed) { changed.cadence.unit = CadenceUnit::Week; },
        [](Rules& changed) { changed.cadence.every = 2; },
        [](Rules& changed) { changed.cadence.anchor += std::chrono::days{1}; },
    };
    for (const auto& change : changes) {
        other = rules;
        change(other);
        EXPECT_FALSE(same_grid(rules, other));
    }
}

TEST(SameGrid, WeeksThatStartOnAnotherDay_Differ) {
    Rules monday = good_requirement().rules;
    monday.cadence.unit = CadenceUnit::Week;
    Rules sunday = monday;
    sunday.cadence.week_start = std::chrono::Sunday;
    EXPECT_FALSE(same_grid(monday, sunday));
}

}  // namespace
