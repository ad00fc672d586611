// What the service manager hears of us (sd_notify). Without one, every call does nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace cadenced {

class Supervisor {
  public:
    void ready(const std::string& status) const;
    // `status` describes what runs once the reload is done; ready() ends it.
    void reloading() const;
    void stopping(const std::string& status) const;
    void status(const std::string& status) const;
    void feed_watchdog() const;

    // How often feed_watchdog is to be called; empty where nobody watches.
    [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval() const;
};

}  // namespace cadenced
