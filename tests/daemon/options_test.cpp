#include "daemon/options.hpp"

#include <gtest/gtest.h>

namespace cadenced {
namespace {

using std::chrono::local_days;
using std::chrono::March;
using std::chrono::year;

std::string error_of(std::vector<std::string> arguments) {
    const auto options = parse_options(std::move(arguments));
    if (options) return {};
    EXPECT_EQ(options.error().code, cadence::ErrorCode::InvalidArgument);
    EXPECT_EQ(options.error().detail.find('\n'), std::string::npos);
    EXPECT_NE(options.error().detail.find("--help"), std::string::npos);
    return options.error().detail;
}

TEST(Options, None_RunsWithTheDefaultFile) {
    const auto options = parse_options({});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->command, Command::Run);
    EXPECT_EQ(options->configuration_file, "/etc/cadenced/cadenced.toml");
}

TEST(Options, ConfigAndCheck_AreTakenOver) {
    const auto options = parse_options({"--check-config", "--config", "/a.toml"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->command, Command::CheckConfiguration);
    EXPECT_EQ(options->configuration_file, "/a.toml");
}

TEST(Options, Help_NamesExitCodesFilesAndExamples) {
    for (const char* const flag : {"--help", "-h"}) {
        const auto options = parse_options({flag});
        ASSERT_TRUE(options);
        EXPECT_EQ(options->command, Command::Print);
        for (const char* const part : {"Examples:", "Exit codes:", "78", "Files:", "--backfill",
                                       "--check-config", "SIGHUP"}) {
            EXPECT_NE(options->text.find(part), std::string::npos) << part;
        }
    }
}

TEST(Options, Version_IsPrinted) {
    const auto options = parse_options({"--version"});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->command, Command::Print);
    EXPECT_EQ(options->text.rfind("cadenced ", 0), 0U);
}

TEST(Options, WholeBackfill_IsTakenOver) {
    const auto options =
        parse_options({"--backfill", "--from", "2026-03-01", "--to", "2026-03-31", "--session",
                       "lock-1", "--metric", "check_in", "--dry-run", "--punish", "--json"});
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->command, Command::Backfill);
    const BackfillOptions& backfill = options->backfill;
    EXPECT_EQ(backfill.from, local_days{year{2026} / March / 1});
    EXPECT_EQ(backfill.to, local_days{year{2026} / March / 31});
    EXPECT_EQ(backfill.session, "lock-1");
    EXPECT_EQ(backfill.metric, "check_in");
    EXPECT_TRUE(backfill.dry_run && backfill.punish && backfill.json);
}

TEST(Options, WrongOnes_AreRefusedInOneLineThatNamesThem) {
    struct Case {
        std::vector<std::string> arguments;
        const char* names;
    };
    const Case cases[] = {
        {{"--bogus"}, "--bogus"},
        {{"surplus"}, "surplus"},
        {{"--config"}, "--config"},
        {{"--config", ""}, "--config"},
        {{"--check-config", "--backfill"}, "--check-config"},
        {{"--from", "2026-03-01"}, "--from"},
        {{"--to", "2026-03-01"}, "--to"},
        {{"--dry-run"}, "--dry-run"},
        {{"--punish"}, "--punish"},
        {{"--json"}, "--json"},
        {{"--session", "a"}, "--session"},
        {{"--plan", "a"}, "--plan"},
        {{"--check-config", "--json"}, "--json"},
        {{"--backfill"}, "--from"},
        {{"--backfill", "--from", "2026-03-01"}, "--to"},
        {{"--backfill", "--from", "2026-02-30", "--to", "2026-03-01"}, "--from"},
        {{"--backfill", "--from", "1.3.2026", "--to", "2026-03-01"}, "--from"},
        {{"--backfill", "--from", "2026-3-1", "--to", "2026-03-01"}, "--from"},
        {{"--backfill", "--from", "2026-03-01", "--to", "20260301"}, "--to"},
        {{"--backfill", "--from", "2026-03-01", "--to", "-026-03-01"}, "--to"},
        {{"--backfill", "--from", "2026-03-02", "--to", "2026-03-01"}, "before"},
        {{"--backfill", "--from", "2026-03-01", "--to", "2026-03-01", "--session", "a b"},
         "--session"},
        {{"--backfill", "--from", "2026-03-01", "--to", "2026-03-01", "--metric", "a.b"},
         "--metric"},
        {{"--backfill", "--from", "2026-03-01", "--to", "2026-03-01", "--plan", "abc"},
         "not supported by this version"},
    };
    for (const Case& wrong : cases) {
        EXPECT_NE(error_of(wrong.arguments).find(wrong.names), std::string::npos) << wrong.names;
    }
}

}  // namespace
}  // namespace cadenced
