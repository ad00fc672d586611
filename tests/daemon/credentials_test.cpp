#include "daemon/credentials.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/daemon/temporary_directory.hpp"

namespace cadenced {
namespace {

using cadence::ErrorCode;
using test::TemporaryDirectory;

TEST(Credential, AbsolutePathOfMode0600Or0400_IsReadWithoutItsLineFeed) {
    TemporaryDirectory directory;
    for (const unsigned mode : {0600U, 0400U}) {
        const auto path = directory.write("key", "ck_live_1\n", mode);
        const auto credential = load_credential(path, "");
        ASSERT_TRUE(credential) << credential.error().detail;
        EXPECT_EQ(credential->reveal(), "ck_live_1");
    }
}

TEST(Credential, BareName_IsReadFromTheDirectory) {
    TemporaryDirectory directory;
    // The service manager's own mode, where it grants access by an ACL.
    directory.write("chastify-key", "ck\r\n", 0440);
    const auto credential = load_credential("chastify-key", directory.path());
    ASSERT_TRUE(credential) << credential.error().detail;
    EXPECT_EQ(credential->reveal(), "ck");
}

TEST(Credential, BareNameWithoutADirectory_IsAConfigurationError) {
    const auto credential = load_credential("chastify-key", "");
    ASSERT_FALSE(credential);
    EXPECT_EQ(credential.error().code, ErrorCode::Configuration);
    EXPECT_NE(credential.error().detail.find("LoadCredential"), std::string::npos);
}

TEST(Credential, ReadableByOthers_IsRefused) {
    TemporaryDirectory directory;
    for (const unsigned mode : {0640U, 0604U, 0660U, 0644U, 0700U, 0601U}) {
        const auto path = directory.write("key", "s3cret", mode);
        const auto credential = load_credential(path, "");
        ASSERT_FALSE(credential) << std::oct << mode;
        EXPECT_EQ(credential.error().code, ErrorCode::PermissionDenied);
        EXPECT_NE(credential.error().detail.find(path), std::string::npos);
        EXPECT_EQ(credential.error().detail.find("s3cret"), std::string::npos);
    }
}

TEST(Credential, ReadableByOthersInTheServicesDirectory_IsRefused) {
    TemporaryDirectory directory;
    directory.write("key", "ck", 0444);
    const auto credential = load_credential("key", directory.path());
    ASSERT_FALSE(credential);
    EXPECT_EQ(credential.error().code, ErrorCode::PermissionDenied);
}

TEST(Credential, UnfitContent_IsAConfigurationErrorThatDoesNotRepeatIt) {
    TemporaryDirectory directory;
    const std::string contents[] = {"",           "\n",
                                    "a\nb",       "s3cret s3cret",
                                    "s3cret\n\n", "s3cret\x01",
                                    "\xc3\xa9",   std::string("a\0b", 3),
                                    "\ts3cret",   std::string(4097, 's')};
    for (const std::string& content : contents) {
        const auto path = directory.write("key", content);
        const auto credential = load_credential(path, "");
        ASSERT_FALSE(credential) << content;
        EXPECT_EQ(credential.error().code, ErrorCode::Configuration) << content;
        EXPECT_EQ(credential.error().detail.find("s3cret"), std::string::npos);
    }
}

TEST(Credential, AbsentOrNoRegularFile_IsAConfigurationError) {
    TemporaryDirectory directory;
    ASSERT_EQ(::mkfifo(directory.file("pipe").c_str(), 0600), 0);
    for (const std::string& path : {directory.file("absent"), directory.path(),
                                    directory.file("pipe"), std::string{"/dev/null"}}) {
        const auto credential = load_credential(path, "");
        ASSERT_FALSE(credential) << path;
        EXPECT_EQ(credential.error().code, ErrorCode::Configuration) << path;
        EXPECT_NE(credential.error().detail.find(path), std::string::npos);
    }
}

TEST(Credentials, OneMissing_NamesThePlatform) {
    TemporaryDirectory directory;
    Configuration configuration;
    configuration.platforms.resize(2);
    configuration.platforms[0].name = "one";
    configuration.platforms[0].credential = directory.write("one", "1");
    configuration.platforms[1].name = "two";
    configuration.platforms[1].credential = directory.file("two");
    const auto missing = load_credentials(configuration, {});
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().detail.find("platform.two.credential"), std::string::npos);
    directory.write("two", "2");
    const auto both = load_credentials(configuration, {});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->at("one").reveal(), "1");
    EXPECT_EQ(both->at("two").reveal(), "2");
}

}  // namespace
}  // namespace cadenced
