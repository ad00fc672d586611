// The machine's randomness behind the engine's port. Spreads retries; nothing secret depends on it.
#pragma once

#include <random>

#include "engine/entropy.hpp"

namespace cadenced {

class SystemEntropy final : public engine::Entropy {
  public:
    [[nodiscard]] double uniform() override { return unit_(generator_); }

  private:
    std::mt19937_64 generator_{std::random_device{}()};
    std::uniform_real_distribution<double> unit_{0.0, 1.0};
};

}  // namespace cadenced
