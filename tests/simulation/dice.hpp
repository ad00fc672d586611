// The one source of chance of a simulated life. The same seed throws the same on every machine,
// which the standard library's distributions do not promise.
#pragma once

#include <array>
#include <cstdint>

#include "engine/entropy.hpp"

namespace simulation {

class Dice final : public engine::Entropy {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    [[nodiscard]] std::uint64_t next();
    // Uniform in [0, 1).
    [[nodiscard]] double uniform() override;
    [[nodiscard]] bool chance(double probability) { return uniform() < probability; }
    // Both ends included.
    [[nodiscard]] std::int64_t between(std::int64_t least, std::int64_t most);
    template <class T, std::size_t N>
    [[nodiscard]] const T& pick(const std::array<T, N>& all) {
        return all[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(N) - 1))];
    }
    // Dice of their own for one concern: what it throws does not move the others.
    [[nodiscard]] Dice fork() { return Dice{next()}; }

  private:
    std::uint64_t state_;
};

}  // namespace simulation
