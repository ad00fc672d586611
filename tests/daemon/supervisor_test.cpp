// sd_notify against a real datagram socket.
#include "daemon/supervisor.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/daemon/notify_socket.hpp"

namespace cadenced {
namespace {

// A manager whose messages are there at once: the sender and the receiver are one process.
class Manager {
  public:
    Manager() { ::setenv("NOTIFY_SOCKET", socket_.path().c_str(), 1); }
    ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    [[nodiscard]] std::string heard() const { return socket_.hear(std::chrono::seconds{1}); }

  private:
    test::NotifySocket socket_;
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

TEST(Supervisor, Watchdog_IsFedTwiceWithinItsLimit) {
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::unsetenv("WATCHDOG_PID");
    EXPECT_EQ(Supervisor{}.watchdog_interval(), std::chrono::seconds{15});
    ::unsetenv("WATCHDOG_USEC");
}

}  // namespace
}  // namespace cadenced
