#include "daemon/configuration.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "tests/daemon/known_zones.hpp"
#include "tests/daemon/temporary_directory.hpp"

namespace cadenced {
namespace {

using test::KnownZones;

constexpr char kSmallest[] =
    "[platform.chastify]\n"
    "kind = \"chastify\"\n"
    "credential = \"key\"\n";

Checked<Configuration> parse(const std::string& text, const ServiceDirectories& directories = {}) {
    KnownZones zones;
    return parse_configuration(text, directories, zones);
}

TEST(Configuration, OnlyWhatMustBeThere_TheRestIsTheContractsDefaults) {
    const auto parsed = parse(kSmallest);
    ASSERT_TRUE(parsed) << to_string(parsed.error(), "f");
    EXPECT_EQ(parsed->state_dir, "/var/lib/cadenced");
    EXPECT_EQ(parsed->socket, "/run/cadenced/cadenced.sock");
    EXPECT_EQ(parsed->log_level, LogLevel::Info);
    ASSERT_EQ(parsed->platforms.size(), 1U);
    const PlatformConfiguration& platform = parsed->platforms.front();
    EXPECT_EQ(platform.name, "chastify");
    EXPECT_EQ(platform.origin, (Origin{"chastify.net", 443}));
    EXPECT_EQ(platform.connections, 8);
    EXPECT_EQ(platform.timeout, std::chrono::seconds{15});
    EXPECT_EQ(platform.limits, (CallLimits{20, 60, 120}));
    EXPECT_EQ(parsed->defaults.platform, "chastify");
    EXPECT_EQ(parsed->defaults.timezone, "UTC");
    EXPECT_EQ(parsed->defaults.grace, std::chrono::minutes{5});
    EXPECT_EQ(parsed->defaults.on_unknown_progress, cadence::OnUnknown::Resend);
    EXPECT_EQ(parsed->policy.outage_grace, std::chrono::minutes{30});
    EXPECT_EQ(parsed->policy.token_margin, std::chrono::seconds{60});
    EXPECT_EQ(parsed->policy.caps.punishment_seconds, std::chrono::seconds{86400});
    EXPECT_EQ(parsed->policy.caps.punishment_max_age, std::chrono::days{14});
    EXPECT_EQ(parsed->policy.caps.proof_max_age, std::chrono::days{30});
}

TEST(Configuration, TheExampleOfTheUnit_HasNothingButDefaults) {
    std::ifstream file(CADENCED_SOURCE_DIR "/systemd/cadenced.toml");
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    const auto example = parse(text);
    ASSERT_TRUE(example) << to_string(example.error(), "cadenced.toml");
    const auto smallest =
        parse("[platform.chastify]\nkind = \"chastify\"\ncredential = \"chastify-key\"\n");
    EXPECT_EQ(example->platforms, smallest->platforms);
    EXPECT_EQ(example->state_dir, smallest->state_dir);
    EXPECT_EQ(example->socket, smallest->socket);
    EXPECT_EQ(example->defaults.misfire, smallest->defaults.misfire);
    EXPECT_EQ(example->defaults.on_unknown_punishment, smallest->defaults.on_unknown_punishment);
    EXPECT_EQ(example->policy.caps.punishment_seconds_per_day,
              smallest->policy.caps.punishment_seconds_per_day);
}

TEST(Configuration, EveryKeySet_EveryValueArrives) {
    const auto parsed = parse(R"(
state_dir = "/srv/state"
socket = "/srv/run/socket"
log_level = "debug"
[platform.one]
kind = "chastify"
base_url = "https://LOCALHOST:8443"
credential = "/etc/key"
ca_file = "/etc/ca.pem"
connections = 256
timeout = "2m"
limits = { action = 1, read = 100000 }
[platform.two]
kind = "chastify"
base_url = "https://[::1]:1"
credential = "two"
[defaults]
platform = "two"
timezone = "Europe/Berlin"
week_start = "sunday"
punishment_owner = "nobody"
first_window = "strict"
grace = "0s"
misfire = "latest"
late_proof = "compensate"
on_unknown = "assume_applied"
outage_grace = "1h"
token_margin = "0s"
[caps]
punishment_seconds = 60
punishment_seconds_per_day = 61
punishment_max_age = "1d"
proof_max_age = "2d"
)");
    ASSERT_TRUE(parsed) << to_string(parsed.error(), "f");
    EXPECT_EQ(parsed->state_dir, "/srv/state");
    EXPECT_EQ(parsed->socket, "/srv/run/socket");
    EXPECT_EQ(parsed->log_level, LogLevel::Debug);
    ASSERT_EQ(parsed->platforms.size(), 2U);
    const PlatformConfiguration& one = parsed->platforms[0];
    EXPECT_EQ(one.origin, (Origin{"localhost", 8443}));
    EXPECT_EQ(one.credential, "/etc/key");
    EXPECT_EQ(one.ca_file, "/etc/ca.pem");
    EXPECT_EQ(one.connections, 256);
    EXPECT_EQ(one.timeout, std::chrono::minutes{2});
    EXPECT_EQ(one.limits, (CallLimits{1, 60, 100000}));
    EXPECT_EQ(parsed->platforms[1].origin, (Origin{"::1", 1}));
    const Defaults& defaults = parsed->defaults;
    EXPECT_EQ(defaults.platform, "two");
    EXPECT_EQ(defaults.timezone, "Europe/Berlin");
    EXPECT_EQ(defaults.week_start, std::chrono::Sunday);
    EXPECT_EQ(defaults.punishment_owner, cadence::Owner::Nobody);
    EXPECT_EQ(defaults.first_window, cadence::FirstWindow::Strict);
    EXPECT_EQ(defaults.grace, cadence::Duration{0});
    EXPECT_EQ(defaults.misfire, cadence::Misfire::Latest);
    EXPECT_EQ(defaults.late_proof, cadence::LateProof::Compensate);
    EXPECT_EQ(defaults.on_unknown_punishment, cadence::OnUnknown::AssumeApplied);
    EXPECT_EQ(defaults.on_unknown_progress, cadence::OnUnknown::AssumeApplied);
    EXPECT_EQ(parsed->policy.outage_grace, std::chrono::hours{1});
    EXPECT_EQ(parsed->policy.token_margin, cadence::Duration{0});
    EXPECT_EQ(parsed->policy.caps.punishment_seconds, std::chrono::seconds{60});
    EXPECT_EQ(parsed->policy.caps.punishment_seconds_per_day, std::chrono::seconds{61});
    EXPECT_EQ(parsed->policy.caps.punishment_max_age, std::chrono::days{1});
    EXPECT_EQ(parsed->policy.caps.proof_max_age, std::chrono::days{2});
}

TEST(Configuration, ServiceDirectories_AreTheDefaultsAndTheFileWins) {
    const ServiceDirectories directories{"/a/state:/b/state", "/a/run", ""};
    const auto by_service = parse(kSmallest, directories);
    ASSERT_TRUE(by_service);
    EXPECT_EQ(by_service->state_dir, "/a/state");
    EXPECT_EQ(by_service->socket, "/a/run/cadenced.sock");
    const auto by_file =
        parse(std::string{"state_dir = \"/c\"\nsocket = \"/d\"\n"} + kSmallest, directories);
    ASSERT_TRUE(by_file);
    EXPECT_EQ(by_file->state_dir, "/c");
    EXPECT_EQ(by_file->socket, "/d");
}

TEST(Configuration, LongRuntimeDirectory_IsRefused) {
    const auto parsed = parse(kSmallest, {"", "/" + std::string(120, 'a'), ""});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().front().key, "socket");
}

TEST(Configuration, SeveralMistakes_AreReportedAllAtOnceInTheOrderOfTheFile) {
    const auto parsed = parse(
        "log_level = 3\n"
        "[platform.chastify]\n"
        "kind = \"chastify\"\n"
        "timeout = \"15\"\n"
        "conections = 4\n"
        "[caps]\n"
        "punishment_seconds = -1\n");
    ASSERT_FALSE(parsed);
    ASSERT_EQ(parsed.error().size(), 5U) << to_string(parsed.error(), "f");
    const char* const keys[] = {"log_level", "platform.chastify.credential",
                                "platform.chastify.timeout", "platform.chastify.conections",
                                "caps.punishment_seconds"};
    for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(parsed.error()[i].key, keys[i]);
}

TEST(Configuration, Problem_IsOneLineWithFileLineColumnKeyAndRemedy) {
    const auto parsed = parse(std::string{kSmallest} + "timeout = \"121s\"\n");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(to_string(parsed.error(), "/etc/cadenced.toml"),
              "/etc/cadenced.toml:4:11: platform.chastify.timeout: \"121s\" is out of range; write "
              "a duration from \"1s\" to \"2m\": a whole number and s, m, h or d");
}

TEST(Configuration, MisplacedSecret_IsNotRepeated) {
    const auto parsed =
        parse("[platform.chastify]\nkind = \"chastify\"\ncredential = \"ck_live/s3cret\"\n");
    ASSERT_FALSE(parsed);
    EXPECT_EQ(to_string(parsed.error(), "f").find("s3cret"), std::string::npos);
}

TEST(ConfigurationFile, Absent_IsAProblemWithTheRemedy) {
    KnownZones zones;
    const auto loaded = load_configuration("/nowhere/cadenced.toml", {}, zones);
    ASSERT_FALSE(loaded);
    EXPECT_NE(to_string(loaded.error(), "f").find("--config"), std::string::npos);
}

TEST(ConfigurationFile, DirectoryOrTooLarge_IsRefused) {
    KnownZones zones;
    test::TemporaryDirectory directory;
    EXPECT_FALSE(load_configuration(directory.path(), {}, zones));
    const auto large = directory.write("large.toml", std::string(1024 * 1024 + 1, '#'));
    EXPECT_FALSE(load_configuration(large, {}, zones));
}

TEST(ConfigurationFile, Present_IsParsed) {
    KnownZones zones;
    test::TemporaryDirectory directory;
    const auto path = directory.write("cadenced.toml", kSmallest);
    EXPECT_TRUE(load_configuration(path, {}, zones));
}

}  // namespace
}  // namespace cadenced
