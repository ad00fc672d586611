#include "tests/simulation/dice.hpp"

namespace simulation {

// SplitMix64 (Steele, Lea and Flood 2014).
std::uint64_t Dice::next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
}

double Dice::uniform() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

std::int64_t Dice::between(std::int64_t least, std::int64_t most) {
    const auto span = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<std::int64_t>(next() % span);
}

}  // namespace simulation
