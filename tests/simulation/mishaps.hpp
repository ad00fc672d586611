// What goes wrong in a life, and when.
#pragma once

#include <vector>

#include "tests/simulation/dice.hpp"
#include "tests/simulation/machine.hpp"

namespace simulation {

class Mishaps {
  public:
    struct World {
        Stage& stage;
        Machine& machine;
        Disk& disk;
        VirtualPlatform& platform;
        Backend& backend;
        const engine::Settings& settings;
        bool fair{false};    // single faults only
        bool clocks{false};  // wrong often
    };

    Mishaps(World world, Dice dice) : world_(world), dice_(dice) {}

    void plan_until(Instant end);

  private:
    void plan_weather();
    void plan_fair_weather();
    void plan_storms(double usual);
    void plan_platform_clock();
    void plan_power();
    void plan_disk();
    void plan_clock();
    void plan_brakes();
    void plan_reload();
    void cut_somehow();
    void step_clock();
    void set_clock(Instant when, Duration offset);
    void set_clock_unseen(Instant when, Duration offset);
    void set_clock_somehow(Instant when, Duration offset);
    [[nodiscard]] Instant some_time();
    [[nodiscard]] Instant near_a_midnight();
    [[nodiscard]] Duration some_wait();
    void repeat(double times, const std::function<void()>& plan_one);

    World world_;
    Dice dice_;
    Instant end_{};
};

}  // namespace simulation
