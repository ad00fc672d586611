#include "tests/bench/parts/collected.hpp"

#include <algorithm>
#include <vector>

namespace bench {
namespace {

class Collector final : public benchmark::BenchmarkReporter {
  public:
    bool ReportContext(const Context& /*context*/) override { return true; }

    void ReportRuns(const std::vector<Run>& runs) override {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            times[run.run_name.function_name].push_back(run.GetAdjustedCPUTime());
            allocated[run.run_name.function_name] = run.counters.at("allocations").value;
        }
    }

    std::map<std::string, std::vector<double>> times;
    std::map<std::string, double> allocated;
};

}  // namespace

std::map<std::string, Cost> run_all() {
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector);
    std::map<std::string, Cost> costs;
    for (auto& [name, times] : collector.times) {
        std::sort(times.begin(), times.end());
        costs[name] = {times[times.size() / 2], collector.allocated[name]};
    }
    return costs;
}

}  // namespace bench
