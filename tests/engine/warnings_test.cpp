// What is warned of, and when the log says it. Pure.
#include "engine/warnings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "engine/answer_text.hpp"
#include "engine/warning_log.hpp"

namespace {

using namespace std::chrono_literals;
using engine::LedgerTrouble;
using engine::Level;
using engine::PlatformHealth;
using engine::ProcessTrouble;
using engine::Warning;
using engine::WarningCode;
using engine::WarningLog;

const cadence::Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + 10h};

std::vector<std::string> codes(const std::vector<Warning>& warnings) {
    std::vector<std::string> all;
    for (const Warning& warning : warnings) all.emplace_back(to_string(warning.code));
    return all;
}

TEST(Warnings, Healthy_AreNone) {
    EXPECT_TRUE(engine::find_warnings({}, {{"chastify", {}}}, {}, kNow).empty());
}

TEST(Warnings, EachTrouble_HasItsCodeAndSince) {
    LedgerTrouble ledger;
    ledger.braked_since = kNow - 1min;
    ledger.waiting = {kNow - 3h, {"w"}, 2, 4, 6};
    ledger.dying = {kNow - 5min, kNow + 25min, {"d"}, 3};
    ledger.held = {kNow - 2h, {"h"}, {17}, 2};
    PlatformHealth health;
    health.credential_refused_since = kNow - 10min;
    health.breaker_not_closed_since = kNow - 20s;
    health.clock_skew = -3min;
    health.clocks_disagree_since = kNow - 1h;
    const ProcessTrouble process{kNow - 5s, kNow - 1h, "make room"};
    const auto found = engine::find_warnings(ledger, {{"chastify", health}}, process, kNow);
    EXPECT_EQ(codes(found), (std::vector<std::string>{
                                "database_unwritable", "configuration_refused", "paused",
                                "credential_refused", "breaker_open", "clock_skew", "write_held",
                                "token_dies_with_work", "waiting_without_token"}));
    ASSERT_EQ(found.size(), 9U);
    EXPECT_NE(found[0].detail.find("make room"), std::string::npos) << found[0].detail;
    EXPECT_EQ(found[3].platform, "chastify");
    EXPECT_EQ(found[3].since, kNow - 10min);
    EXPECT_NE(found[3].detail.find("for 10 min"), std::string::npos) << found[3].detail;
    EXPECT_NE(found[5].detail.find("3 min behind"), std::string::npos) << found[5].detail;
    EXPECT_EQ(found[6].delivery, cadence::DeliveryId{17});
    EXPECT_EQ(found[7].ends_at, kNow + 25min);
    EXPECT_NE(found[7].detail.find("ends in 25 min"), std::string::npos) << found[7].detail;
    EXPECT_EQ(found[8].since, kNow - 3h);
    EXPECT_EQ(found[8].proofs, 6);
    EXPECT_NE(found[8].detail.find("4 deliveries with 6 proofs of 2 lock sessions wait"),
              std::string::npos)
        << found[8].detail;
}

TEST(Warnings, TwoPlatforms_AreWarnedOfEach) {
    PlatformHealth refused;
    refused.credential_refused_since = kNow;
    const auto found = engine::find_warnings({}, {{"a", refused}, {"b", refused}}, {}, kNow);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].platform, "a");
    EXPECT_EQ(found[1].platform, "b");
}

TEST(Warnings, Durations_AreWords) {
    const std::vector<std::pair<cadence::Duration, const char*>> table{
        {-5s, "0 s"},     {999ms, "0 s"},          {59s, "59 s"},
        {60s, "1 min"},   {59min + 59s, "59 min"}, {3h + 12min, "3 h 12 min"},
        {24h, "1 d 0 h"}, {100h, "4 d 4 h"},
    };
    for (const auto& [time, words] : table) EXPECT_EQ(engine::to_words(time), words);
}

// The log over a life: at each step some time passes, then so many lock sessions wait.
class WarningLogTest : public ::testing::Test {
  protected:
    static std::vector<Warning> waiting(std::int64_t sessions) {
        if (sessions == 0) return {};
        Warning warning;
        warning.code = WarningCode::WaitingWithoutToken;
        warning.since = kNow;
        warning.sessions = sessions;
        warning.session = cadence::SessionId{"wearer"};
        warning.detail = "work waits";
        return {warning};
    }
    std::vector<WarningLog::Line> after(cadence::Duration time,
                                        const std::vector<Warning>& warnings) {
        now += time;
        steady += time;
        return log.look(warnings, now, steady);
    }
    // "begun", "lasts", "over" or nothing.
    std::string said(cadence::Duration time, std::int64_t sessions) {
        const auto lines = after(time, waiting(sessions));
        EXPECT_LE(lines.size(), 1U);
        if (lines.empty()) return "";
        const auto at = lines[0].text.find("state=") + 6;
        return lines[0].text.substr(at, lines[0].text.find(' ', at) - at);
    }

    WarningLog log;
    cadence::Instant now{kNow};
    cadence::Monotonic steady{};
};

TEST_F(WarningLogTest, Life_IsSaidAtItsBeginningSparselyAndAtItsEnd) {
    struct Step {
        cadence::Duration time;
        std::int64_t sessions;
        const char* said;
    };
    const std::vector<Step> life{
        {0s, 1, "begun"},    {20s, 1, ""},       {59min, 2, ""},      {40s, 1, "lasts"},
        {1h + 59min, 1, ""}, {1min, 1, "lasts"}, {3h + 59min, 1, ""}, {1min, 1, "lasts"},
        {8h, 1, "lasts"},    {16h, 1, "lasts"},  {23h, 1, ""},        {1h, 1, "lasts"},
        {24h, 1, "lasts"},   {1min, 0, "over"},  {1min, 0, ""},       {1h, 1, "begun"},
    };
    for (std::size_t i = 0; i < life.size(); ++i) {
        EXPECT_EQ(said(life[i].time, life[i].sessions), life[i].said) << "step " << i;
    }
}

TEST_F(WarningLogTest, DetailWithQuotes_StaysOneValue) {
    auto warning = waiting(1);
    warning.front().detail = "it says \"no\\\"\n";
    const auto begun = after(0s, warning);
    ASSERT_EQ(begun.size(), 1U);
    EXPECT_NE(begun[0].text.find(R"(detail="it says \"no\\\"\n")"), std::string::npos)
        << begun[0].text;
}

TEST(AnswerText, PlatformsWords_StayOneValueEach) {
    cadence::Answer answer;
    answer.code = "odd code=1";
    answer.detail = R"({"error":"invalid_api_key"})";
    const auto text = engine::text_of(answer);
    EXPECT_NE(text.find(R"(code="odd code=1" )"), std::string::npos) << text;
    EXPECT_NE(text.find(R"(detail="{\"error\":\"invalid_api_key\"}")"), std::string::npos) << text;
}

TEST_F(WarningLogTest, Lines_SayCodeSinceCountsAndExample) {
    const auto begun = after(90s, waiting(3));
    ASSERT_EQ(begun.size(), 1U);
    EXPECT_EQ(begun[0].level, Level::Warning);
    EXPECT_EQ(begun[0].text,
              "event=warning code=waiting_without_token state=begun since=2026-06-15T10:00:00Z"
              " seconds=90 sessions=3 session=wearer detail=\"work waits\"");
    const auto over = after(30s, {});
    ASSERT_EQ(over.size(), 1U);
    EXPECT_EQ(over[0].level, Level::Info);
    EXPECT_EQ(over[0].text,
              "event=warning code=waiting_without_token state=over since=2026-06-15T10:00:00Z"
              " seconds=120");
}

// The machine's own zone, for as long as it lives.
class MachineZone {
  public:
    explicit MachineZone(const char* name) {
        if (const char* const before = std::getenv("TZ")) before_ = before;
        ::setenv("TZ", name, 1);
        ::tzset();
    }
    ~MachineZone() {
        if (before_) ::setenv("TZ", before_->c_str(), 1);
        if (!before_) ::unsetenv("TZ");
        ::tzset();
    }
    MachineZone(const MachineZone&) = delete;
    MachineZone& operator=(const MachineZone&) = delete;

  private:
    std::optional<std::string> before_;
};

TEST_F(WarningLogTest, Since_IsUtcWhateverTheMachinesZone) {
    const MachineZone zone("EST5");  // needs no zone database
    const auto lines = after(0s, waiting(1));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].text.find(" since=2026-06-15T10:00:00Z "), std::string::npos)
        << lines[0].text;
}

TEST_F(WarningLogTest, SinceOutsideTheCalendar_IsItsFirstOrLastSecond) {
    auto warnings = waiting(1);
    warnings[0].since = cadence::from_ms(8'000'000'000'000'000'000);
    EXPECT_NE(after(0s, warnings).at(0).text.find(" since=9999-12-31T23:59:59Z "),
              std::string::npos);
    after(1s, {});
    warnings[0].since = -warnings[0].since.time_since_epoch() + cadence::Instant{};
    EXPECT_NE(after(10min, warnings).at(0).text.find(" since=0001-01-01T00:00:00Z "),
              std::string::npos);
}

TEST_F(WarningLogTest, WhatGrowsTenfold_IsSaidAgainAtOnce) {
    EXPECT_EQ(said(0s, 1), "begun");
    EXPECT_EQ(said(20s, 9), "");
    EXPECT_EQ(said(20s, 10), "lasts");
    EXPECT_EQ(said(20s, 3), "");
    EXPECT_EQ(said(20s, 99), "");
    EXPECT_EQ(said(20s, 10'000), "lasts");
    EXPECT_EQ(said(20s, 10'000), "");
}

TEST_F(WarningLogTest, WhatComesAndGoes_IsSaidTwiceInTenMinutesAtMost) {
    int lines = 0;
    for (int look = 0; look < 180; ++look) {  // an hour
        if (!said(20s, look % 2).empty()) ++lines;
    }
    EXPECT_GE(lines, 8);
    EXPECT_LE(lines, 14);
}

TEST_F(WarningLogTest, WhatComesBackSoonAndStays_IsSaidAfterAWhile) {
    EXPECT_EQ(said(0s, 1), "begun");
    EXPECT_EQ(said(20s, 0), "over");
    EXPECT_EQ(said(20s, 1), "");
    EXPECT_EQ(said(8min, 1), "");
    EXPECT_EQ(said(2min, 1), "begun");
}

TEST_F(WarningLogTest, ClockThatIsSet_ChangesNoPace) {
    EXPECT_EQ(said(0s, 1), "begun");
    now -= 24h * 3650;
    EXPECT_EQ(said(59min, 1), "");
    EXPECT_EQ(said(1min, 1), "lasts");
    now += 24h * 3650;
    EXPECT_EQ(said(1min, 1), "");
}

TEST_F(WarningLogTest, FailuresOfOurs_AreErrors) {
    for (const auto code : {WarningCode::DatabaseUnwritable, WarningCode::CredentialRefused,
                            WarningCode::WriteHeld, WarningCode::ClockSkew}) {
        Warning warning;
        warning.code = code;
        const auto lines = after(0s, {warning});
        ASSERT_FALSE(lines.empty());
        EXPECT_EQ(lines[0].level, code == WarningCode::ClockSkew ? Level::Warning : Level::Error);
    }
}

}  // namespace
