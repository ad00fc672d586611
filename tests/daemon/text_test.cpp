// The small pure parts: durations, near names, printable text, exit codes.
#include <gtest/gtest.h>

#include "cadence/printable.hpp"
#include "daemon/duration_text.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/near_name.hpp"

namespace cadenced {
namespace {

using std::chrono::seconds;

TEST(DurationText, NumberAndUnit_IsParsed) {
    EXPECT_EQ(parse_duration("0s"), seconds{0});
    EXPECT_EQ(parse_duration("90s"), seconds{90});
    EXPECT_EQ(parse_duration("5m"), seconds{300});
    EXPECT_EQ(parse_duration("10h"), seconds{36'000});
    EXPECT_EQ(parse_duration("7d"), seconds{604'800});
    EXPECT_EQ(parse_duration("10000d"), seconds{864'000'000});
}

TEST(DurationText, AnythingElse_IsNot) {
    for (const char* const text :
         {"", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "5S", "5ms", "5w", "1h30m", "1.5h",
          "10001d", "9223372036854775807d", "99999999999999999999s", "0x5s"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(DurationText, WrittenAndRead_IsTheSame) {
    for (const int count : {0, 1, 59, 60, 61, 3600, 5400, 86'400, 86'401, 1'209'600}) {
        EXPECT_EQ(parse_duration(to_duration_text(seconds{count})), seconds{count});
    }
    EXPECT_EQ(to_duration_text(seconds{86'400}), "1d");
    EXPECT_EQ(to_duration_text(seconds{90}), "90s");
}

TEST(NearName, Typo_FindsTheNearest) {
    const std::vector<std::string> names{"timeout", "timezone", "limits", "kind"};
    EXPECT_EQ(find_near_name("timout", names), "timeout");
    EXPECT_EQ(find_near_name("TimeZone", names), "timezone");
    EXPECT_EQ(find_near_name("knid", names), "kind");
    EXPECT_EQ(find_near_name("limit", names), "limits");
}

TEST(NearName, NothingAlike_FindsNothing) {
    EXPECT_FALSE(find_near_name("verify", {"timeout", "kind"}));
    EXPECT_FALSE(find_near_name("", {"timeout"}));
    EXPECT_FALSE(find_near_name(std::string(65, 'a'), {std::string(65, 'a')}));
    EXPECT_FALSE(find_near_name("timeout", {}));
}

TEST(Printable, ControlCharacters_AreEscaped) {
    EXPECT_EQ(cadence::to_printable("a\nb\r\tc\x1b[0m\x7f"), "a\\nb\\r\\tc\\x1b[0m\\x7f");
    EXPECT_EQ(cadence::to_printable("Grüße"), "Grüße");
}

TEST(Printable, LogValue_IsQuotedWhereItMustBe) {
    EXPECT_EQ(cadence::to_quoted("plain"), "\"plain\"");
    EXPECT_EQ(cadence::to_quoted("a\\\"\n"), R"("a\\\"\n")");
    EXPECT_EQ(cadence::to_log_value("plain"), "plain");
    EXPECT_EQ(cadence::to_log_value(""), "\"\"");
    EXPECT_EQ(cadence::to_log_value("two words"), "\"two words\"");
    EXPECT_EQ(cadence::to_log_value("a=\"b\"\n"), "\"a=\\\"b\\\"\\n\"");
}

TEST(ExitCode, Errors_AreSysexits) {
    using cadence::ErrorCode;
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::InvalidArgument)), 64);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::StorageCorrupt)), 65);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::StorageForeign)), 65);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::NotFound)), 69);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::Internal)), 70);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::StorageBusy)), 74);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::AlreadyRunning)), 75);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::PermissionDenied)), 77);
    EXPECT_EQ(to_int(exit_code_of(ErrorCode::Configuration)), 78);
}

}  // namespace
}  // namespace cadenced
