// What the process does beside its work: it listens to signals, feeds the service manager's
// watchdog from the loop itself, and notices when the time zone database changes. Loop's thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "daemon/supervisor.hpp"

namespace cadenced {

struct HousekeepingHooks {
    std::function<void()> reload;                // SIGHUP
    std::function<void(std::string why)> leave;  // SIGTERM, SIGINT, or a changed zone database
    std::chrono::milliseconds between_zone_looks{std::chrono::minutes{1}};
};

class Housekeeping {
  public:
    // From here on SIGHUP, SIGINT and SIGTERM wait for run(), SIGPIPE is ignored, and the process
    // may open many files. `supervisor` outlives this. `zone_directory`: where the zone database
    // lies.
    Housekeeping(const boost::asio::any_io_executor& loop, const Supervisor& supervisor,
                 std::string zone_directory, HousekeepingHooks hooks);
    ~Housekeeping();
    Housekeeping(const Housekeeping&) = delete;
    Housekeeping& operator=(const Housekeeping&) = delete;

    // Until stop(). The watchdog is fed until then.
    [[nodiscard]] boost::asio::awaitable<void> run();
    // The loop is awake for another reason: what is due within the next minute is done now, so that
    // an idle machine is not woken once more for it.
    void awake();
    // May be repeated.
    void stop();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace cadenced
