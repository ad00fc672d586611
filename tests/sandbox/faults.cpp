#include "tests/sandbox/faults.hpp"

#include <algorithm>

namespace sandbox {
namespace {

Known needed_for(const FaultMatch& match) {
    if (match.action) return Known::Whole;
    if (match.session || match.method || match.endpoint) return Known::Line;
    return Known::Begun;
}

}  // namespace

bool matches(const FaultMatch& match, const Call& call) {
    return (!match.session || *match.session == call.session) &&
           (!match.method || *match.method == call.method) &&
           (!match.endpoint || *match.endpoint == call.endpoint) &&
           (!match.action || *match.action == call.action) &&
           (!match.reused || *match.reused == call.reused);
}

bool is_ending(FaultKind kind) {
    return kind == FaultKind::Break || kind == FaultKind::Canned || kind == FaultKind::Raw ||
           kind == FaultKind::LateApply;
}

bool is_of_connection(const FaultRule& rule) {
    return rule.kind == FaultKind::Tls || rule.part == Part::Handshake;
}

std::uint64_t Faults::add(FaultRule rule) {
    rule.id = ++last_id_;
    rules_.push_back(std::move(rule));
    return last_id_;
}

bool Faults::remove(std::uint64_t id) {
    return std::erase_if(rules_, [id](const FaultRule& rule) { return rule.id == id; }) > 0;
}

bool Faults::strike_reading() const {
    return std::any_of(rules_.begin(), rules_.end(), [](const FaultRule& rule) {
        return rule.part == Part::Request && rule.times != 0;
    });
}

bool Faults::strikes(FaultRule& rule) {
    if (rule.times == 0) return false;
    if (rule.skip > 0) {
        --rule.skip;
        return false;
    }
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

Position Faults::drawn(Position position) {
    if (position.from == Position::From::Random) position.offset = random_();
    return position;
}

Position Faults::position_of(FaultRule& rule) {
    auto const position = drawn(rule.at);
    if (rule.sweep) {
        rule.at.offset += rule.sweep->step;
        if (rule.sweep->to && rule.at.offset > *rule.sweep->to) rule.times = 0;
    }
    return position;
}

Cut Faults::cut_of(FaultRule& rule) { return {rule.id, position_of(rule), rule.parting}; }

Corruption Faults::corruption_of(const FaultRule& rule) {
    auto corruption = rule.corruption;
    corruption.at = drawn(corruption.at);
    if (corruption.garbage > 0) corruption.seed = random_();
    return corruption;
}

void Faults::reached_the_end(std::uint64_t id) {
    for (auto& rule : rules_) {
        if (rule.id == id && rule.sweep && !rule.sweep->to) rule.times = 0;
    }
}

void Faults::end(RequestPlan& plan, FaultRule& rule) {
    plan.ending = rule.kind;
    plan.effectual = rule.effectual;
    plan.canned = rule.canned;
    plan.raw = rule.raw;
    if (rule.kind == FaultKind::Break) plan.cut = cut_of(rule);
    if (rule.kind == FaultKind::LateApply) plan.late = delay_of(rule);
}

void Faults::compose(RequestPlan& plan, FaultRule& rule) {
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
        case FaultKind::IdleClose:
            plan.idle_close = delay_of(rule);
            return;
        case FaultKind::Stall:
            plan.pauses.push_back({position_of(rule), delay_of(rule)});
            return;
        case FaultKind::Drip:
            plan.drip = rule.drip;
            return;
        case FaultKind::Corrupt:
            plan.corruption = corruption_of(rule);
            return;
        case FaultKind::Reshape:
            merge(plan.reshape, rule.reshape);
            return;
        default:
            return end(plan, rule);
    }
}

RequestPlan Faults::plan_request(const Call& call) {
    RequestPlan plan;
    for (auto& rule : rules_) {
        if (is_of_connection(rule) || rule.part == Part::Request) continue;
        if (!matches(rule.match, call) || (plan.ending && is_ending(rule.kind))) continue;
        if (strikes(rule)) compose(plan, rule);
    }
    return plan;
}

void Faults::plan_reading(ReadingPlan& plan, Known known, const Call& call) {
    for (auto& rule : rules_) {
        if (rule.part != Part::Request || needed_for(rule.match) != known) continue;
        if (!matches(rule.match, call) || (plan.cut && is_ending(rule.kind))) continue;
        if (!strikes(rule)) continue;
        plan.rules.push_back(rule.id);
        if (rule.kind == FaultKind::Break) plan.cut = cut_of(rule);
        if (rule.kind == FaultKind::Stall) {
            plan.pauses.push_back({position_of(rule), delay_of(rule)});
        }
        if (rule.kind == FaultKind::Corrupt) plan.corruption = corruption_of(rule);
    }
}

ConnectionPlan Faults::plan_connection() {
    ConnectionPlan plan;
    for (auto& rule : rules_) {
        if (!is_of_connection(rule) || !strikes(rule)) continue;
        if (rule.kind == FaultKind::Break && !plan.cut) plan.cut = cut_of(rule);
        if (rule.kind == FaultKind::Stall) {
            plan.pauses.push_back({position_of(rule), delay_of(rule)});
        }
        if (rule.kind == FaultKind::Tls) plan.handshake = rule.handshake;
    }
    return plan;
}

}  // namespace sandbox
