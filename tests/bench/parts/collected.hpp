// Google Benchmark as a library: what each part costs in CPU time and allocations, by name.
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <utility>

#include "tests/bench/parts/allocations.hpp"

namespace bench {

struct Cost {
    double nanoseconds{0};  // of CPU, the median of the repetitions
    double allocations{0};
};

// Registers `work`, which is called again and again, as `name`.
template <class Work>
void measure(const std::string& name, Work work) {
    benchmark::RegisterBenchmark(name.c_str(), [work](benchmark::State& state) mutable {
        const long before = allocations();
        for (auto _ : state) work();
        state.counters["allocations"] = benchmark::Counter(
            static_cast<double>(allocations() - before), benchmark::Counter::kAvgIterations);
    })->Repetitions(5);
}

// Runs all that is registered.
[[nodiscard]] std::map<std::string, Cost> run_all();

}  // namespace bench
