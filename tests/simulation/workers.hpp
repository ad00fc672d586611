// Lives lives in several processes at once, since one life keeps one processor busy and no life
// knows of another.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/simulation/life.hpp"

namespace simulation {

// Lives seeds `first`, `first` + 1 … `count` of them, in `jobs` processes (one: in this one), and
// tells `hear` of each as it ends, in any order. Stops early when `hear` says false. A process that
// dies is told as a life with a violation.
void live_all(std::uint64_t first, std::uint64_t count, int jobs,
              const std::function<LifeReport(std::uint64_t)>& live_seed,
              const std::function<bool(std::uint64_t, const LifeReport&)>& hear);

}  // namespace simulation
