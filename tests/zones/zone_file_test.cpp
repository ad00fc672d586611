#include "net/zone_file.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>  // mkdtemp is POSIX

#include <filesystem>
#include <fstream>

namespace {

using cadence::ErrorCode;
using net::load_database_version;
using net::load_zone_file;

class ZoneFileTest : public testing::Test {
  protected:
    void SetUp() override { ASSERT_NE(mkdtemp(directory_.data()), nullptr); }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& bytes) {
        const auto path = directory_ + "/" + name;
        std::ofstream{path, std::ios::binary} << bytes;
        return path;
    }

    std::string directory_ = testing::TempDir() + "zone-file-XXXXXX";
};

// A block without transitions: one type (UTC), its abbreviation of four bytes.
std::string block(char version) {
    std::string header = std::string("TZif") + version + std::string(15, '\0');
    for (const char count : {'\0', '\0', '\0', '\0', '\1', '\4'})
        header += std::string(3, '\0') + count;
    return header + std::string(6, '\0') + std::string("UTC\0", 4);
}

TEST_F(ZoneFileTest, SecondVersion_FooterIsTheLastLine) {
    const auto file = load_zone_file(write("zone", block('2') + block('2') + "\nUTC0\n"));
    ASSERT_TRUE(file) << file.error().detail;
    EXPECT_EQ(file->footer, "UTC0");
    EXPECT_EQ(file->fingerprint.size(), 16U);
}

TEST_F(ZoneFileTest, EmptyFooter_IsEmpty) {
    const auto file = load_zone_file(write("zone", block('3') + block('3') + "\n\n"));
    ASSERT_TRUE(file);
    EXPECT_EQ(file->footer, "");
}

TEST_F(ZoneFileTest, OneByteChanged_FingerprintDiffers) {
    const auto one = load_zone_file(write("one", block('2') + block('2') + "\nUTC0\n"));
    const auto other = load_zone_file(write("other", block('2') + block('2') + "\nUTC1\n"));
    ASSERT_TRUE(one && other);
    EXPECT_NE(one->fingerprint, other->fingerprint);
}

TEST_F(ZoneFileTest, Damaged_IsMalformed) {
    const auto whole = block('2') + block('2') + "\nUTC0\n";
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto file = load_zone_file(write("cut", whole.substr(0, length)));
        ASSERT_FALSE(file) << length;
        EXPECT_EQ(file.error().code, ErrorCode::Malformed);
    }
    auto huge = whole;
    huge.replace(20, 24, std::string(24, '\xff'));
    EXPECT_FALSE(load_zone_file(write("huge", huge)));
    EXPECT_FALSE(load_zone_file(write("text", "# version 2026f\n" + std::string(100, 'x'))));
}

TEST_F(ZoneFileTest, FirstVersion_IsMalformed) {
    const auto file = load_zone_file(write("old", block('\0')));
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::Malformed);
}

TEST_F(ZoneFileTest, Absent_IsNotFound) {
    EXPECT_EQ(load_zone_file(directory_ + "/absent").error().code, ErrorCode::NotFound);
}

TEST_F(ZoneFileTest, DatabaseVersion_IsReadFromTheSourcesFirstLine) {
    EXPECT_EQ(load_database_version(directory_), "unknown");
    write("tzdata.zi", "# version 2026f\n# more\n");
    EXPECT_EQ(load_database_version(directory_), "2026f");
    write("tzdata.zi", "R A 1916 o - Jun 14 23s 1 S\n");
    EXPECT_EQ(load_database_version(directory_), "unknown");
}

}  // namespace
