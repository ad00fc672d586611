// The real program: what it exits with, what it says, and what it leaves behind.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "net/unix_http_client.hpp"
#include "tests/daemon/notify_socket.hpp"
#include "tests/daemon/temporary_directory.hpp"
#include "tests/e2e/program.hpp"

namespace cadenced {
namespace {

namespace fs = std::filesystem;
using e2e::Program;

constexpr std::chrono::seconds kPatience{60};

struct Ended {
    int code;
    std::string output;
    [[nodiscard]] std::size_t lines() const {
        return static_cast<std::size_t>(std::count(output.begin(), output.end(), '\n'));
    }
};

class CadencedProgram : public testing::Test {
  protected:
    CadencedProgram() {
        fs::create_directory(directory_.file("state"));
        directory_.write("key", "ck_live_s3cret\n");
        configure("");
    }

    // Nobody listens at the platform's address, and without a lock session nobody asks it.
    void configure(const std::string& top, const std::string& below = {}) {
        directory_.write("cadenced.toml",
                         top + "\nstate_dir = \"" + directory_.file("state") + "\"\nsocket = \"" +
                             directory_.file("socket") +
                             "\"\n[platform.chastify]\nkind = \"chastify\"\n"
                             "base_url = \"https://localhost:1\"\ncredential = \"" +
                             directory_.file("key") + "\"\n" + below);
    }

    Program start(std::vector<std::string> arguments) {
        output_ = directory_.file("output" + std::to_string(++runs_));
        return Program({fs::path{CADENCED_BIN_DIR} / "cadenced",
                        std::move(arguments),
                        {{"NOTIFY_SOCKET", manager_.path()}, {"WATCHDOG_USEC", "300000"}},
                        output_});
    }

    Ended run(std::vector<std::string> arguments) {
        Program program = start(std::move(arguments));
        const auto code = program.wait(kPatience);
        return {code.value_or(-1), e2e::read_text(output_)};
    }

    Ended run_configured(const std::string& flag = {}) {
        std::vector<std::string> arguments{"--config", directory_.file("cadenced.toml")};
        if (!flag.empty()) arguments.push_back(flag);
        return run(std::move(arguments));
    }

    Program start_and_wait() {
        Program program = start({"--config", directory_.file("cadenced.toml")});
        EXPECT_NE(manager_.hear_of("READY=1"), "") << e2e::read_text(output_);
        return program;
    }

    [[nodiscard]] nlohmann::json status() const {
        net::UnixHttpCall call;
        call.target = "/v1/status";
        const auto reply = net::UnixHttpClient(directory_.file("socket")).request(call);
        if (!reply) return {};
        return nlohmann::json::parse(reply->body);
    }

    test::TemporaryDirectory directory_;
    test::NotifySocket manager_;
    fs::path output_;
    int runs_{0};
};

TEST_F(CadencedProgram, HelpAndVersion_Exit0) {
    EXPECT_EQ(run({"--help"}).code, 0);
    const Ended version = run({"--version"});
    EXPECT_EQ(version.code, 0);
    EXPECT_EQ(version.output.rfind("cadenced ", 0), 0U);
}

TEST_F(CadencedProgram, WrongOption_Exits64WithOneLine) {
    for (const char* const option : {"--bogus", "surplus", "--punish", "--backfill"}) {
        const Ended ended = run({option});
        EXPECT_EQ(ended.code, 64) << option;
        EXPECT_EQ(ended.lines(), 1U) << ended.output;
    }
}

TEST_F(CadencedProgram, ConfigurationAbsent_Exits78WithOneLine) {
    for (const char* const flag : {"", "--check-config"}) {
        fs::remove(directory_.file("cadenced.toml"));
        const Ended ended = run_configured(flag);
        EXPECT_EQ(ended.code, 78);
        EXPECT_EQ(ended.lines(), 1U) << ended.output;
        EXPECT_NE(ended.output.find("--config"), std::string::npos);
        EXPECT_NE(ended.output.find("cadenced.toml: cannot be opened"), std::string::npos)
            << "no line and column of a file that is not there: " << ended.output;
    }
}

TEST_F(CadencedProgram, WrongConfiguration_Exits78WithALineForEachMistake) {
    configure("log_level = \"loud\"", "timeout = 5\nverify = false\n");
    for (const char* const flag : {"", "--check-config"}) {
        const Ended ended = run_configured(flag);
        EXPECT_EQ(ended.code, 78);
        EXPECT_EQ(ended.lines(), 3U) << ended.output;
    }
    EXPECT_TRUE(fs::is_empty(directory_.file("state")));
}

TEST_F(CadencedProgram, WrongKeyAndWrongFiles_AreAllReportedByTheCheck) {
    const std::string ca_file = directory_.write("ca.pem", "no certificate");
    configure("log_level = \"loud\"", "ca_file = \"" + ca_file + "\"\n");
    fs::remove(directory_.file("key"));
    const Ended ended = run_configured("--check-config");
    EXPECT_EQ(ended.code, 78);
    EXPECT_EQ(ended.lines(), 3U) << ended.output;
    for (const char* const key : {"log_level", ".credential: ", ".ca_file: "}) {
        EXPECT_NE(ended.output.find(key), std::string::npos) << ended.output;
    }
}

TEST_F(CadencedProgram, UnreadableCredentialName_IsOneMistake) {
    directory_.write("cadenced.toml", "[platform.a]\nkind = \"chastify\"\ncredential = 5\n");
    const Ended ended = run_configured("--check-config");
    EXPECT_EQ(ended.code, 78);
    EXPECT_EQ(ended.lines(), 1U) << ended.output;
}

TEST_F(CadencedProgram, LineFeedInAPlatformsName_MakesNoSecondLine) {
    directory_.write("cadenced.toml",
                     "[platform.\"a\\nb\"]\nkind = \"chastify\"\ncredential = \"/nowhere\"\n");
    const Ended ended = run_configured("--check-config");
    EXPECT_EQ(ended.code, 78);
    EXPECT_NE(ended.output.find("a\\nb.credential: "), std::string::npos) << ended.output;
}

TEST_F(CadencedProgram, UnknownTimezone_IsAdvisedOnOnce) {
    configure("", "[defaults]\ntimezone = \"Europe/Berln\"\n");
    const Ended ended = run_configured("--check-config");
    EXPECT_EQ(ended.code, 78);
    const auto advice = ended.output.find("such as");
    ASSERT_NE(advice, std::string::npos) << ended.output;
    EXPECT_EQ(ended.output.find("such as", advice + 1), std::string::npos) << ended.output;
    EXPECT_EQ(ended.output.find("Berln", ended.output.find("Berln") + 1), std::string::npos)
        << ended.output;
}

TEST_F(CadencedProgram, LowSoftLimitOnFiles_IsRaisedAtTheStart) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit low{256, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
    Program program = start_and_wait();
    rlimit raised{};
    EXPECT_EQ(::prlimit(program.pid(), RLIMIT_NOFILE, nullptr, &raised), 0);
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(raised.rlim_cur, std::min<rlim_t>(4096, before.rlim_max));
    EXPECT_EQ(raised.rlim_max, before.rlim_max);
}

TEST_F(CadencedProgram, GoodConfiguration_IsConfirmedAndTouchesNothing) {
    const Ended ended = run_configured("--check-config");
    EXPECT_EQ(ended.code, 0) << ended.output;
    EXPECT_NE(ended.output.find(": ok\n"), std::string::npos);
    EXPECT_TRUE(fs::is_empty(directory_.file("state")));
}

TEST_F(CadencedProgram, CredentialAbsentEmptyOrOpen_Exits78Or77) {
    for (const char* const flag : {"", "--check-config"}) {
        directory_.write("key", "ck_live_s3cret\n", 0644);
        const Ended open = run_configured(flag);
        EXPECT_EQ(open.code, 77) << open.output;
        EXPECT_EQ(open.output.find("s3cret"), std::string::npos);
        directory_.write("key", "\n");
        EXPECT_EQ(run_configured(flag).code, 78);
        fs::remove(directory_.file("key"));
        EXPECT_EQ(run_configured(flag).code, 78);
    }
}

TEST_F(CadencedProgram, UnusableCaFile_Exits78NamingIt) {
    const std::string ca_file = directory_.write("ca.pem", "no certificate");
    configure("", "ca_file = \"" + ca_file + "\"\n");
    for (const char* const flag : {"", "--check-config"}) {
        const Ended ended = run_configured(flag);
        EXPECT_EQ(ended.code, 78) << ended.output;
        EXPECT_NE(ended.output.find("ca_file"), std::string::npos) << ended.output;
    }
}

TEST_F(CadencedProgram, StateDirectoryAbsent_Exits73NamingIt) {
    fs::remove(directory_.file("state"));
    const Ended ended = run_configured();
    EXPECT_EQ(ended.code, 73) << ended.output;
    EXPECT_NE(ended.output.find(directory_.file("state")), std::string::npos);
}

TEST_F(CadencedProgram, ForeignDatabase_Exits65AndIsUntouched) {
    const std::string path = directory_.write("state/cadenced.db", "somebody's diary\n");
    const Ended ended = run_configured();
    EXPECT_EQ(ended.code, 65) << ended.output;
    EXPECT_EQ(e2e::read_text(path), "somebody's diary\n");
}

TEST_F(CadencedProgram, OccupiedSocketPath_Exits78AndIsUntouched) {
    const std::string path = directory_.write("socket", "a file");
    const Ended ended = run_configured();
    EXPECT_EQ(ended.code, 78) << ended.output;
    EXPECT_EQ(e2e::read_text(path), "a file");
}

TEST_F(CadencedProgram, StartAndStop_TellsTheManagerAndTidiesUp) {
    Program program = start_and_wait();
    struct stat socket {};
    ASSERT_EQ(::stat(directory_.file("socket").c_str(), &socket), 0);
    EXPECT_EQ(socket.st_mode & 0777U, 0660U);
    EXPECT_NE(manager_.hear_of("WATCHDOG=1"), "");
    EXPECT_EQ(status().at("state"), "running");
    program.signal(SIGTERM);
    EXPECT_NE(manager_.hear_of("STOPPING=1"), "");
    EXPECT_EQ(program.wait(kPatience), 0);
    EXPECT_FALSE(fs::exists(directory_.file("socket")));
    EXPECT_FALSE(fs::exists(directory_.file("state/cadenced.db-wal")));
    for (const auto& entry : fs::directory_iterator(directory_.file("state"))) {
        EXPECT_EQ(entry.status().permissions() & fs::perms{0077}, fs::perms::none) << entry;
    }
    EXPECT_EQ(e2e::read_text(output_).find("s3cret"), std::string::npos);
}

TEST_F(CadencedProgram, SecondInstance_Exits75AndTheFirstLives) {
    Program first = start_and_wait();
    const Ended second = run_configured();
    EXPECT_EQ(second.code, 75) << second.output;
    EXPECT_EQ(status().at("state"), "running");
}

TEST_F(CadencedProgram, BadReload_KeepsTheRunningConfigurationAndSaysSo) {
    Program program = start_and_wait();
    configure("log_level = \"loud\"");
    program.signal(SIGHUP);
    EXPECT_NE(manager_.hear_of("RELOADING=1"), "");
    EXPECT_NE(manager_.hear_of("READY=1").find("not taken"), std::string::npos);
    EXPECT_NE(status().at("config").at("lastError").dump().find("log_level"), std::string::npos);
    configure("", "ca_file = \"" + directory_.write("ca.pem", "no certificate") + "\"\n");
    program.signal(SIGHUP);
    EXPECT_NE(manager_.hear_of("READY=1").find("not taken"), std::string::npos);
    EXPECT_NE(status().at("config").at("lastError").dump().find("ca_file"), std::string::npos)
        << "the next start would refuse it";
    configure("log_level = \"debug\"");
    program.signal(SIGHUP);
    EXPECT_NE(manager_.hear_of("READY=1").find("STATUS=running"), std::string::npos);
    EXPECT_TRUE(status().at("config").at("lastError").is_null());
    program.signal(SIGINT);
    EXPECT_EQ(program.wait(kPatience), 0);
}

TEST_F(CadencedProgram, StartAfterAKill_ChecksTheDatabase) {
    {
        Program killed = start_and_wait();
        killed.signal(SIGKILL);
        EXPECT_EQ(killed.wait(kPatience), 128 + SIGKILL);
    }
    Program program = start_and_wait();
    EXPECT_TRUE(e2e::eventually(kPatience, [this] {
        return e2e::read_text(output_).find("event=database_checked") != std::string::npos;
    })) << e2e::read_text(output_);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(kPatience), 0);
    Program clean = start_and_wait();
    clean.signal(SIGTERM);
    EXPECT_EQ(clean.wait(kPatience), 0);
    EXPECT_EQ(e2e::read_text(output_).find("event=unclean_start"), std::string::npos);
}

TEST_F(CadencedProgram, Backfill_GoesThroughTheDaemonAndWithoutOne) {
    const std::vector<std::string> arguments{
        "--backfill", "--config", directory_.file("cadenced.toml"), "--from", "2026-03-01", "--to",
        "2026-03-31", "--dry-run"};
    const Ended nowhere = run(arguments);
    EXPECT_EQ(nowhere.code, 78) << nowhere.output;
    EXPECT_FALSE(fs::exists(directory_.file("state/cadenced.db"))) << "a dry run makes nothing";
    {
        Program once = start_and_wait();
        once.signal(SIGTERM);
        EXPECT_EQ(once.wait(kPatience), 0);
    }
    const Ended alone = run(arguments);
    EXPECT_EQ(alone.code, 0) << alone.output;
    EXPECT_NE(alone.output.find("0 windows"), std::string::npos) << alone.output;
    Program program = start_and_wait();
    const Ended through = run(arguments);
    EXPECT_EQ(through.code, 0) << through.output;
    EXPECT_EQ(through.output, alone.output);
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(kPatience), 0);
}

}  // namespace
}  // namespace cadenced
