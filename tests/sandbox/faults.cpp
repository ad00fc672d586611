#include "tests/sandbox/faults.hpp"

#include <algorithm>

namespace sandbox {
namespace {

bool composes(FaultKind kind) {
    return kind == FaultKind::SlowBefore || kind == FaultKind::SlowAfter ||
           kind == FaultKind::CloseAfterAnswer;
}

}  // namespace

bool matches(const FaultMatch& match, const Call& call) {
    return (!match.session || *match.session == call.session) &&
           (!match.method || *match.method == call.method) &&
           (!match.endpoint || *match.endpoint == call.endpoint) &&
           (!match.action || *match.action == call.action);
}

bool is_of_connection(FaultKind kind) {
    return kind == FaultKind::DropOnAccept || kind == FaultKind::SlowHandshake;
}

std::uint64_t Faults::add(FaultRule rule) {
    rule.id = ++last_id_;
    rules_.push_back(std::move(rule));
    return last_id_;
}

bool Faults::remove(std::uint64_t id) {
    return std::erase_if(rules_, [id](const FaultRule& rule) { return rule.id == id; }) > 0;
}

bool Faults::strikes(FaultRule& rule) {
    if (rule.times == 0) return false;
    if (rule.probability < 1.0) {
        std::uniform_real_distribution<double> draw(0.0, 1.0);
        if (draw(random_) >= rule.probability) return false;
    }
    if (rule.times > 0) --rule.times;
    ++rule.hits;
    return true;
}

Millis Faults::delay_of(const FaultRule& rule) {
    if (rule.jitter <= Millis{0}) return rule.delay;
    std::uniform_int_distribution<std::int64_t> draw(0, rule.jitter.count());
    return rule.delay + Millis{draw(random_)};
}

void Faults::compose(RequestPlan& plan, const FaultRule& rule) {
    plan.rules.push_back(rule.id);
    switch (rule.kind) {
        case FaultKind::SlowBefore:
            plan.before += delay_of(rule);
            plan.apply_if_client_gone = plan.apply_if_client_gone && rule.apply_if_client_gone;
            return;
        case FaultKind::SlowAfter:
            plan.after += delay_of(rule);
            return;
        case FaultKind::CloseAfterAnswer:
            plan.close_after = true;
            return;
        default:
            plan.ending = rule.kind;
            plan.effectual = rule.effectual;
            plan.canned = rule.canned;
            return;
    }
}

RequestPlan Faults::plan_request(const Call& call) {
    RequestPlan plan;
    for (auto& rule : rules_) {
        if (is_of_connection(rule.kind) || !matches(rule.match, call)) continue;
        if (plan.ending && !composes(rule.kind)) continue;
        if (strikes(rule)) compose(plan, rule);
    }
    return plan;
}

ConnectionPlan Faults::plan_connection() {
    ConnectionPlan plan;
    for (auto& rule : rules_) {
        if (!is_of_connection(rule.kind) || !strikes(rule)) continue;
        if (rule.kind == FaultKind::DropOnAccept) plan.drop = true;
        if (rule.kind == FaultKind::SlowHandshake) plan.before_handshake += delay_of(rule);
    }
    return plan;
}

}  // namespace sandbox
