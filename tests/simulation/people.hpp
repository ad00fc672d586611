// The people of a simulated life: what each wearer owes and does, when they open the extension, and
// who else touches their lock. Everything is planned a day ahead, as the dice fall.
#pragma once

#include <string>
#include <vector>

#include "tests/simulation/backend.hpp"
#include "tests/simulation/virtual_platform.hpp"

namespace simulation {

class Wearer {
  public:
    struct World {
        Stage& stage;
        Backend& backend;
        VirtualPlatform& platform;
        bool undisturbed{false};
        bool fair{false};
        bool clocks{false};  // proofs seldom say when they happened
    };

    Wearer(World world, int number, Dice dice);

    // From now until `end`.
    void live_until(Instant end);
    void launch();
    [[nodiscard]] const std::string& zone() const { return zone_; }

  private:
    void plan_day();
    void plan_proofs(const std::string& metric);
    void plan_switches();
    void plan_others();
    void enrol();
    void prove(const std::string& metric, Duration since, bool says_when);
    void launch_again();
    void pause();
    void come_back();
    void touch_lock();
    void turn_platform();
    [[nodiscard]] engine::PlatformRequirement draw_platforms_own(const std::string& metric);
    [[nodiscard]] cadence::RequirementSpec draw_requirement(const std::string& metric);
    [[nodiscard]] Instant some_time();  // within a day from now
    void at_some_time(double chance, std::function<void()> what);

    World world_;
    Dice dice_;
    std::string session_;
    std::string zone_;
    double diligence_;
    double launches_a_day_;
    double proofs_late_;
    bool newer_launch_revokes_{false};
    // The first launch enrols the lock session, and what the platform requires is followed.
    bool enrolled_by_launch_{false};
    std::vector<cadence::RequirementSpec> requirements_;
    std::string last_token_;
    Instant last_launch_{};
    int tokens_{0};
    int proofs_{0};
    Instant end_{};
};

}  // namespace simulation
