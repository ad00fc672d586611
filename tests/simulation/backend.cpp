#include "tests/simulation/backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <utility>

namespace simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr hours kForProofs{24 * 60};
constexpr hours kForLaunches{10};
constexpr seconds kForSwitches{30};  // pauses, ends: what is overtaken must not come late

}  // namespace

void Backend::ask(Call call, Duration patience) {
    auto errand = std::make_shared<Errand>();
    errand->call = std::move(call);
    errand->give_up = stage_->now() + patience;
    errands_.push_back(errand);
    go(errand);
}

void Backend::go(const std::shared_ptr<Errand>& errand) {
    if (errand->over || errand->under_way) return;
    if (stage_->now() > errand->give_up) {
        errand->over = true;
        std::erase(errands_, errand);
        return;
    }
    if (!daemon_->alive() || daemon_->ended()) return go_again(errand);
    errand->under_way = true;
    auto calling = errand->call();
    boost::asio::co_spawn(daemon_->loop(), std::move(calling),
                          [this, errand](const std::exception_ptr& failure, bool answered) {
                              came_home(errand, !failure && answered);
                          });
}

void Backend::go_again(const std::shared_ptr<Errand>& errand) {
    auto const longest = std::min(errand->tries++, 8);
    auto const wait = milliseconds{dice_.between(200, 1000)} * (1 << longest);
    stage_->after(wait, [this, errand] { go(errand); });
}

void Backend::came_home(const std::shared_ptr<Errand>& errand, bool answered) {
    if (daemon_->powerless()) return;  // the answer did not get out
    errand->under_way = false;
    if (!answered) return go_again(errand);
    errand->over = true;
    std::erase(errands_, errand);
    daemon_->engine().changed();
}

void Backend::daemon_died() {
    auto const broken = errands_;
    for (const auto& errand : broken) {
        if (std::exchange(errand->under_way, false)) go_again(errand);
    }
}

void Backend::put(cadence::SessionSpec spec) {
    ask([this, spec = std::move(spec)] { return call_put(spec); }, kForLaunches);
}

void Backend::end(const std::string& session) {
    ask([this, session] { return call_end({session}); }, kForSwitches);
}

void Backend::pause(const std::string& session, Duration length) {
    ask([this, session, length] { return call_pause({session}, length); }, kForSwitches);
}

void Backend::resume(const std::string& session) {
    ask([this, session] { return call_resume({session}); }, kForSwitches);
}

void Backend::brake() {
    ask([this] { return call_brake(); }, kForSwitches);
}

void Backend::release() {
    ask([this] { return call_release(); }, kForProofs);
}

void Backend::launch(engine::Launch launch) {
    ask([this, launch = std::move(launch)] { return call_launch(launch); }, kForLaunches);
}

void Backend::prove(engine::Proof proof) {
    auto const proving =
        std::make_shared<Proving>(Proving{std::move(proof), dice_.chance(0.6), {}});
    ask([this, proving] { return call_prove(proving); }, kForProofs);
}

}  // namespace simulation
