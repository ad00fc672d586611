// An operator who keeps asking the daemon how it is, and who pauses a lock session again and again.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/daemon_process.hpp"

namespace e2e {

struct WatchReport {
    int asked{0};
    std::chrono::milliseconds longest_readyz{0};
    std::chrono::milliseconds longest_status{0};
    std::chrono::milliseconds longest_pause{0};
    std::vector<std::string> wrong;  // answers other than 200
};

class HerdWatch {
  public:
    // `pausable` is enrolled in the daemon before start(), and paused until `until`.
    HerdWatch(const DaemonProcess& daemon, std::string pausable, const std::string& until);
    ~HerdWatch();
    HerdWatch(const HerdWatch&) = delete;
    HerdWatch& operator=(const HerdWatch&) = delete;

    void start();
    WatchReport stop();

  private:
    void work();
    void time(const std::string& method, const std::string& target,
              std::chrono::milliseconds& longest);

    const DaemonProcess* daemon_;
    std::string pausable_;
    std::string pause_;  // its body
    std::atomic<bool> stopping_{false};
    WatchReport report_;  // the thread's until it is joined
    std::thread thread_;
};

}  // namespace e2e
