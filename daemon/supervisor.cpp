#include "daemon/supervisor.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

#include "cadence/printable.hpp"

namespace cadenced {
namespace {

// A manager that cannot be told is no reason to stop: it notices by itself.
void notify(const std::string& state) { (void)::sd_notify(0, state.c_str()); }

std::string status_line(const std::string& status) {
    return "STATUS=" + cadence::to_printable(status);
}

// Type=notify-reload wants to know when a reload began, by the clock of its own log.
std::string monotonic_microseconds() {
    struct timespec now {};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

}  // namespace

void Supervisor::ready(const std::string& status) const {
    notify("READY=1\n" + status_line(status));
}

void Supervisor::reloading() const {
    notify("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds());
}

void Supervisor::stopping(const std::string& status) const {
    notify("STOPPING=1\n" + status_line(status));
}

void Supervisor::status(const std::string& status) const { notify(status_line(status)); }

void Supervisor::feed_watchdog() const { notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> Supervisor::watchdog_interval() const {
    std::uint64_t limit = 0;
    if (::sd_watchdog_enabled(0, &limit) <= 0 || limit == 0) return std::nullopt;
    return std::chrono::microseconds{limit / 2};
}

}  // namespace cadenced
