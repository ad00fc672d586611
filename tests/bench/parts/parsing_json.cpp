#include <nlohmann/json.hpp>

#include "daemon/routes/requests.hpp"
#include "platform/chastify/context.hpp"
#include "tests/bench/parts/collected.hpp"
#include "tests/bench/parts/parsing.hpp"

namespace bench {
namespace {

const std::string kProof =
    R"({"id":"task-2026-06-08T21:14:05Z-000123","sessionId":"66f1c0ffee66f1c0ffee0001",)"
    R"("metric":"check_in","amount":1,"happenedAt":"2026-06-08T21:14:05Z"})";

// Of a launched lock session, with what the platform says besides what we read.
const std::string kContext =
    R"({"role":"wearer","sessionId":"66f1c0ffee66f1c0ffee0001","lockData":{"isFrozen":false,)"
    R"("timeRemainingSeconds":864000,"timeLockedSeconds":432000,"title":"a lock",)"
    R"("keyholder":{"name":"somebody","id":"k-1"}},"extensionConfig":{"theme":"dark",)"
    R"("extensionRequirements":[{"enabled":true,"metric":"check_in","requiredCount":1,)"
    R"("cadence":{"every":1,"unit":"day"},"punishment":{"type":"add_time","seconds":3600}},)"
    R"({"enabled":false,"metric":"verification","requiredCount":3,)"
    R"("cadence":{"every":1,"unit":"week"},"punishment":{"type":"freeze","seconds":7200}}]}})";

void measure_bare(const std::string& name, const std::string& text) {
    measure(name, [&text] {
        auto parsed = nlohmann::json::parse(text, nullptr, false);
        benchmark::DoNotOptimize(parsed);
    });
}

}  // namespace

void measure_parsing() {
    measure("proof line", [] {
        auto parsed = cadenced::wire::parse_proof(kProof);
        benchmark::DoNotOptimize(parsed);
    });
    measure_bare("proof line bare", kProof);
    const cadence::Instant now = std::chrono::sys_days{std::chrono::year{2026} / 6 / 8};
    measure("context", [now] {
        auto parsed = chastify::parse_context(kContext, now);
        benchmark::DoNotOptimize(parsed);
    });
    measure_bare("context bare", kContext);
}

}  // namespace bench
