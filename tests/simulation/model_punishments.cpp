// The part of the model that reckons punishments: how often each truly was, who has seen it, and
// what may be taken back.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/simulation/civil.hpp"
#include "tests/simulation/model.hpp"

namespace simulation {
namespace {

using cadence::WriteKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// From when an answer is thought of to when it is there, at most; and something for the baseline.
constexpr seconds kOnTheWay{16};
constexpr minutes kLongestLook{15};
constexpr hours kLookedAt{3};  // how long after a write others may confuse whoever looks
constexpr seconds kReloaded{1};

// Well within it.
bool is_on(std::int64_t day, Instant when, const std::string& zone) {
    return local_day_of(when - seconds{5}, zone) == day &&
           local_day_of(when + seconds{5}, zone) == day;
}

bool changes_time(WriteKind kind) {
    return kind == WriteKind::AddTime || kind == WriteKind::RemoveTime;
}

}  // namespace

void Model::touched(const std::string& session) { touched_[session].push_back(stage_->now()); }

bool Model::looks_like_a_late_one(const Left& left) const {
    for (const auto& [mark, other] : left_) {
        auto const alike = other.session == left.session && other.delivery != left.delivery &&
                           other.write.kind == left.write.kind &&
                           other.write.seconds == left.write.seconds;
        if (alike && other.late && other.effect_at >= left.at) return true;
    }
    return false;
}

bool Model::was_touched(const std::string& session, Instant left_at) const {
    auto const found = touched_.find(session);
    if (found == touched_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(), [left_at](Instant at) {
        return at > left_at - minutes{1} && at < left_at + kLookedAt;
    });
}

void Model::reloaded(seconds day_cap) {
    earlier_cap_ = day_cap_;
    day_cap_ = day_cap;
    cap_since_ = stage_->now();
}

// By its remaining time, if nothing else has changed that since, and not too late.
bool Model::tells(const Reckoning& reckoning) const {
    auto const now = stage_->now();
    auto const longest = std::min<Duration>(reckoning.write.seconds, kLongestLook);
    auto const age = now - reckoning.first_left;
    if (reckoning.write.kind != WriteKind::AddTime) return false;
    if (clock_.was_set_since(reckoning.first_left - kLongestLook)) return false;
    if (age + seconds{30} + kOnTheWay > longest) return false;
    if (was_touched(reckoning.session, reckoning.first_left)) return false;
    return std::none_of(left_.begin(), left_.end(), [&reckoning](const auto& entry) {
        auto const& other = entry.second;
        return other.session == reckoning.session && changes_time(other.write.kind) &&
               other.delivery != reckoning.delivery &&
               other.at > reckoning.first_left - kLongestLook;
    });
}

// One that came too late may have been overtaken by its own repetition, unless the look before that
// had shown it.
void Model::check_sent_again(const WindowSeen& window) {
    auto const found = reckonings_.find(window.id);
    if (found == reckonings_.end() || found->second.effects == 0) return;
    auto const& reckoning = found->second;
    auto const unforeseen = reckoning.effects == 1 && reckoning.late == 1;
    auto const shown =
        tells(reckoning) && reckoning.latest_effect + kOnTheWay < stage_->now() - kOnTheWay;
    if (!unforeseen || shown) violated("a second punishment of a window left", window);
}

seconds Model::punished_on(std::int64_t day, const Left& left, const std::string& zone) const {
    seconds sum{0};
    std::set<std::int64_t> counted{left.delivery};
    for (const auto& [key, other] : left_) {
        auto const counts = other.session == left.session && punishes(other.write.kind) &&
                            other.effects > 0 && !other.late;
        if (!counts || left.at - other.at > hours{26}) continue;
        auto const whole = is_on(day, other.at, zone) && is_on(day, other.wall, zone);
        if (whole && counted.insert(other.delivery).second) sum += other.write.seconds;
    }
    return sum;
}

void Model::check_cap(const Left& left, const WindowSeen& window) {
    auto const just_reloaded = stage_->now() <= cap_since_ + kReloaded;
    auto const cap = just_reloaded ? std::max(day_cap_, earlier_cap_) : day_cap_;
    if (window.zone.empty() || cap >= hours{24}) return;
    auto const day = local_day_of(left.at, window.zone);
    if (!is_on(day, left.at, window.zone) || !is_on(day, left.wall, window.zone)) return;
    if (punished_on(day, left, window.zone) + left.write.seconds <= cap) return;
    violated("more was punished on one day than the cap allows", window);
}

// An undeserved one is taken back whole; of a doubled one, what is too much.
void Model::check_undo(const Left& left, const WindowSeen& window) {
    auto const& reckoning = reckonings_[window.id];
    auto const effects = std::max(reckoning.effects, window.assumes ? 1 : 0);
    auto const deserved = window.verdict == "missed" || window.late_proof != "compensate";
    auto const owed = deserved ? effects - 1 : effects;
    auto const confused = deserved && (was_touched(window.session, reckoning.first_left) ||
                                       may_be_mistaken(reckoning));
    if (effects == 0) {
        violated("an undo left of what was never applied", window);
    } else if (owed <= reckoning.undone && !confused) {
        violated("an undo left that is not owed", window);
    }
    if (left.write.kind == WriteKind::RemoveTime && left.write.seconds.count() != window.seconds) {
        violated("an undo left of another size than the punishment", window);
    }
}

void Model::applied(const std::string& session, const Effect& effect) {
    auto const found = left_.find(effect.key);
    if (found == left_.end()) {
        if (!effect.key.empty())
            stage_->violated("the platform got what never left: " + effect.key);
        return;
    }
    auto& left = found->second;
    ++left.effects;
    left.late = effect.late;
    left.effect_at = stage_->now();
    if (effect.kind == WriteKind::Progress) return;
    auto& reckoning = reckonings_[left.window];
    if (!punishes(effect.kind)) {
        if (++reckoning.undone <= std::max(1, reckoning.effects)) return;
        stage_->violated(
            fmt::format("window {} of {} was forgiven once too often", left.window, session));
        return;
    }
    ++reckoning.effects;
    reckoning.late += effect.late ? 1 : 0;
    reckoning.latest_effect = stage_->now();
    if (effect.late) stage_->count("punishments applied when nobody expected it any more");
    if (reckoning.effects == 2) stage_->count("punishments doubled by the platform");
    if (reckoning.effects - reckoning.late < 2 && reckoning.effects < 3) return;
    stage_->violated(fmt::format("window {} of {} was punished {} times", left.window, session,
                                 reckoning.effects));
}

// The daemon has the lock's remaining time in its hands: from now on it knows of both.
void Model::look_for_doubles(const std::string& session) {
    for (auto& [window, reckoning] : reckonings_) {
        if (reckoning.session != session || reckoning.effects != 2 || reckoning.shown_by) continue;
        auto const both_landed = reckoning.latest_effect + kOnTheWay < stage_->now();
        if (!both_landed || reckoning.undone > 0 || !tells(reckoning)) continue;
        Rows row(daemonic_.database, "SELECT state FROM delivery WHERE id = ?1",
                 reckoning.delivery);
        if (!row.next() || row.text(0) != "applied" || was_decided(reckoning.delivery)) continue;
        reckoning.shown_by = looks_[session].size() - 1;
        stage_->count("punishments doubled, and seen so");
    }
}

bool Model::may_be_mistaken(const Reckoning& reckoning) const {
    return std::any_of(reckonings_.begin(), reckonings_.end(), [&reckoning](const auto& entry) {
        auto const& other = entry.second;
        return other.session == reckoning.session && other.delivery != reckoning.delivery &&
               other.effects == 2 && other.undone == 0 &&
               other.write.seconds == reckoning.write.seconds;
    });
}

bool Model::surely_shown(const Reckoning& reckoning) const {
    if (!reckoning.shown_by) return false;
    return looks_.at(reckoning.session).at(*reckoning.shown_by).certain;
}

}  // namespace simulation
