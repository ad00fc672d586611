#include "tests/simulation/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace simulation {
namespace {

using cadence::WriteKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kTokenLife{10};
// Two minutes, and the second that a Date header leaves out, and one on the way.
constexpr seconds kTooFarApart{122};

}  // namespace

void Model::daemon_lives(Daemonic daemonic) {
    daemonic_ = std::move(daemonic);
    disturbed_at_ = stage_->now();
    births_.push_back(wall());
    if (died_at_) slept_since(*died_at_);
    died_at_.reset();
}

void Model::daemon_dies() {
    keep_corrected();
    daemonic_ = {};
    died_at_ = stage_->now();
    doubt_looks();
}

void Model::slept_since(Instant from) {
    if (stage_->now() - from > longest_silence_) silences_.emplace_back(from, stage_->now());
}

// A clock that is far off does not let anybody be punished.
void Model::wall_shows(Instant wall) {
    if (std::chrono::abs(wall - stage_->now()) <= kTolerableSkew) {
        highest_wall_ = std::max(highest_wall_, wall);
    }
}

void Model::disk_failed() {
    keep_corrected();
    disturbed_at_ = stage_->now();
    doubt_looks();
}

// What was seen just before may not have been written down.
void Model::doubt_looks() {
    for (auto& [session, looks] : looks_) {
        for (auto look = looks.rbegin(); look != looks.rend(); ++look) {
            if (look->at < stage_->now() - kWriteDown) break;
            look->certain = false;
        }
    }
}

void Model::launch_asked(const std::string& session, const std::string& token,
                         Instant launched_at) {
    launches_.try_emplace(token, Launched{session, launched_at + kTokenLife});
}

int Model::put_asked(const std::string& session) {
    ended_.erase(session);
    return ++turns_[session];
}

int Model::end_asked(const std::string& session) {
    once_ended_.insert(session);
    return ++turns_[session];
}

void Model::end_told(const std::string& session, int turn) {
    if (turn == turns_[session]) ended_[session] = stage_->now();
}

int Model::brake_asked() {
    braked_since_.reset();
    return ++brake_turn_;
}

void Model::brake_told(int turn) {
    if (turn == brake_turn_) braked_since_ = stage_->now();
}

int Model::pause_asked(const std::string& session) {
    auto& pausing = pauses_[session];
    pausing.certain = false;
    if (!pausing.all.empty()) {
        auto& last = pausing.all.back();
        last.dated &= clock_.is_right() || last.until <= wall();
        last.until = std::min(last.until, wall());
    }
    return ++pausing.turn;
}

void Model::pause_told(const std::string& session, Instant from, Instant until, int turn) {
    auto& pausing = pauses_[session];
    if (turn != pausing.turn) return;
    pausing.certain = true;
    pausing.told_at = stage_->now();
    pausing.until = until;
    pausing.over_at = stage_->now() + (until - from);
    pausing.all.push_back({from, until, clock_.is_right()});
}

void Model::shown(const std::string& session, const engine::Context& context,
                  Instant platform_time) {
    std::string own = context.requirements ? "" : " says nothing";
    for (const auto& requirement :
         context.requirements.value_or(std::vector<engine::PlatformRequirement>{})) {
        own += fmt::format(" {} enabled={} punishment={}", requirement.metric, requirement.enabled,
                           static_cast<int>(requirement.punishment.type));
    }
    stage_->say(fmt::format("shown session={}{}", session, own));
    auto const apart = std::chrono::abs(platform_time - wall());
    looks_[session].push_back(
        {stage_->now(), wall(), context.requirements, apart > kTooFarApart, true});
    look_for_doubles(session);
}

void Model::refused_token(const std::string& /*session*/, const std::string& /*token*/) {
    stage_->count("write or read with a token that the platform had let die");
}

Instant Model::wall() const { return daemonic_.wall ? daemonic_.wall() : stage_->now(); }

void Model::violated(const std::string& what, const WindowSeen& window) {
    stage_->violated(fmt::format("{}: window={} session={} metric={} [{}, {})", what, window.id,
                                 window.session, window.metric, text_of(window.start),
                                 text_of(window.end)));
}

void Model::leaves(const std::string& session, const std::string& token,
                   const cadence::Write& write, const std::string& key) {
    Left left;
    int attempt = 0;
    long long delivery = 0;
    if (std::sscanf(key.c_str(), "cadenced-%lld-%d", &delivery, &attempt) != 2) {
        stage_->violated("a write without a mark left: " + key);
    }
    left.delivery = delivery;
    left.write = write;
    left.session = session;
    left.at = stage_->now();
    left.wall = wall();
    stage_->say(
        fmt::format("leaves session={} write={} key={}", session, to_string(write.kind), key));
    check_token(session, token);
    if (write.kind != WriteKind::Progress) check_judgement(session, left);
    if (!left_.try_emplace(key, left).second) stage_->violated("one attempt left twice: " + key);
}

void Model::check_judgement(const std::string& session, Left& left) {
    auto const window = find_window_of(daemonic_.database, left.delivery);
    if (!window) {
        stage_->violated(fmt::format("the ledger does not know delivery {}", left.delivery));
        return;
    }
    left.window = window->id;
    if (std::chrono::abs(left.wall - left.at) > kTolerableSkew) {
        stage_->count("writes while two clocks were wrong alike");
    }
    check_brakes(session);
    if (!punishes(left.write.kind)) return check_undo(left, *window);
    check_owner(*window);
    check_count(*window);
    check_excuses(*window);
    check_sent_again(*window);
    check_cap(left, *window);
    auto& reckoning = reckonings_[window->id];
    if (reckoning.delivery == 0) reckoning.first_left = left.at;
    reckoning.delivery = left.delivery;
    reckoning.session = session;
    reckoning.write = left.write;
}

void Model::check_token(const std::string& session, const std::string& token) {
    auto const launch = launches_.find(token);
    if (launch == launches_.end() || launch->second.session != session) {
        stage_->violated("a write left with a token that was never handed in for " + session);
    } else if (launch->second.expires_at <= wall()) {
        stage_->violated("a write left with a token older than ten hours, for " + session);
    }
    auto const ended = ended_.find(session);
    if (ended != ended_.end() && ended->second + kWithin < stage_->now()) {
        stage_->violated("a write left for a lock session that has ended: " + session);
    }
}

void Model::check_brakes(const std::string& session) {
    if (braked_since_ && *braked_since_ + kWithin < stage_->now()) {
        stage_->violated("a punishment or undo left under the brake, for " + session);
    }
    auto const found = pauses_.find(session);
    if (found == pauses_.end() || !found->second.certain) return;
    auto const& pausing = found->second;
    auto const lasts = wall() < pausing.until && stage_->now() < pausing.over_at;
    if (pausing.told_at + kWithin < stage_->now() && lasts) {
        stage_->violated("a punishment or undo left in a pause of " + session);
    }
}

void Model::check_owner(const WindowSeen& window) {
    if (window.owner == "platform" || window.owner == "nobody") {
        return violated("a miss was punished that is not the daemon's to punish", window);
    }
    if (window.owner == "daemon") return;
    auto const& looks = looks_[window.session];
    if (window.followed || looks.empty() || !looks.back().requirements) {
        return violated("a miss was punished though nobody knew who punishes", window);
    }
    auto const owns = [&window](const Look& look) {
        if (!look.requirements) return false;
        return std::any_of(
            look.requirements->begin(), look.requirements->end(),
            [&window](const engine::PlatformRequirement& own) {
                auto const ours =
                    own.metric.empty() || own.metric == window.metric || own.metric == window.key;
                return ours && own.enabled && own.punishment.type != cadence::PunishmentType::None;
            });
    };
    // A look that was dated wrong may stand in the other's place.
    auto const is_misdated = [&window](const Look& look, const Look& before) {
        auto const between = [&](Instant when) { return when >= before.at && when < window.end; };
        return look.wall != look.at && (between(look.at) || between(look.wall));
    };
    const Look* before = nullptr;
    bool owned = owns(looks.back());
    for (const Look& look : looks) {
        if (!look.requirements) continue;
        auto const since = look.at >= window.end && look.wall >= window.end;
        if (look.certain && since && owns(look)) owned = true;
        if (look.at < window.end && look.wall < window.end) before = &look;
    }
    auto const known = before != nullptr && before->certain &&
                       std::none_of(looks.begin(), looks.end(),
                                    [&](const Look& look) { return is_misdated(look, *before); });
    if (known && owns(*before)) owned = true;
    if (owned) violated("a miss was punished that the platform punishes itself", window);
}

void Model::check_excuses(const WindowSeen& window) {
    if (stage_->now() + kTolerableSkew < window.end + window.grace) {
        violated("a window was punished before its end and grace", window);
    }
    auto const& looks = looks_[window.session];
    if (!looks.empty() && looks.back().clocks_disagree) {
        violated("a window was punished though the platform's clock and the daemon's disagreed",
                 window);
    }
    if (is_paused(window)) violated("a window was punished that a pause touches", window);
    if (is_mostly_silent(window)) {
        violated("a window was punished that lay mostly in outages", window);
    }
}

bool Model::is_paused(const WindowSeen& window) const {
    auto const found = pauses_.find(window.session);
    if (found == pauses_.end()) return false;
    auto const& pauses = found->second.all;
    return std::any_of(pauses.begin(), pauses.end(), [&window](const Pause& pause) {
        return pause.dated && pause.from < window.end && pause.until > window.start;
    });
}

// A clock that is wrong while the daemon is silent, or lives a time twice, hides an outage.
bool Model::is_mostly_silent(const WindowSeen& window) const {
    if (clock_.touches(window.start, window.end, longest_silence_)) return false;
    Duration silent{0};
    for (const auto& [from, to] : silences_) {
        auto const begin = std::max(from, window.start);
        auto const end = std::min(to, window.end);
        if (begin < end) silent += end - begin;
    }
    return silent * 2 > window.end - window.start + minutes{10};
}

}  // namespace simulation
