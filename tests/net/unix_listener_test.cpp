// The socket file: made, replaced, refused, removed.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "net/unix_listener.hpp"
#include "tests/net/unix_fixture.hpp"

namespace net_test {

using cadence::ErrorCode;
using net::UnixListener;

namespace {

class UnixListenerTest : public UnixServerTest {
  protected:
    [[nodiscard]] ErrorCode error_at(const std::string& path) const {
        const auto listener = UnixListener::make(path, 0660);
        if (listener) return ErrorCode::Internal;
        EXPECT_NE(listener.error().detail.find(path.substr(0, 20)), std::string::npos);
        return listener.error().code;
    }
};

// Bound, and left behind by a process that died.
void leave_stale_socket(const std::string& path) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(socket);
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

}  // namespace

TEST_F(UnixListenerTest, NewSocket_HasItsModeWhateverTheUmask) {
    const auto before = ::umask(0777);
    const auto listener = UnixListener::make(path_, 0660);
    ::umask(before);
    ASSERT_TRUE(listener) << listener.error().detail;
    EXPECT_EQ(mode_of(path_), 0660U);
}

TEST_F(UnixListenerTest, StaleSocket_IsReplaced) {
    leave_stale_socket(path_);
    start();
    EXPECT_EQ(status_of(exchange(get_text("/echo", "Connection: close\r\n"))), 200);
}

TEST_F(UnixListenerTest, LiveSocket_IsAlreadyRunningAndStaysAlive) {
    start();
    EXPECT_EQ(error_at(path_), ErrorCode::AlreadyRunning);
    EXPECT_EQ(status_of(exchange(get_text("/echo", "Connection: close\r\n"))), 200);
}

TEST_F(UnixListenerTest, FileInTheWay_IsRefusedAndLeftAlone) {
    std::ofstream(path_) << "precious";
    EXPECT_EQ(error_at(path_), ErrorCode::Configuration);
    std::string text;
    std::ifstream(path_) >> text;
    EXPECT_EQ(text, "precious");
}

TEST_F(UnixListenerTest, SymlinkInTheWay_IsRefusedAndLeftAlone) {
    std::filesystem::create_symlink(folder_ / "elsewhere", path_);
    EXPECT_EQ(error_at(path_), ErrorCode::Configuration);
    EXPECT_TRUE(std::filesystem::is_symlink(path_));
}

TEST_F(UnixListenerTest, ImpossiblePath_IsRefused) {
    EXPECT_EQ(error_at((folder_ / "absent" / "socket").string()), ErrorCode::CannotCreate);
    EXPECT_EQ(error_at((folder_ / std::string(150, 'x')).string()), ErrorCode::Configuration);
    EXPECT_EQ(UnixListener::make("", 0660).error().code, ErrorCode::Configuration);
}

TEST_F(UnixListenerTest, Destruction_RemovesTheFile) {
    { const auto listener = UnixListener::make(path_, 0660); }
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, FileThatIsNoLongerOurs_IsLeftAlone) {
    {
        const auto listener = UnixListener::make(path_, 0660);
        std::filesystem::rename(path_, path_ + ".old");  // keeps the inode number taken
        leave_stale_socket(path_);
    }
    EXPECT_TRUE(std::filesystem::exists(path_));
}

}  // namespace net_test
