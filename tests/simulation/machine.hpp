// The machine under the daemon: its power, its disk, its clock, and whoever starts the daemon
// again. Moves time, one event after the other.
#pragma once

#include <memory>
#include <optional>

#include "tests/simulation/backend.hpp"
#include "tests/simulation/daemon.hpp"
#include "tests/simulation/model.hpp"

namespace simulation {

class Machine {
  public:
    struct Parts {
        Stage& stage;
        Disk& disk;
        Daemon& daemon;
        VirtualPlatform& platform;
        Backend& backend;
        Model& model;
    };

    explicit Machine(Parts parts);
    ~Machine();
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    // Or until a promise is broken.
    void run_until(Instant end);
    void start();

    // The daemon dies: at once; in the middle of a write of it; when it has done so many things
    // more; or at a named point. It is started again after `wait`.
    void cut_power(Duration wait);
    void cut_power_at_operation(int count, Duration wait);
    void cut_power_after_turns(int count, Duration wait);
    void cut_power_at_waypoint(int count, Duration wait);
    // It is told to stop, and started again when it has come home.
    void restart(Duration wait);
    // Nothing runs; time passes.
    void suspend(Duration length);
    // Its configuration changes, and it is told to read that again.
    void reload(engine::Settings settings);
    // Somebody sets the clock so far from true time.
    void set_clock(Duration offset);
    [[nodiscard]] Instant wall() const { return parts_.stage.now() + offset_; }
    [[nodiscard]] bool calm() const { return calm_; }
    // From now on nothing goes wrong any more.
    void be_calm();

  private:
    void settle();
    void settle_daemon();
    void pass_to(Instant when);
    [[nodiscard]] Instant next_moment(Instant end) const;
    void bury();
    void passed_waypoint();

    Parts parts_;
    Duration offset_{0};
    int boots_{1};
    Instant booted_at_;  // true time
    Duration wait_{0};   // before the daemon is started again
    int turns_left_{0};
    int waypoints_left_{0};
    bool calm_{false};
    bool starting_{false};
    bool asleep_{false};
};

}  // namespace simulation
