// A backend that hands in proofs as long as it is alive, and remembers which ones the daemon took.
#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "tests/e2e/daemon_process.hpp"

namespace e2e {

class ProofBackend {
  public:
    ProofBackend(const DaemonProcess& daemon, std::string session, std::string metric);
    ~ProofBackend();
    ProofBackend(const ProofBackend&) = delete;
    ProofBackend& operator=(const ProofBackend&) = delete;

    // Hands in proofs until stop(); a proof without an answer is handed in again, with the same id.
    void start();
    void stop();
    [[nodiscard]] const std::set<std::string>& acknowledged() const { return acknowledged_; }
    // How many of the acknowledged proofs the daemon does not know any more.
    [[nodiscard]] int forgotten() const;

  private:
    void work();
    [[nodiscard]] int hand_in(const std::string& id) const;

    const DaemonProcess* daemon_;
    std::string session_;
    std::string metric_;
    std::set<std::string> acknowledged_;
    int next_{1};
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace e2e
