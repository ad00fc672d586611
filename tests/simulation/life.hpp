// One simulated life from one seed: weeks of several wearers, everything that goes wrong in them,
// and what the model says of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace simulation {

struct LifeOptions {
    std::uint64_t seed{1};
    int days{14};
    int wearers{5};
    bool undisturbed{false};  // nobody but the daemon touches the locks
    bool fair{false};         // nor does a second fault come right after the first
    bool clocks{false};       // wrong often, and proofs seldom say when they happened
    bool prints_trace{false};
};

struct LifeReport {
    std::uint64_t trace_hash{0};
    std::vector<std::string> violations;
    std::map<std::string, std::int64_t> counts;  // of faults, and of what came of them
    double days{0};                              // simulated, of all wearers together
};

// The same options give the same report, on every machine.
[[nodiscard]] LifeReport live(const LifeOptions& options);

}  // namespace simulation
