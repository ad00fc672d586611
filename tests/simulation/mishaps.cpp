#include "tests/simulation/mishaps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

}  // namespace

Instant Mishaps::some_time() {
    auto const left = end_ - world_.stage.now();
    return world_.stage.now() + Duration{dice_.between(0, left.count() - 1)};
}

// Just before or soon after a day begins in one of the wearers' zones, when most is decided.
Instant Mishaps::near_a_midnight() {
    auto const day = std::chrono::ceil<std::chrono::days>(some_time());
    auto const zone = hours{dice_.pick(std::array{0, -1, -2, 4, 5})};
    return day + zone + milliseconds{dice_.between(-600'000, 3'000'000)};
}

Duration Mishaps::some_wait() {
    if (world_.fair) return milliseconds{dice_.between(500, 20'000)};
    switch (dice_.between(0, 9)) {
        case 0:
            return minutes{dice_.between(60, 900)};
        case 1:
        case 2:
            return minutes{dice_.between(1, 30)};
        default:
            return milliseconds{dice_.between(500, 20'000)};
    }
}

void Mishaps::repeat(double times, const std::function<void()>& plan_one) {
    auto const whole = dice_.between(0, static_cast<std::int64_t>(times * 2));
    for (std::int64_t i = 0; i < whole; ++i) plan_one();
}

void Mishaps::plan_until(Instant end) {
    end_ = end;
    plan_power();
    if (world_.fair) return plan_fair_weather();
    plan_weather();
    if (dice_.chance(0.1)) plan_reload();
    if (dice_.chance(0.25)) plan_disk();
    if (world_.clocks || dice_.chance(0.3)) plan_clock();
    plan_brakes();
}

// Writes fail as often as not; what looks at the lock afterwards works as it does on most days.
void Mishaps::plan_fair_weather() {
    auto* const weather = &world_.platform.weather;
    weather->fault_rate = dice_.pick(std::array{0.05, 0.2, 0.4});
    weather->read_fault_rate = 0.005;
    weather->connect_failures = 0.005;
    if (dice_.chance(0.2)) weather->skew = seconds{dice_.between(-20, 20)};
}

void Mishaps::plan_weather() {
    auto const usual = dice_.pick(std::array{0.0, 0.01, 0.05, 0.2});
    auto* const weather = &world_.platform.weather;
    weather->fault_rate = weather->read_fault_rate = usual;
    weather->connect_failures = usual / 2;
    plan_storms(usual);
    if (dice_.chance(0.1)) {
        auto const from = some_time();
        world_.stage.at(from, [this, weather] {
            if (!world_.machine.calm()) weather->credential_refused = true;
        });
        world_.stage.at(from + minutes{dice_.between(1, 300)},
                        [weather] { weather->credential_refused = false; });
    }
    plan_platform_clock();
}

void Mishaps::plan_storms(double usual) {
    auto const days = static_cast<double>((end_ - world_.stage.now()).count()) / 86.4e6;
    auto* const weather = &world_.platform.weather;
    repeat(days / 3, [this, usual, weather] {
        auto const from = some_time();
        auto const bad = dice_.pick(std::array{0.3, 0.6, 0.9});
        world_.stage.at(from, [this, weather, bad] {
            if (world_.machine.calm()) return;
            world_.stage.say("storm");
            weather->fault_rate = weather->read_fault_rate = bad;
        });
        world_.stage.at(from + minutes{dice_.between(5, 1500)}, [this, weather, usual] {
            if (world_.machine.calm()) return;
            weather->fault_rate = weather->read_fault_rate = usual;
        });
    });
}

void Mishaps::plan_platform_clock() {
    auto* const weather = &world_.platform.weather;
    if (dice_.chance(0.2)) weather->skew = seconds{dice_.between(-20, 20)};
    if (!dice_.chance(0.1)) return;
    auto const from = near_a_midnight();
    auto const skew = minutes{dice_.pick(std::array{-60, -10, 10, 60})};
    world_.stage.at(from, [this, weather, skew] {
        if (world_.machine.calm()) return;
        world_.stage.count("clocks of the platform wrong");
        weather->skew = skew;
    });
    world_.stage.at(from + minutes{dice_.between(5, 900)},
                    [weather] { weather->skew = Duration{0}; });
}

void Mishaps::cut_somehow() {
    auto* const machine = &world_.machine;
    auto const wait = some_wait();
    auto const when = dice_.chance(0.5) ? near_a_midnight() : some_time();
    auto const few = static_cast<int>(dice_.between(1, 6));
    auto const many = static_cast<int>(dice_.between(1, 60));
    switch (dice_.between(0, 5)) {
        case 0:
            world_.stage.at(when, [machine, wait] { machine->cut_power(wait); });
            break;
        case 1:
        case 2:
            world_.stage.at(when,
                            [machine, wait, many] { machine->cut_power_at_operation(many, wait); });
            break;
        case 3:
            world_.stage.at(when,
                            [machine, wait, many] { machine->cut_power_after_turns(many, wait); });
            break;
        default:
            world_.stage.at(when,
                            [machine, wait, few] { machine->cut_power_at_waypoint(few, wait); });
    }
}

void Mishaps::plan_power() {
    auto* const machine = &world_.machine;
    repeat(dice_.pick(std::array{0.0, 1.0, 3.0}), [this] { cut_somehow(); });
    if (dice_.chance(0.3)) {
        world_.stage.at(some_time(), [machine, wait = some_wait()] { machine->restart(wait); });
    }
    if (!world_.fair && dice_.chance(0.25)) {
        auto const length = minutes{dice_.pick(std::array{2, 90, 480, 900})};
        world_.stage.at(some_time(), [machine, length] { machine->suspend(length); });
    }
}

void Mishaps::plan_disk() {
    auto* const disk = &world_.disk;
    auto const from = dice_.chance(0.5) ? near_a_midnight() : some_time();
    Disk::Trouble trouble;
    const char* what = "disks full";
    trouble.failure_rate = dice_.pick(std::array{0.02, 0.2, 1.0});
    switch (dice_.between(0, 5)) {
        case 0:
            what = "disks that cannot be read";
            trouble.only_reads = true;
            break;
        case 1:
            what = "disks that lose what they should sync";
            trouble.only_syncs = true;
            break;
        case 2:
            what = "disks failing";
            break;
        default:
            trouble = {};
            trouble.full = true;
    }
    world_.stage.at(from, [this, disk, trouble, what] {
        if (world_.machine.calm()) return;
        world_.stage.count(what);
        world_.stage.say("disk trouble");
        disk->trouble = trouble;
    });
    world_.stage.at(from + minutes{dice_.pick(std::array{1, 2, 6, 30})},
                    [disk] { disk->trouble = {}; });
}

void Mishaps::set_clock(Instant when, Duration offset) {
    world_.stage.at(when, [machine = &world_.machine, offset] {
        if (!machine->calm()) machine->set_clock(offset);
    });
}

// While the daemon is stopped for that, or the machine off: it starts anew with another clock.
void Mishaps::set_clock_unseen(Instant when, Duration offset) {
    auto const pause = milliseconds{dice_.between(2000, 1'800'000)};
    auto const cuts = dice_.chance(0.3);
    world_.stage.at(when - pause / 2, [machine = &world_.machine, pause, cuts] {
        cuts ? machine->cut_power(pause) : machine->restart(pause);
    });
    set_clock(when, offset);
}

void Mishaps::set_clock_somehow(Instant when, Duration offset) {
    if (dice_.chance(0.35)) return set_clock_unseen(when, offset);
    set_clock(when, offset);
}

// Somebody sets the clock wrong; sooner or later it is set right again, now and then in two parts.
void Mishaps::step_clock() {
    constexpr hours kYear{365 * 24};
    auto size = dice_.pick(
        std::array<Duration, 6>{seconds{1}, seconds{90}, hours{1}, hours{1}, hours{24}, hours{24}});
    if (dice_.chance(0.005)) size = kYear * 10;
    auto const offset = dice_.chance(0.5) ? size : -size;
    auto const from = dice_.chance(0.6) ? near_a_midnight() : some_time();
    auto const length = minutes{dice_.pick(std::array{1, 7, 60, 60, 700, 700, 700, 4000})};
    set_clock_somehow(from, offset);
    if (dice_.chance(0.15)) set_clock_somehow(from + length / 2, offset / 24);
    set_clock_somehow(from + length, Duration{0});
}

void Mishaps::plan_clock() {
    auto const steps = world_.clocks ? dice_.between(2, 6) : dice_.between(1, 3);
    for (std::int64_t i = 0; i < steps; ++i) step_clock();
}

// Other limits, from now on.
void Mishaps::plan_reload() {
    auto settings = world_.settings;
    settings.policy.caps.punishment_seconds_per_day =
        seconds{dice_.pick(std::array{7200, 9000, 172'800})};
    settings.policy.caps.punishment_max_age = hours{dice_.pick(std::array{48, 24 * 14})};
    world_.stage.at(some_time(),
                    [machine = &world_.machine, settings] { machine->reload(settings); });
}

void Mishaps::plan_brakes() {
    if (!dice_.chance(0.3)) return;
    auto* const backend = &world_.backend;
    auto const from = dice_.chance(0.5) ? near_a_midnight() : some_time();
    world_.stage.at(from, [backend] { backend->brake(); });
    world_.stage.at(from + minutes{dice_.between(2, 700)}, [backend] { backend->release(); });
}

}  // namespace simulation
