#include "tests/simulation/people.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {
namespace {

using cadence::WriteKind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kNextPlan{24};
constexpr hours kTokenTrusted{10};
constexpr std::array<const char*, 3> kZones{"UTC", "Europe/Berlin", "America/New_York"};

}  // namespace

Wearer::Wearer(World world, int number, Dice dice)
    : world_(world),
      dice_(dice),
      session_(fmt::format("lock-{}", number)),
      zone_(dice_.pick(kZones)),
      diligence_(dice_.pick(std::array{0.2, 0.4, 0.7, 0.95})),
      launches_a_day_(dice_.pick(std::array{0.1, 0.2, 0.4, 0.8})),
      proofs_late_(dice_.pick(std::array{0.0, 0.1, 0.3})),
      newer_launch_revokes_(dice_.chance(0.3)),
      enrolled_by_launch_(dice_.chance(0.12)) {
    requirements_.push_back(draw_requirement("check_in"));
    if (dice_.chance(0.2)) requirements_.push_back(draw_requirement("steps"));
}

cadence::RequirementSpec Wearer::draw_requirement(const std::string& metric) {
    using cadence::CadenceUnit;
    using cadence::LateProof;
    using cadence::Misfire;
    using cadence::OnUnknown;
    using cadence::Owner;
    using cadence::PunishmentType;
    cadence::RequirementSpec spec;
    spec.metric = metric;
    auto& rules = spec.rules;
    rules.key = dice_.chance(0.8) ? metric : "key-of-" + metric;
    rules.cadence.unit = dice_.chance(0.85) ? CadenceUnit::Day : CadenceUnit::Week;
    rules.cadence.every = rules.cadence.unit == CadenceUnit::Day && dice_.chance(0.15) ? 2 : 1;
    rules.required_count = dice_.pick(std::array{1, 1, 1, 1, 2});
    rules.punishment.type = dice_.pick(std::array{PunishmentType::AddTime, PunishmentType::AddTime,
                                                  PunishmentType::Freeze, PunishmentType::Pillory});
    rules.punishment.seconds = seconds{dice_.pick(std::array{900, 3600, 7200})};
    rules.owner = dice_.pick(std::array{Owner::Auto, Owner::Auto, Owner::Auto, Owner::Auto,
                                        Owner::Auto, Owner::Daemon, Owner::Daemon, Owner::Daemon,
                                        Owner::Platform, Owner::Nobody});
    rules.first_window =
        dice_.pick(std::array{cadence::FirstWindow::Grace, cadence::FirstWindow::Strict});
    rules.misfire = dice_.pick(std::array{Misfire::All, Misfire::All, Misfire::All, Misfire::All,
                                          Misfire::Latest, Misfire::None});
    rules.late_proof =
        dice_.pick(std::array{LateProof::Count, LateProof::Count, LateProof::Compensate,
                              LateProof::Compensate, LateProof::Ignore});
    rules.grace = dice_.pick(std::array<Duration, 3>{seconds{0}, minutes{5}, minutes{40}});
    rules.on_unknown_punishment = dice_.chance(0.9) ? OnUnknown::Hold : OnUnknown::AssumeApplied;
    rules.on_unknown_progress =
        dice_.pick(std::array{OnUnknown::Resend, OnUnknown::Resend, OnUnknown::Resend,
                              OnUnknown::Hold, OnUnknown::AssumeApplied});
    return spec;
}

Instant Wearer::some_time() {
    return world_.stage.now() + milliseconds{dice_.between(0, 86'399'999)};
}

void Wearer::at_some_time(double chance, std::function<void()> what) {
    if (dice_.chance(chance)) world_.stage.at(some_time(), std::move(what));
}

void Wearer::live_until(Instant end) {
    end_ = end;
    world_.stage.after(minutes{dice_.between(0, 240)}, [this] {
        if (enrolled_by_launch_) {
            world_.platform.lock_of(session_).requirements.push_back(
                draw_platforms_own("check_in"));
        } else {
            enrol();
        }
        launch();
        plan_day();
    });
}

void Wearer::enrol() {
    cadence::SessionSpec spec;
    spec.id = {session_};
    spec.platform = kPlatform;
    spec.timezone = zone_;
    spec.requirements = requirements_;
    auto& lock = world_.platform.lock_of(session_);
    lock.ended = false;
    lock.extension_enabled = true;
    world_.backend.put(std::move(spec));
}

void Wearer::plan_day() {
    if (world_.stage.now() >= end_) return;
    for (const auto& requirement : requirements_) plan_proofs(requirement.metric);
    for (double left = launches_a_day_; left > 0; left -= 1) {
        at_some_time(std::min(left, 1.0), [this] { launch(); });
    }
    plan_switches();
    plan_others();
    world_.stage.after(kNextPlan, [this] { plan_day(); });
}

void Wearer::plan_proofs(const std::string& metric) {
    if (!dice_.chance(diligence_)) return;
    auto const times = dice_.pick(std::array{1, 1, 1, 1, 2});
    for (int i = 0; i < times; ++i) {
        auto const late = dice_.chance(proofs_late_);
        auto const since = late ? Duration{minutes{dice_.between(10, 2000)}}
                                : Duration{milliseconds{dice_.between(0, 30'000)}};
        auto const says_when = late || dice_.chance(world_.clocks ? 0.3 : 0.7);
        world_.stage.at(some_time(),
                        [this, metric, since, says_when] { prove(metric, since, says_when); });
    }
}

// The wearer's clock, and the backend's, show the true time.
void Wearer::prove(const std::string& metric, Duration since, bool says_when) {
    engine::Proof proof;
    proof.id = {fmt::format("{}-proof-{}", session_, ++proofs_)};
    proof.session = {session_};
    proof.metric = metric;
    proof.amount = dice_.pick(std::array{1, 1, 1, 1, 2});
    if (says_when) proof.happened_at = world_.stage.now() - since;
    world_.backend.prove(std::move(proof));
}

void Wearer::launch() {
    auto const now = world_.stage.now();
    auto& lock = world_.platform.lock_of(session_);
    if (newer_launch_revokes_) lock.tokens.clear();
    turn_platform();
    if (!lock.extension_enabled) lock.extension_enabled = dice_.chance(0.7);
    last_token_ = fmt::format("{}-token-{}", session_, ++tokens_);
    last_launch_ = now;
    // Now and then the platform lets it die before its time.
    lock.tokens[last_token_] = !world_.fair && dice_.chance(0.08)
                                   ? now + minutes{dice_.between(1, 300)}
                                   : now + kTokenTrusted;
    launch_again();
    if (dice_.chance(0.1)) {
        world_.stage.after(minutes{dice_.between(1, 700)}, [this] { launch_again(); });
    }
}

// Hands in the newest launch, perhaps once more.
void Wearer::launch_again() {
    engine::Launch launch;
    launch.session = {session_};
    launch.token = cadence::Secret(last_token_);
    launch.launched_at = last_launch_;
    launch.platform = kPlatform;
    world_.backend.launch(std::move(launch));
}

void Wearer::plan_switches() {
    at_some_time(0.06, [this] { pause(); });
    at_some_time(0.02, [this] {
        world_.backend.end(session_);
        come_back();
    });
    at_some_time(0.04, [this] {
        requirements_.front() = draw_requirement("check_in");
        enrol();
    });
    at_some_time(0.01, [this] {
        zone_ = dice_.pick(kZones);
        enrol();
    });
    // The platform says that the lock is over, or that the extension is off: somebody mends it.
    at_some_time(0.25, [this] {
        auto const& lock = world_.platform.lock_of(session_);
        if (lock.ended) come_back();
    });
}

void Wearer::pause() {
    auto const length = minutes{dice_.pick(std::array{15, 120, 600, 2000})};
    world_.backend.pause(session_, length);
    if (!dice_.chance(0.4)) return;
    world_.stage.after(minutes{dice_.between(2, 300)}, [this] { world_.backend.resume(session_); });
}

void Wearer::come_back() {
    world_.stage.after(minutes{dice_.between(2, 1000)}, [this] {
        if (world_.stage.now() >= end_) return;
        enrol();
        launch();
    });
}

void Wearer::plan_others() {
    at_some_time(world_.undisturbed ? 0.0 : 0.2, [this] { touch_lock(); });
}

// A keyholder, a game, another extension.
void Wearer::touch_lock() {
    Effect effect;
    effect.at = world_.stage.now();
    effect.kind = dice_.pick(std::array{WriteKind::AddTime, WriteKind::RemoveTime,
                                        WriteKind::Freeze, WriteKind::Unfreeze});
    effect.seconds = seconds{dice_.pick(std::array{60, 900, 3600, 7200})};
    world_.platform.touch(session_, effect);
}

// The platform's own requirement is turned on and off, also with a punishment, between launches.
void Wearer::turn_platform() {
    auto& lock = world_.platform.lock_of(session_);
    lock.tells_requirements = !dice_.chance(0.01);
    if (!dice_.chance(0.15)) return;
    lock.requirements.clear();
    if (dice_.chance(0.5)) return;
    lock.requirements.push_back(draw_platforms_own(
        dice_.pick(std::array<const char*, 4>{"check_in", "steps", "key-of-check_in", "other"})));
}

engine::PlatformRequirement Wearer::draw_platforms_own(const std::string& metric) {
    engine::PlatformRequirement own;
    own.enabled = dice_.chance(0.7);
    own.metric = metric;
    if (dice_.chance(0.6)) own.punishment = {cadence::PunishmentType::AddTime, seconds{600}, ""};
    return own;
}

}  // namespace simulation
