#include "tests/simulation/fates.hpp"

namespace simulation {
namespace {

struct Weight {
    Fate fate;
    const char* name;
    int weight;
};

constexpr std::array kFates{
    Weight{Fate::Fine, "fine", 0},
    Weight{Fate::Slow, "slow", 12},
    Weight{Fate::BrokenUnapplied, "broken_unapplied", 12},
    Weight{Fate::BrokenApplied, "broken_applied", 12},
    Weight{Fate::BrokenAppliedLater, "broken_applied_later", 8},
    Weight{Fate::BrokenAppliedMuchLater, "broken_applied_much_later", 6},
    Weight{Fate::SilentUnapplied, "silent_unapplied", 6},
    Weight{Fate::SilentApplied, "silent_applied", 6},
    Weight{Fate::ErrorUnapplied, "error_unapplied", 8},
    Weight{Fate::ErrorApplied, "error_applied", 8},
    Weight{Fate::Redirected, "redirected", 3},
    Weight{Fate::Throttled, "throttled", 6},
    Weight{Fate::ThrottledFor, "throttled_for", 6},
    Weight{Fate::Html, "html", 5},
    Weight{Fate::TokenRefused, "token_refused", 3},
    Weight{Fate::Rejected, "rejected", 2},
    Weight{Fate::LockEnded, "lock_ended", 1},
    Weight{Fate::ExtensionOff, "extension_off", 1},
    Weight{Fate::NotSent, "not_sent", 4},
};

constexpr int sum_of_weights() {
    int sum = 0;
    for (const Weight& one : kFates) sum += one.weight;
    return sum;
}

}  // namespace

const char* to_string(Fate fate) { return kFates.at(static_cast<std::size_t>(fate)).name; }

Fate draw_fate(double rate, Dice& dice) {
    if (!dice.chance(rate)) return Fate::Fine;
    auto left = dice.between(1, sum_of_weights());
    for (const Weight& one : kFates) {
        left -= one.weight;
        if (left <= 0) return one.fate;
    }
    return Fate::Fine;
}

}  // namespace simulation
