// sd_notify against a real datagram socket.
#include "daemon/supervisor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/daemon/temporary_directory.hpp"

namespace cadenced {
namespace {

class Manager {
  public:
    Manager() : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        struct sockaddr_un address {};
        address.sun_family = AF_UNIX;
        const std::string path = directory_.file("notify");
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        // bind() wants the family's own type as the general one.
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~Manager() {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(socket_);
    }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    [[nodiscard]] std::string heard() const {
        char text[512];
        const ssize_t size = ::recv(socket_, text, sizeof text, MSG_DONTWAIT);
        return size < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(size));
    }

  private:
    test::TemporaryDirectory directory_;
    int socket_;
};

TEST(Supervisor, EachCall_IsHeardByTheManager) {
    const Manager manager;
    const Supervisor supervisor;
    supervisor.ready("running");
    EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=running");
    supervisor.reloading();
    EXPECT_EQ(manager.heard().rfind("RELOADING=1\nMONOTONIC_USEC=", 0), 0U);
    supervisor.status("line\nfeed");
    EXPECT_EQ(manager.heard(), "STATUS=line\\nfeed");
    supervisor.feed_watchdog();
    EXPECT_EQ(manager.heard(), "WATCHDOG=1");
    supervisor.stopping("draining");
    EXPECT_EQ(manager.heard(), "STOPPING=1\nSTATUS=draining");
}

TEST(Supervisor, WithoutAManager_NothingHappens) {
    ::unsetenv("NOTIFY_SOCKET");
    const Supervisor supervisor;
    supervisor.ready("running");
    EXPECT_FALSE(supervisor.watchdog_interval());
}

TEST(Supervisor, Watchdog_IsFedThreeTimesWithinItsLimit) {
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::unsetenv("WATCHDOG_PID");
    EXPECT_EQ(Supervisor{}.watchdog_interval(), std::chrono::seconds{10});
    ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace cadenced
