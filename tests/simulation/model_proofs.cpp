// The part of the model that counts proofs: in truth, whatever the daemon's clock showed when they
// came in.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/model.hpp"

namespace simulation {
namespace {

bool is_wrong(const Handed& handed) {
    return std::chrono::abs(handed.wall - handed.at) > kTolerableSkew;
}

bool was_dated_wrong(const Acknowledged& proof) {
    return std::any_of(proof.tries.begin(), proof.tries.end(), is_wrong);
}

bool lies_in(const WindowSeen& window, Instant when) {
    return when >= window.start && when < window.end;
}

// When it happened, and when a clock says so that is wrong by so little that it passes for right.
bool happened_in(const WindowSeen& window, const Acknowledged& proof, const Handed& handed,
                 const WrongClock& clock) {
    auto const truly = proof.given.value_or(handed.at);
    if (!lies_in(window, truly)) return false;
    if (!is_wrong(handed)) return lies_in(window, std::min(truly, handed.wall));
    // Corrected by a clock that was nearly right.
    auto const exact = !clock.was_nearly_right_since(handed.at, kTolerableSkew);
    return exact ||
           (lies_in(window, truly - kTolerableSkew) && lies_in(window, truly + kTolerableSkew));
}

}  // namespace

void Model::proof_told(const std::string& id, Acknowledged proof) {
    proof.told_at = stage_->now();
    proof.highest_wall = highest_wall_;
    auto const [place, added] = proofs_.try_emplace(id, std::move(proof));
    if (!added || !was_dated_wrong(place->second)) return;
    auto const& tries = place->second.tries;
    auto const lost = std::any_of(tries.begin(), tries.end(), [this](const Handed& handed) {
        return is_wrong(handed) && handed.boot != boot_;
    });
    (lost ? lost_to_time_ : dated_wrong_).insert(id);
}

void Model::clock_was_set(Duration offset) {
    keep_corrected();
    clock_.set(stage_->now(), offset);
    disturbed_at_ = stage_->now();
}

// Two clocks that are wrong alike deceive anybody.
void Model::says_time(Instant platform_time) {
    if (std::chrono::abs(wall() - stage_->now()) <= kTolerableSkew) return;
    if (std::chrono::abs(wall() - platform_time) > kTolerableSkew) return;
    for (const auto& [id, proof] : proofs_) {
        if (proof.tries.back().boot == boot_) lost_to_time_.insert(id);
    }
    dated_wrong_.clear();
}

void Model::machine_reboots() {
    ++boot_;
    lost_to_time_.merge(dated_wrong_);
    dated_wrong_.clear();
}

bool Model::has_corrected(Duration within) const {
    return clock_.is_right() && daemonic_.wall && disturbed_at_ + within < stage_->now();
}

void Model::keep_corrected() {
    if (has_corrected(kWriteDown)) dated_wrong_.clear();
}

bool Model::is_lost_to_time(const std::string& id, const Acknowledged& proof,
                            const WindowSeen& window) const {
    auto const pending = dated_wrong_.contains(id) && !has_corrected(kWithin);
    if (!pending && !lost_to_time_.contains(id)) return false;
    auto const dated_by_daemon = [&proof](const Handed& handed) {
        return !proof.given || *proof.given > handed.wall;
    };
    return window.late_proof == "ignore" ||
           std::any_of(proof.tries.begin(), proof.tries.end(), dated_by_daemon);
}

// Those handed in on time always count.
void Model::count_proof(const std::string& id, const Acknowledged& proof, const WindowSeen& window,
                        Counted& counted) const {
    auto const& tries = proof.tries;
    auto const inside = std::all_of(tries.begin(), tries.end(), [&](const Handed& one) {
        return happened_in(window, proof, one, clock_);
    });
    if (!inside || proof.told_at + kWithin >= stage_->now()) return;
    if (is_lost_to_time(id, proof, window)) return;
    auto const judged = window.end + window.grace;
    auto const& last = tries.back();
    auto const in_time =
        proof.highest_wall < judged && last.at < judged && (is_wrong(last) || last.wall < judged);
    (in_time ? counted.in_time : counted.late) += proof.amount;
}

Model::Counted Model::count_proofs(const WindowSeen& window) const {
    Counted counted;
    for (const auto& [id, proof] : proofs_) {
        if (proof.session != window.session || proof.metric != window.metric) continue;
        count_proof(id, proof, window, counted);
    }
    return counted;
}

bool Model::is_surely_met(const WindowSeen& window) const {
    if (count_proofs(window).in_time < window.required) return false;
    tell_proofs(window);
    return true;
}

// For whoever reads the trace of a broken promise.
void Model::tell_proofs(const WindowSeen& window) const {
    for (const auto& [id, proof] : proofs_) {
        Counted counted;
        if (proof.session != window.session || proof.metric != window.metric) continue;
        count_proof(id, proof, window, counted);
        if (counted.in_time + counted.late == 0) continue;
        auto const& last = proof.tries.back();
        stage_->say(
            fmt::format("counts proof={} amount={} in_time={} handed_in={} wall={} given={}", id,
                        proof.amount, counted.in_time > 0, text_of(last.at), text_of(last.wall),
                        proof.given ? text_of(*proof.given) : ""));
    }
}

void Model::check_count(const WindowSeen& window) {
    auto const counted = count_proofs(window);
    if (counted.in_time >= window.required) {
        tell_proofs(window);
        violated("a window was punished though it was met by proofs handed in on time", window);
    } else if (window.late_proof != "ignore" && counted.in_time + counted.late >= window.required) {
        violated("a window was punished though late proofs had met it", window);
    }
}

bool Model::may_have_counted(const Acknowledged& proof, Instant start, Instant end) const {
    auto const latest = proof.given.value_or(Instant::max());
    return std::any_of(proof.tries.begin(), proof.tries.end(), [&](const Handed& handed) {
        // Of another start of the machine, what lies in the future is thought to have come in now.
        auto const born_into = [&](Instant birth) {
            auto const there = std::min(birth, latest);
            return birth < handed.wall && there >= start && there < end;
        };
        return clock_.may_place(handed.at, latest, start, end) ||
               std::any_of(births_.begin(), births_.end(), born_into);
    });
}

bool Model::may_have_counted(const std::string& id, Instant start, Instant end) const {
    auto const found = proofs_.find(id);
    return found != proofs_.end() && may_have_counted(found->second, start, end);
}

bool Model::may_have_counted(const std::string& session, const std::string& metric, Instant start,
                             Instant end) const {
    return std::any_of(proofs_.begin(), proofs_.end(), [&](const auto& entry) {
        return entry.second.session == session && entry.second.metric == metric &&
               may_have_counted(entry.second, start, end);
    });
}

}  // namespace simulation
