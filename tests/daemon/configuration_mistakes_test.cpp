// Every way to get the configuration wrong that we could think of: each is refused with its line
// and column, its key, and a remedy.
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "daemon/configuration.hpp"
#include "tests/daemon/known_zones.hpp"

namespace cadenced {
namespace {

struct Mistake {
    const char* top;       // one line above [platform.chastify], the file's first
    const char* platform;  // one line below it, the file's fifth
    std::string other;     // after that, from the sixth on
    std::uint32_t line;
    std::uint32_t column;
    const char* key;
    const char* remedy;  // a part of it
};

std::ostream& operator<<(std::ostream& out, const Mistake& mistake) {
    return out << mistake.top << " | " << mistake.platform << " | " << mistake.other;
}

Mistake top(const char* line, std::uint32_t column, const char* key, const char* remedy) {
    return {line, "", "", 1, column, key, remedy};
}

Mistake platform(const char* line, std::uint32_t column, const char* key, const char* remedy) {
    return {"", line, "", 5, column, key, remedy};
}

Mistake below(const char* text, std::uint32_t line, std::uint32_t column, const char* key,
              const char* remedy) {
    return {"", "", text, line, column, key, remedy};
}

// A second platform; which one is the default is said below it.
Mistake second(const std::string& text, std::uint32_t line, std::uint32_t column, const char* key,
               const char* remedy) {
    const std::string chosen = "\n[defaults]\nplatform = \"chastify\"";
    return {"", "", text + chosen, line, column, key, remedy};
}

const Mistake kMistakes[] = {
    top("state_dir = 5", 13, "state_dir", "absolute path"),
    top("state_dir = \"\"", 13, "state_dir", "absolute path"),
    top("state_dir = \"var/lib\"", 13, "state_dir", "beginning with /"),
    top("state_dir = \"/a\\u0000b\"", 13, "state_dir", "absolute path"),
    top("state_dir = \"/a\\nb\"", 13, "state_dir", "absolute path"),
    top("socket = true", 10, "socket", "absolute path"),
    top("socket = \"cadenced.sock\"", 10, "socket", "absolute path"),
    top("socket = "
        "\"/"
        "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
        "890123456789012345678\"",
        10, "socket", "at most 107 bytes"),
    top("log_level = \"loud\"", 13, "log_level", "trace debug info warn error"),
    top("log_level = \"inof\"", 13, "log_level", "did you mean info?"),
    top("log_level = \"INFO\"", 13, "log_level", "did you mean info?"),
    top("log_level = 1979-05-27", 13, "log_level", "write one of"),
    top("statedir = \"/a\"", 1, "statedir", "did you mean state_dir?"),
    top("socket_path = \"/a\"", 1, "socket_path", "known here: state_dir, socket"),
    top("zzz = 1", 1, "zzz", "remove it"),
    top("default = {}", 1, "default", "did you mean defaults?"),
    top("caps = 5", 8, "caps", "write it as [caps]"),
    top("defaults = \"UTC\"", 12, "defaults", "write it as [defaults]"),
    top("defaults = []", 12, "defaults", "write it as [defaults]"),
    platform("base_url = 443", 12, "platform.chastify.base_url", "https://chastify.net"),
    platform("base_url = \"\"", 12, "platform.chastify.base_url", "https://chastify.net"),
    platform("base_url = \"chastify.net\"", 12, "platform.chastify.base_url", "scheme, host"),
    platform("base_url = \"http://chastify.net\"", 12, "platform.chastify.base_url", "https://"),
    platform("base_url = \"http://localhost\"", 12, "platform.chastify.base_url", "https://"),
    platform("base_url = \"ftp://chastify.net\"", 12, "platform.chastify.base_url", "https://"),
    platform("base_url = \"https://\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://chastify.net/\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net/api\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net?a\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net#a\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://me@chastify.net\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://me:pw@chastify.net\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://chastify.net:\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net:0\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net:65536\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net:x\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify.net:-1\"", 12, "platform.chastify.base_url", "port"),
    platform("base_url = \"https://chastify..net\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://-a.net\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://a b.net\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://[::1\"", 12, "platform.chastify.base_url", "host"),
    platform("base_url = \"https://[::1]x\"", 12, "platform.chastify.base_url", "host"),
    platform("ca_file = \"ca.pem\"", 11, "platform.chastify.ca_file", "absolute path"),
    platform("ca_file = 1", 11, "platform.chastify.ca_file", "absolute path"),
    platform("connections = 0", 15, "platform.chastify.connections", "from 1 to 256"),
    platform("connections = 257", 15, "platform.chastify.connections", "from 1 to 256"),
    platform("connections = -1", 15, "platform.chastify.connections", "from 1 to 256"),
    platform("connections = 8.0", 15, "platform.chastify.connections", "from 1 to 256"),
    platform("connections = \"8\"", 15, "platform.chastify.connections", "from 1 to 256"),
    platform("connections = inf", 15, "platform.chastify.connections", "from 1 to 256"),
    platform("timeout = 15", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"0s\"", 11, "platform.chastify.timeout", "from \"1s\" to \"2m\""),
    platform("timeout = \"121s\"", 11, "platform.chastify.timeout", "from \"1s\" to \"2m\""),
    platform("timeout = \"15\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"15 s\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"500ms\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"1m30s\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"-1s\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"1.5s\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("timeout = \"99999999999999999999s\"", 11, "platform.chastify.timeout", "s, m, h"),
    platform("timeout = \"\"", 11, "platform.chastify.timeout", "s, m, h or d"),
    platform("limits = 20", 10, "platform.chastify.limits", "write it as"),
    platform("limits = { action = 0 }", 21, "platform.chastify.limits.action", "1 to 100000"),
    platform("limits = { read = 100001 }", 19, "platform.chastify.limits.read", "1 to 100000"),
    platform("limits = { write = \"60\" }", 20, "platform.chastify.limits.write", "an integer"),
    platform("limits = { reads = 60 }", 12, "platform.chastify.limits.reads", "did you mean read?"),
    platform("owner_credential = \"x\"", 20, "platform.chastify.owner_credential", "remove it"),
    platform("timout = \"5s\"", 1, "platform.chastify.timout", "did you mean timeout?"),
    platform("verify = false", 1, "platform.chastify.verify", "known here"),
    platform("limits.action = 0", 17, "platform.chastify.limits.action", "1 to 100000"),
    second("[platform.b]\ncredential = \"k\"", 6, 1, "platform.b.kind", "kind = \"chastify\""),
    second("[platform.b]\nkind = \"chastify\"", 6, 1, "platform.b.credential", "add credential"),
    second("[platform.b]\nkind = \"chastity\"\ncredential = \"k\"", 7, 8, "platform.b.kind",
           "did you mean chastify?"),
    second("[platform.b]\nkind = 1\ncredential = \"k\"", 7, 8, "platform.b.kind", "write one of"),
    second("[platform.b]\nkind = \"chastity-tracker\"\ncredential = \"k\"", 7, 8, "platform.b.kind",
           "until a version that can"),
    second("[platform.b]\nkind = \"chastify\"\ncredential = \"\"", 8, 14, "platform.b.credential",
           "absolute path"),
    second("[platform.b]\nkind = \"chastify\"\ncredential = \"a/b\"", 8, 14,
           "platform.b.credential", "absolute path"),
    second("[platform.b]\nkind = \"chastify\"\ncredential = \"..\"", 8, 14, "platform.b.credential",
           "absolute path"),
    second("[platform.b]\nkind = \"chastify\"\ncredential = 7", 8, 14, "platform.b.credential",
           "absolute path"),
    second("[platform.\"b c\"]\nkind = \"chastify\"\ncredential = \"k\"", 6, 11, "platform.b c",
           "characters"),
    below("[platform.b]\nkind = \"chastify\"\ncredential = \"k\"", 1, 1, "defaults.platform",
          "name one of the platforms"),
    below("[defaults]\nplatform = \"other\"", 7, 12, "defaults.platform", "name one of: chastify"),
    below("[defaults]\nplatform = 1", 7, 12, "defaults.platform", "[platform.NAME]"),
    below("[defaults]\ntimezone = \"Mars/Base\"", 7, 12, "defaults.timezone", "IANA"),
    below("[defaults]\ntimezone = \"\"", 7, 12, "defaults.timezone", "IANA"),
    below("[defaults]\ntimezone = 1", 7, 12, "defaults.timezone", "IANA"),
    below("[defaults]\nweek_start = \"munday\"", 7, 14, "defaults.week_start", "mean monday?"),
    below("[defaults]\nweek_start = 1", 7, 14, "defaults.week_start", "monday tuesday"),
    below("[defaults]\npunishment_owner = \"me\"", 7, 20, "defaults.punishment_owner",
          "auto platform daemon nobody"),
    below("[defaults]\nfirst_window = \"lax\"", 7, 16, "defaults.first_window", "grace strict"),
    below("[defaults]\ngrace = \"25h\"", 7, 9, "defaults.grace", "\"0s\" to \"1d\""),
    below("[defaults]\ngrace = 300", 7, 9, "defaults.grace", "duration"),
    below("[defaults]\nmisfire = \"first\"", 7, 11, "defaults.misfire", "all latest none"),
    below("[defaults]\nlate_proof = \"refuse\"", 7, 14, "defaults.late_proof", "count compensate"),
    below("[defaults]\non_unknown = \"resend\"", 7, 14, "defaults.on_unknown",
          "progress = \"resend\""),
    below("[defaults]\non_unknown = \"retry\"", 7, 14, "defaults.on_unknown", "assume_applied"),
    below("[defaults]\non_unknown = 1", 7, 14, "defaults.on_unknown", "hold"),
    below("[defaults]\non_unknown = { punishment = \"resend\" }", 7, 29,
          "defaults.on_unknown.punishment", "hold assume_applied"),
    below("[defaults]\non_unknown = { progess = \"hold\" }", 7, 16, "defaults.on_unknown.progess",
          "did you mean progress?"),
    below("[defaults]\noutage_grace = \"8d\"", 7, 16, "defaults.outage_grace", "to \"7d\""),
    below("[defaults]\ntoken_margin = \"61m\"", 7, 16, "defaults.token_margin", "to \"1h\""),
    below("[defaults]\nowner = \"auto\"", 7, 1, "defaults.owner", "known here"),
    below("[caps]\npunishment_seconds = 0", 7, 22, "caps.punishment_seconds", "from 1 to"),
    below("[caps]\npunishment_seconds = \"1d\"", 7, 22, "caps.punishment_seconds", "an integer"),
    below("[caps]\npunishment_seconds_per_day = 31536001", 7, 30, "caps.punishment_seconds_per_day",
          "to 31536000"),
    below("[caps]\npunishment_max_age = 14", 7, 22, "caps.punishment_max_age", "duration"),
    below("[caps]\nproof_max_age = \"0s\"", 7, 17, "caps.proof_max_age", "from \"1s\""),
    below("[caps]\nproof_age = \"1d\"", 7, 1, "caps.proof_age", "did you mean proof_max_age?"),
};

class ConfigurationMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ConfigurationMistake, Alone_IsRefusedWithItsPlaceItsKeyAndARemedy) {
    const Mistake& mistake = GetParam();
    const std::string text = std::string{mistake.top} +
                             "\n[platform.chastify]\nkind = \"chastify\"\ncredential = \"key\"\n" +
                             mistake.platform + "\n" + mistake.other + "\n";
    test::KnownZones zones;
    const auto parsed = parse_configuration(text, {}, zones);
    ASSERT_FALSE(parsed);
    ASSERT_EQ(parsed.error().size(), 1U) << to_string(parsed.error(), "f");
    const Problem& problem = parsed.error().front();
    EXPECT_EQ(problem.key, mistake.key);
    EXPECT_EQ(problem.line, mistake.line) << to_string(problem, "f");
    EXPECT_EQ(problem.column, mistake.column) << to_string(problem, "f");
    EXPECT_NE(problem.remedy.find(mistake.remedy), std::string::npos) << problem.remedy;
    EXPECT_FALSE(problem.what.empty());
    EXPECT_EQ(to_string(problem, "f").find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Table, ConfigurationMistake, testing::ValuesIn(kMistakes));

struct Broken {
    const char* text;
    std::uint32_t line;
};

TEST(ConfigurationSyntax, BrokenToml_NamesTheLine) {
    const Broken cases[] = {
        {"a = \n", 1},
        {"\n\n[platform\n", 3},
        {"a = 1\na = 2\n", 2},
        {"x = \"unclosed\n", 1},
        {"[a]\n[a]\n", 2},
        {"a = 1 2\n", 1},
        {"= 1\n", 1},
        {"a = 'b\nc'\n", 1},
        {"a = \"\\q\"\n", 1},
        {"\xff\xfe = 1\n", 1},
        {"a = 1979-13-01\n", 1},
        {"a = 99999999999999999999\n", 1},
    };
    for (const Broken& broken : cases) {
        test::KnownZones zones;
        const auto parsed = parse_configuration(broken.text, {}, zones);
        ASSERT_FALSE(parsed) << broken.text;
        ASSERT_EQ(parsed.error().size(), 1U) << broken.text;
        EXPECT_EQ(parsed.error().front().line, broken.line) << broken.text;
        EXPECT_FALSE(parsed.error().front().what.empty());
    }
}

TEST(ConfigurationSyntax, NoPlatform_IsRefused) {
    for (const char* const text : {"", "platform = 1\n", "[platform]\n", "[platform]\na = 1\n"}) {
        test::KnownZones zones;
        const auto parsed = parse_configuration(text, {}, zones);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().size(), 1U) << to_string(parsed.error(), "f");
        EXPECT_EQ(parsed.error().front().key.rfind("platform", 0), 0U);
    }
}

}  // namespace
}  // namespace cadenced
