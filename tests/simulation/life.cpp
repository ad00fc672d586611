#include "tests/simulation/life.hpp"

#include <fmt/format.h>

#include <memory>

#include "tests/ledger/sample_zones.hpp"
#include "tests/simulation/audit.hpp"
#include "tests/simulation/disk_vfs.hpp"
#include "tests/simulation/machine.hpp"
#include "tests/simulation/mishaps.hpp"
#include "tests/simulation/people.hpp"

namespace simulation {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// After the last mishap: until waits are over, tokens dead and retries made. Then everybody opens
// the extension once more, and soon all there is to do is done.
constexpr hours kAfterMishaps{11};
constexpr hours kAfterLaunch{5};

// Within a few weeks of a change of the clocks, more often than not.
Instant draw_start(Dice& dice) {
    using namespace std::chrono;
    auto const first =
        sys_days{dice.pick(std::array{2026y / 3 / 1, 2026y / 3 / 18, 2026y / 10 / 12,
                                      2026y / 10 / 25, 2027y / 1 / 3, 2028y / 2 / 20})};
    return Instant{first + minutes{dice.between(0, 1439)}};
}

engine::Settings draw_settings(Dice& dice) {
    engine::Settings settings;
    auto& policy = settings.policy;
    // A heartbeat every 45 seconds would be most of what a simulation of weeks does.
    policy.longest_silence =
        dice.chance(0.01) ? minutes{20} : hours{dice.pick(std::array{3, 8, 8})};
    policy.caps.punishment_max_age =
        dice.pick(std::array<Duration, 3>{days{14}, days{14}, days{2}});
    policy.caps.punishment_seconds_per_day =
        std::chrono::seconds{dice.pick(std::array{172'800, 172'800, 9000})};
    settings.enrolment_defaults.key = "";
    if (dice.chance(0.2)) settings.enrolment_defaults.owner = cadence::Owner::Daemon;
    return settings;
}

const Disk::Bytes& new_ledger() {
    static const Disk::Bytes image = make_new_ledger();
    return image;
}

class Life {
  public:
    explicit Life(const LifeOptions& options)
        : options_(options),
          dice_(options.seed),
          stage_(draw_start(dice_)),
          settings_(draw_settings(dice_)),
          disk_(dice_.fork()),
          model_(stage_, settings_.policy.longest_silence,
                 settings_.policy.caps.punishment_seconds_per_day),
          platform_(stage_, model_, dice_.fork()),
          entropy_(dice_.fork()),
          daemon_({stage_, disk_, platform_, zones_, entropy_, settings_,
                   dice_.pick(std::array{30, 200, 500})}),
          backend_(stage_, daemon_, model_, dice_.fork()),
          machine_({stage_, disk_, daemon_, platform_, backend_, model_}) {
        stage_.prints = options.prints_trace;
    }

    LifeReport run() {
        mount(disk_, dice_.next());
        disk_.put(kDatabase, new_ledger());
        auto const end = stage_.start() + days{options_.days};
        for (int i = 1; i <= options_.wearers; ++i) {
            wearers_.push_back(std::make_unique<Wearer>(
                Wearer::World{stage_, backend_, platform_, options_.undisturbed, options_.fair,
                              options_.clocks},
                i, dice_.fork()));
            wearers_.back()->live_until(end);
        }
        Mishaps mishaps({stage_, machine_, disk_, platform_, backend_, settings_, options_.fair,
                         options_.clocks},
                        dice_.fork());
        mishaps.plan_until(end);
        plan_care(end);
        machine_.start();
        machine_.run_until(end);
        calm_down();
        return report();
    }

  private:
    // Twice a day somebody looks after what is held.
    void plan_care(Instant end) {
        if (!dice_.chance(0.5)) return;
        for (auto when = stage_.start(); when < end; when += hours{12}) {
            stage_.at(when, [this] { backend_.look_after_held(); });
        }
    }

    void calm_down() {
        machine_.be_calm();
        backend_.release();
        machine_.run_until(stage_.now() + kAfterMishaps);
        for (auto& [name, lock] : locks()) lock->extension_enabled = true;
        for (const auto& wearer : wearers_) wearer->launch();
        machine_.run_until(stage_.now() + kAfterLaunch);
        if (!stage_.violations().empty()) return;
        if (!daemon_.alive()) {
            stage_.violated("the daemon does not come back");
            return;
        }
        audit(model_, daemon_.database(), stage_, machine_.wall());
    }

    std::vector<std::pair<std::string, Lock*>> locks() {
        std::vector<std::pair<std::string, Lock*>> all;
        for (const auto& [name, lock] : platform_.locks()) {
            all.emplace_back(name, &platform_.lock_of(name));
        }
        return all;
    }

    LifeReport report() {
        daemon_.cut();
        LifeReport told;
        told.trace_hash = stage_.trace_hash();
        told.violations = stage_.violations();
        told.counts = stage_.counts();
        told.days = options_.days * options_.wearers;
        return told;
    }

    LifeOptions options_;
    Dice dice_;
    Stage stage_;
    engine::Settings settings_;
    Disk disk_;
    ledger_test::SampleZones zones_;
    Model model_;
    VirtualPlatform platform_;
    Dice entropy_;
    Daemon daemon_;
    Backend backend_;
    Machine machine_;
    std::vector<std::unique_ptr<Wearer>> wearers_;
};

}  // namespace

LifeReport live(const LifeOptions& options) {
    use_disk_vfs();
    new_ledger();
    Life life(options);
    return life.run();
}

}  // namespace simulation
