#include "tests/simulation/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/waypoint.hpp"
#include "tests/simulation/audit.hpp"

namespace simulation {
namespace {

// More at one instant is a loop without an end.
constexpr int kMostTurns = 200'000;
constexpr std::chrono::seconds kNextTry{5};

std::function<void()>& waypoint_passed() {
    static std::function<void()> hook;
    return hook;
}

}  // namespace

Machine::Machine(Parts parts) : parts_(parts), booted_at_(parts.stage.now()) {
    waypoint_passed() = [this] { passed_waypoint(); };
    parts_.disk.hit = [this] {
        parts_.stage.count("disk operations failed");
        parts_.model.disk_failed();
    };
}

Machine::~Machine() { waypoint_passed() = nullptr; }

void Machine::start() {
    starting_ = false;
    const engine::MachineTime machine{fmt::format("boot {}", boots_),
                                      parts_.stage.now() - booted_at_};
    if (parts_.daemon.start(wall(), machine)) {
        parts_.model.daemon_lives(
            {parts_.daemon.database(), [daemon = &parts_.daemon] { return daemon->wall(); }});
        check_acknowledged(parts_.model, parts_.daemon.database(), parts_.stage);
        return;
    }
    starting_ = true;
    parts_.stage.after(kNextTry, [this] { start(); });
}

void Machine::cut_power(Duration wait) {
    if (calm_ || !parts_.daemon.alive()) return;
    parts_.stage.count("power cuts");
    wait_ = wait;
    parts_.daemon.lose_power();
}

void Machine::cut_power_at_operation(int count, Duration wait) {
    if (calm_) return;
    parts_.disk.after_operations(count, [this, wait] {
        if (!calm_ && parts_.daemon.alive()) parts_.stage.count("power cuts within a commit");
        cut_power(wait);
    });
}

void Machine::cut_power_after_turns(int count, Duration wait) {
    wait_ = wait;
    turns_left_ = count;
}

void Machine::cut_power_at_waypoint(int count, Duration wait) {
    wait_ = wait;
    waypoints_left_ = count;
}

void Machine::passed_waypoint() {
    if (calm_ || waypoints_left_ == 0 || --waypoints_left_ > 0) return;
    parts_.stage.count("power cuts at a named point");
    cut_power(wait_);
}

void Machine::restart(Duration wait) {
    if (calm_ || !parts_.daemon.alive()) return;
    parts_.stage.count("clean stops");
    wait_ = wait;
    parts_.daemon.stop();
}

void Machine::suspend(Duration length) {
    if (calm_) return;
    parts_.stage.count("suspends");
    parts_.stage.say(fmt::format("suspend ms={}", length.count()));
    auto const from = parts_.stage.now();
    auto const until = from + length;
    asleep_ = true;
    // The world goes on; what it has for the daemon lies ready when it wakes.
    while (!parts_.stage.empty() && parts_.stage.next() <= until) {
        parts_.stage.move_to(parts_.stage.next());
        parts_.stage.play_next();
    }
    parts_.stage.move_to(until);
    asleep_ = false;
    parts_.daemon.sleep(parts_.stage.now() - from);
    if (parts_.daemon.alive()) parts_.daemon.step_to(wall());
    parts_.model.slept_since(from);
}

void Machine::set_clock(Duration offset) {
    if (offset == offset_) return;
    parts_.stage.count("clock steps");
    parts_.stage.say(fmt::format("clock ms={}", offset.count()));
    parts_.model.clock_was_set(offset);
    offset_ = offset;
    if (!asleep_) parts_.daemon.step_to(wall());
}

void Machine::reload(engine::Settings settings) {
    if (calm_) return;
    parts_.stage.count("reloads");
    parts_.stage.say("reload");
    parts_.model.reloaded(settings.policy.caps.punishment_seconds_per_day);
    parts_.daemon.reload(std::move(settings));
}

void Machine::be_calm() {
    calm_ = true;
    parts_.disk.trouble = {};
    parts_.platform.weather = {};
    set_clock(Duration{0});
}

void Machine::bury() {
    parts_.stage.say("dead");
    parts_.daemon.cut();
    ++boots_;
    booted_at_ = parts_.stage.now();
    parts_.model.daemon_dies();
    parts_.model.machine_reboots();
    parts_.backend.daemon_died();
    turns_left_ = 0;
    waypoints_left_ = 0;
    if (std::exchange(starting_, true)) return;
    parts_.stage.after(std::exchange(wait_, kNextTry), [this] { start(); });
}

// Until nothing is ready.
void Machine::settle() {
    for (int turns = 0;; ++turns) {
        if (parts_.daemon.powerless()) return bury();
        if (!parts_.daemon.turn()) break;
        if (turns > kMostTurns) throw std::runtime_error("the daemon runs in circles");
        if (turns_left_ > 0 && --turns_left_ == 0) cut_power(wait_);
    }
    if (!parts_.daemon.ended()) return;
    parts_.stage.say("home");
    parts_.daemon.close();
    parts_.model.daemon_dies();
    parts_.backend.daemon_died();
    if (std::exchange(starting_, true)) return;
    parts_.stage.after(std::exchange(wait_, kNextTry), [this] { start(); });
}

void Machine::pass_to(Instant when) {
    auto const time = when - parts_.stage.now();
    parts_.stage.move_to(when);
    parts_.daemon.pass(time);
    parts_.model.wall_shows(wall());
}

Instant Machine::next_moment(Instant end) const {
    auto next = end;
    if (!parts_.stage.empty()) next = std::min(next, parts_.stage.next());
    if (auto const alarm = parts_.daemon.next_alarm()) {
        auto const wait = std::max(*alarm - wall(), Duration{1});
        next = std::min(next, parts_.stage.now() + wait);
    }
    return std::max(next, parts_.stage.now());
}

void Machine::run_until(Instant end) {
    settle();
    while (parts_.stage.now() < end && parts_.stage.violations().empty()) {
        pass_to(next_moment(end));
        settle();
        while (!parts_.stage.empty() && parts_.stage.next() <= parts_.stage.now()) {
            parts_.stage.play_next();
            settle();
        }
    }
}

}  // namespace simulation

// Linked in place of lib/engine/waypoint.cpp.
namespace engine {

void pass(Waypoint /*waypoint*/, const cadence::SessionId& /*session*/) {
    auto const& hook = simulation::waypoint_passed();
    if (hook) hook();
}

}  // namespace engine
