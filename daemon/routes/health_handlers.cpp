#include <algorithm>
#include <chrono>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/openapi.hpp"
#include "daemon/routes/problem.hpp"

namespace cadenced::wire {
namespace {

std::vector<std::string> reasons_not_ready(const DaemonFacts& facts, cadence::Instant now) {
    std::vector<std::string> reasons;
    if (facts.draining) reasons.emplace_back("draining: the daemon is about to stop");
    if (!facts.database) {
        reasons.emplace_back("database: it cannot be written");
    } else if (!facts.checkpoint) {
        reasons.emplace_back("database: its log cannot be checkpointed");
    }
    // A machine without a battery-backed clock wakes up in the past.
    if (now < cadence::kEarliestPlausible) {
        reasons.emplace_back("clock: it shows a time before 2024");
    }
    for (const auto& [name, health] : facts.platforms) {
        if (!health.has_credential) {
            reasons.push_back("platform " + name + ": its credential is absent or empty");
        } else if (health.credential_refused) {
            reasons.push_back("platform " + name + ": it refuses the credential");
        }
    }
    return reasons;
}

}  // namespace

bool clock_is_in_doubt(const DaemonFacts& facts, cadence::Instant now) {
    return now < cadence::kEarliestPlausible ||
           std::any_of(facts.platforms.begin(), facts.platforms.end(), [](const auto& platform) {
               return platform.second.clocks_disagree_since.has_value();
           });
}

Answering get_livez(const RouteContext&, Call) { co_return answer_state("alive"); }

Answering get_readyz(const RouteContext& context, Call) {
    const auto reasons = reasons_not_ready(context.facts(), context.clock.now());
    if (reasons.empty()) co_return answer_state("ready");
    std::string detail = "not ready";
    for (const std::string& reason : reasons) detail += "; " + reason;
    co_return make_problem(503, detail, {}, reasons);
}

Answering get_status(const RouteContext& context, Call) {
    const cadence::Policy policy = context.config().policy;
    const cadence::Instant now = context.clock.now();
    const auto status = co_await context.records.load_status(policy, now);
    if (!status) co_return refuse(context, status.error());
    co_return answer(*status, context.facts(), context.config().version, now);
}

Answering get_openapi(const RouteContext&, Call) {
    net::HttpReply reply;
    reply.content_type = "application/json";
    reply.body = openapi_document();
    co_return reply;
}

Answering post_reload(const RouteContext& context, Call) {
    const auto reloaded = context.reload();
    if (!reloaded) co_return make_problem(422, reloaded.error().detail);
    co_return answer_reloaded(*reloaded);
}

}  // namespace cadenced::wire
