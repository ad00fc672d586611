// The unit, judged by systemd itself.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>

#include "tests/daemon/temporary_directory.hpp"

namespace cadenced {
namespace {

constexpr char kUnit[] = CADENCED_SOURCE_DIR "/systemd/cadenced.service";

struct Said {
    int status;
    std::string text;
};

Said run(const std::string& command) {
    FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return {-1, "popen failed"};
    Said said{0, {}};
    char piece[512];
    while (std::fgets(piece, sizeof piece, pipe) != nullptr) said.text += piece;
    said.status = ::pclose(pipe);
    return said;
}

std::string read_unit() {
    std::ifstream file(kUnit);
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(SystemdUnit, WithTheBuiltProgram_VerifiesWithoutAWord) {
    test::TemporaryDirectory directory;
    const std::regex installed("/usr/bin/cadenced");
    const std::string built = std::string{CADENCED_BIN_DIR} + "/cadenced";
    const auto unit = directory.write("cadenced.service",
                                      std::regex_replace(read_unit(), installed, built), 0644);
    const Said said = run("systemd-analyze --man=no verify " + unit);
    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(said.text, "");
}

TEST(SystemdUnit, Installed_NamesTheProgramWhereItIs) {
    test::TemporaryDirectory prefix;
    const Said said =
        run(std::string{"cmake --install "} + CADENCED_BIN_DIR + "/.. --prefix " + prefix.path());
    ASSERT_EQ(said.status, 0) << said.text;
    std::ifstream file(prefix.file("lib/systemd/system/cadenced.service"));
    const std::string unit{std::istreambuf_iterator<char>{file}, {}};
    const std::string program = prefix.file("bin/cadenced");
    EXPECT_NE(unit.find("ExecStart=" + program + " --config"), std::string::npos) << unit;
    EXPECT_EQ(run(program + " --version").status, 0);
}

TEST(SystemdUnit, Exposure_IsAtMost3) {
    const Said said = run(std::string{"systemd-analyze security --no-pager --offline=true "
                                      "--threshold=30 "} +
                          kUnit);
    std::smatch match;
    ASSERT_TRUE(std::regex_search(said.text, match, std::regex("exposure level[^:]*: ([0-9.]+)")))
        << said.text;
    std::printf("exposure level %s\n", match[1].str().c_str());
    EXPECT_EQ(said.status, 0);
    EXPECT_LE(std::strtod(match[1].str().c_str(), nullptr), 3.0);
}

TEST(SystemdUnit, FailuresThatNeedAPerson_AreNotRestarted) {
    EXPECT_NE(read_unit().find("RestartPreventExitStatus=64 65 77 78\n"), std::string::npos);
}

}  // namespace
}  // namespace cadenced
