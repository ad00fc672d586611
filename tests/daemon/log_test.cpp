#include "daemon/log.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace cadenced {
namespace {

std::string logged(LogLevel level, LogStyle style, engine::Level of, const std::string& line) {
    testing::internal::CaptureStderr();
    Log log(level, style);
    log.write(of, line);
    return testing::internal::GetCapturedStderr();
}

TEST(Log, ForTheJournal_HasAPriorityAndNoTime) {
    EXPECT_EQ(logged(LogLevel::Debug, LogStyle::Journal, engine::Level::Debug, "a=1"), "<7>a=1\n");
    EXPECT_EQ(logged(LogLevel::Info, LogStyle::Journal, engine::Level::Info, "a=1"), "<6>a=1\n");
    EXPECT_EQ(logged(LogLevel::Info, LogStyle::Journal, engine::Level::Warning, "a"), "<4>a\n");
    EXPECT_EQ(logged(LogLevel::Info, LogStyle::Journal, engine::Level::Error, "a"), "<3>a\n");
}

TEST(Log, ForATerminal_HasTimeInUtcAndLevel) {
    const std::string line = logged(LogLevel::Info, LogStyle::Terminal, engine::Level::Info, "a=1");
    const std::regex shape(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info a=1\n)");
    EXPECT_TRUE(std::regex_match(line, shape)) << line;
}

TEST(Log, BelowTheLevel_IsDropped) {
    EXPECT_EQ(logged(LogLevel::Warn, LogStyle::Journal, engine::Level::Info, "a"), "");
    EXPECT_EQ(logged(LogLevel::Info, LogStyle::Journal, engine::Level::Debug, "a"), "");
    EXPECT_EQ(logged(LogLevel::Error, LogStyle::Journal, engine::Level::Warning, "a"), "");
}

TEST(Log, LineFeedAndBracesInAValue_StayOneLine) {
    EXPECT_EQ(logged(LogLevel::Info, LogStyle::Journal, engine::Level::Info, "a={} %v\n<0>b\x1b"),
              "<6>a={} %v\\n<0>b\\x1b\n");
}

TEST(Log, ChangedLevel_HoldsAtOnce) {
    testing::internal::CaptureStderr();
    Log log(LogLevel::Error, LogStyle::Journal);
    log.write(engine::Level::Info, "before");
    log.set_level(LogLevel::Trace);
    log.write(engine::Level::Debug, "after");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "<7>after\n");
}

}  // namespace
}  // namespace cadenced
