#include "daemon/housekeeping.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace cadenced {
namespace {

namespace asio = boost::asio;

// Connections of clients and of platforms, long answers on disk and the database need fewer.
constexpr rlim_t kManyFiles = 4096;

// What changes when a package manager replaces the database. date/tz keeps what it has read.
struct ZoneStamp {
    std::vector<std::array<std::int64_t, 3>> files;
    friend bool operator==(const ZoneStamp&, const ZoneStamp&) = default;
};

ZoneStamp stamp_of(const std::string& directory) {
    ZoneStamp stamp;
    for (const char* const name : {"/tzdata.zi", "/+VERSION", "/tzdata.zi.version", "/UTC"}) {
        struct stat facts {};
        if (::stat((directory + name).c_str(), &facts) != 0) {
            stamp.files.push_back({0, 0, 0});
            continue;
        }
        stamp.files.push_back(
            {static_cast<std::int64_t>(facts.st_ino), facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec});
    }
    return stamp;
}

// The usual soft limit of 1024 is there for select(), which nobody here calls. One that cannot be
// raised stays: what then finds no descriptor is refused or waits.
void allow_many_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kManyFiles) return;
    limit.rlim_cur = std::min(limit.rlim_max, kManyFiles);
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

class Housekeeping::Impl {
  public:
    Impl(const asio::any_io_executor& loop, const Supervisor& supervisor,
         std::string zone_directory, HousekeepingHooks hooks)
        : signals_(loop, SIGHUP, SIGINT, SIGTERM),
          rest_(loop),
          supervisor_(supervisor),
          zone_directory_(std::move(zone_directory)),
          hooks_(std::move(hooks)),
          zones_(stamp_of(zone_directory_)) {
        std::signal(SIGPIPE, SIG_IGN);
        std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files is then a full disk
        allow_many_files();
    }

    asio::awaitable<void> run() {
        using asio::experimental::awaitable_operators::operator&&;
        co_await (obey_signals() && tend());
    }

    void stop() {
        stopped_ = true;
        signals_.cancel();
        rest_.cancel();
    }

    void awake() { rest_.cancel(); }

  private:
    asio::awaitable<void> obey_signals() {
        while (!stopped_) {
            boost::system::error_code ec;
            auto token = asio::redirect_error(asio::use_awaitable, ec);
            auto const number = co_await signals_.async_wait(token);
            if (ec) continue;
            if (number == SIGHUP) {
                hooks_.reload();
            } else {
                hooks_.leave(number == SIGTERM ? "sigterm" : "sigint");
            }
        }
    }

    // One timer for all: an idle machine is woken for each.
    asio::awaitable<void> tend() {
        const auto watchdog = supervisor_.watchdog_interval();
        std::chrono::microseconds interval = hooks_.between_zone_looks;
        if (watchdog) interval = std::min(interval, *watchdog);
        while (!stopped_) {
            if (watchdog) supervisor_.feed_watchdog();
            look_at_zones();
            rest_.expires_after(interval);
            boost::system::error_code ec;
            auto token = asio::redirect_error(asio::use_awaitable, ec);
            co_await rest_.async_wait(token);
        }
    }

    void look_at_zones() {
        if (zones_changed_ || stamp_of(zone_directory_) == zones_) return;
        zones_changed_ = true;
        hooks_.leave("zone_database_changed");
    }

    asio::signal_set signals_;
    asio::steady_timer rest_;
    const Supervisor& supervisor_;
    std::string zone_directory_;
    HousekeepingHooks hooks_;
    ZoneStamp zones_;
    bool zones_changed_{false};
    bool stopped_{false};
};

Housekeeping::Housekeeping(const asio::any_io_executor& loop, const Supervisor& supervisor,
                           std::string zone_directory, HousekeepingHooks hooks)
    : impl_(std::make_unique<Impl>(loop, supervisor, std::move(zone_directory), std::move(hooks))) {
}

Housekeeping::~Housekeeping() = default;

asio::awaitable<void> Housekeeping::run() { return impl_->run(); }

void Housekeeping::awake() { impl_->awake(); }

void Housekeeping::stop() { impl_->stop(); }

}  // namespace cadenced
