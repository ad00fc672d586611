#include "engine/engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <utility>

#include "engine/courier.hpp"
#include "engine/scheduler.hpp"
#include "engine/watch.hpp"
#include "engine/waypoint.hpp"

namespace engine {

namespace {

// What no punishment exceeds.
std::chrono::seconds cap_of(const Settings& settings) {
    auto const& caps = settings.policy.caps;
    return std::min(caps.punishment_seconds, caps.punishment_seconds_per_day);
}

}  // namespace

class Engine::Impl {
  public:
    Impl(boost::asio::any_io_executor loop, Ports ports, Settings settings)
        : shared_{std::move(ports), std::move(settings), {}, {}, {}, {}, {}, false},
          courier_(std::move(loop), shared_),
          watch_(shared_.ports.clock, shared_.ports.docket, shared_.ports.journal,
                 {[this]() -> const cadence::Policy& { return shared_.settings.policy; },
                  [this] { return platforms(); }, shared_.ports.process_trouble}),
          scheduler_(
              shared_.ports.clock, shared_.clock_watch, shared_.ports.docket, shared_.ports.journal,
              watch_, [this]() -> const cadence::Policy& { return shared_.settings.policy; },
              [this] { courier_.changed(); }, shared_.ports.awake) {
        for (const auto& [name, platform] : shared_.ports.platforms) {
            shared_.gates.emplace(name, PlatformGate{*platform, shared_.hosts[platform->host()]});
        }
    }

    boost::asio::awaitable<cadence::Result<void>> run() {
        auto& ports = shared_.ports;
        MachineTime machine{ports.clock.boot(), ports.clock.uptime()};
        auto recovering =
            ports.docket.recover(shared_.settings.policy, ports.clock.now(), std::move(machine));
        auto const recovered = co_await std::move(recovering);
        if (!recovered) co_return tl::unexpected<cadence::Error>(recovered.error());
        pass(Waypoint::Recovered, {});
        report(*recovered);
        using boost::asio::experimental::awaitable_operators::operator&&;
        co_await (courier_.run() && scheduler_.run());
        co_return cadence::Result<void>{};
    }

    void stop() {
        scheduler_.stop();
        courier_.stop();
    }

    void changed() {
        scheduler_.changed();
        courier_.changed();
    }

    void apply(Settings settings) {
        auto const before = cap_of(shared_.settings);
        shared_.settings = std::move(settings);
        auto const cap = cap_of(shared_.settings);
        if (cap < before) shared_.lowered_cap = cap;
        for (auto& [name, gate] : shared_.gates) {
            gate.reloaded();
            shared_.recovered.insert(name);
        }
        changed();
    }

    std::map<std::string, PlatformHealth> platforms() const {
        std::map<std::string, PlatformHealth> all;
        for (const auto& [name, gate] : shared_.gates) all.emplace(name, gate.health());
        return all;
    }

    const cadence::Policy& policy() const { return shared_.settings.policy; }

  private:
    void report(const Recovery& recovery) {
        auto& journal = shared_.ports.journal;
        if (recovery.unknown > 0) {
            journal.write(
                Level::Warning,
                fmt::format("event=recovered unknown={} note=\"writes that were in flight "
                            "when the daemon ended\"",
                            recovery.unknown));
        }
        if (recovery.reopened > 0) {
            journal.write(Level::Warning,
                          fmt::format("event=clock_stepped reopened={} note=\"while the daemon was "
                                      "not running\"",
                                      recovery.reopened));
        }
        if (recovery.replanned > 0) {
            journal.write(
                Level::Info,
                fmt::format("event=windows_replanned count={} note=\"by the zone database "
                            "of today\"",
                            recovery.replanned));
        }
        if (recovery.outage) {
            auto const length = recovery.outage->end - recovery.outage->start;
            journal.write(Level::Warning,
                          fmt::format("event=outage seconds={} note=\"the daemon was not running\"",
                                      length / std::chrono::seconds{1}));
        }
    }

    Lane::Shared shared_;
    Courier courier_;
    Watch watch_;
    Scheduler scheduler_;
};

Engine::Engine(boost::asio::any_io_executor loop, Ports ports, Settings settings)
    : impl_(std::make_unique<Impl>(std::move(loop), std::move(ports), std::move(settings))) {}
Engine::~Engine() = default;

boost::asio::awaitable<cadence::Result<void>> Engine::run() { return impl_->run(); }
void Engine::stop() { impl_->stop(); }
void Engine::changed() { impl_->changed(); }
void Engine::apply(Settings settings) { impl_->apply(std::move(settings)); }

std::map<std::string, PlatformHealth> Engine::platforms() const { return impl_->platforms(); }
const cadence::Policy& Engine::policy() const { return impl_->policy(); }

}  // namespace engine
