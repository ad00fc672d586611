#include "tests/bench/parts/verdicts.hpp"

#include "cadence/verdict.hpp"
#include "tests/bench/parts/collected.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

const cadence::Instant kStart = std::chrono::sys_days{std::chrono::year{2026} / 6 / 8};

cadence::WindowFacts plain() {
    cadence::WindowFacts facts;
    facts.start = kStart;
    facts.end = kStart + 24h;
    return facts;
}

// Ten pauses long over, and ten outages that cover a fifth of it.
cadence::WindowFacts troubled() {
    cadence::WindowFacts facts = plain();
    for (int i = 0; i < 10; ++i) {
        facts.pauses.push_back({kStart - (i + 2) * 24h, kStart - (i + 1) * 24h});
        facts.outages.push_back({kStart + i * 2h, kStart + i * 2h + 30min});
    }
    return facts;
}

void measure_verdict(const char* name, cadence::WindowFacts facts) {
    measure(name, [facts = std::move(facts)] {
        auto verdict = cadence::judge(facts);
        benchmark::DoNotOptimize(verdict);
    });
}

}  // namespace

void measure_verdicts() {
    measure_verdict("verdict", plain());
    measure_verdict("verdict among ten pauses and ten outages", troubled());
    cadence::Rules rules;
    rules.key = "check_in";
    const std::vector<cadence::ContextSeen> seen{{kStart, "", false}, {kStart + 1h, "", false}};
    measure("who punishes", [rules, seen] {
        auto by = cadence::punished_by(rules, "check_in", seen);
        benchmark::DoNotOptimize(by);
    });
}

}  // namespace bench
