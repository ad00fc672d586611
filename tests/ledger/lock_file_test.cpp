#include "ledger/lock_file.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "tests/ledger/temp_directory.hpp"

namespace ledger_test {
namespace {

using cadence::ErrorCode;
using ledger::LockFile;

// Another process that holds the lock until it is told to end.
class Holder {
  public:
    explicit Holder(const std::string& directory) {
        std::array<int, 2> ready{};
        std::array<int, 2> end{};
        if (pipe(ready.data()) != 0 || pipe(end.data()) != 0) std::abort();
        pid_ = fork();
        if (pid_ == 0) {
            close(end[1]);
            const auto lock = LockFile::acquire(directory);
            char byte = lock ? '1' : '0';
            if (write(ready[1], &byte, 1) != 1) _exit(1);
            if (read(end[0], &byte, 1) < 0) _exit(1);
            _exit(0);
        }
        close(end[0]);
        close(ready[1]);
        end_ = end[1];
        char byte = '0';
        holds_ = read(ready[0], &byte, 1) == 1 && byte == '1';
        close(ready[0]);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { stop(); }

    void stop() {
        if (end_ < 0) return;
        close(end_);
        end_ = -1;
        waitpid(pid_, nullptr, 0);
    }
    [[nodiscard]] bool holds() const { return holds_; }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    pid_t pid_{-1};
    int end_{-1};
    bool holds_{false};
};

TEST(LockFile, SecondProcess_IsRefusedAndToldWhoRuns) {
    TempDirectory directory;
    Holder holder(directory.path());
    ASSERT_TRUE(holder.holds());
    const auto lock = LockFile::acquire(directory.path());
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::AlreadyRunning);
    EXPECT_NE(lock.error().detail.find(std::to_string(holder.pid())), std::string::npos);
}

TEST(LockFile, HolderEnded_LockIsFree) {
    TempDirectory directory;
    Holder holder(directory.path());
    ASSERT_TRUE(holder.holds());
    holder.stop();
    EXPECT_TRUE(LockFile::acquire(directory.path()));
}

TEST(LockFile, HeldTwiceInOneProcess_IsRefused) {
    TempDirectory directory;
    const auto lock = LockFile::acquire(directory.path());
    ASSERT_TRUE(lock);
    EXPECT_EQ(LockFile::acquire(directory.path()).error().code, ErrorCode::AlreadyRunning);
}

TEST(LockFile, AbsentDirectory_CannotCreateIt) {
    TempDirectory directory;
    const auto lock = LockFile::acquire(directory.path("nowhere"));
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::CannotCreate);
    EXPECT_NE(lock.error().detail.find("nowhere"), std::string::npos);
}

TEST(LockFile, LinkInItsPlace_IsNotFollowed) {
    TempDirectory directory;
    std::filesystem::create_symlink(directory.path("elsewhere"), directory.path("cadenced.lock"));
    const auto lock = LockFile::acquire(directory.path());
    ASSERT_FALSE(lock);
    EXPECT_EQ(lock.error().code, ErrorCode::PermissionDenied);
    EXPECT_FALSE(std::filesystem::exists(directory.path("elsewhere")));
}

}  // namespace
}  // namespace ledger_test
