// Where the engine's randomness comes from, so that one seed replays one life.
#pragma once

namespace engine {

class Entropy {
  public:
    virtual ~Entropy() = default;
    // Uniform in [0, 1). Loop's thread.
    [[nodiscard]] virtual double uniform() = 0;
};

}  // namespace engine
