#include "cadence/verdict.hpp"

#include <algorithm>

#include "cadence/words.hpp"

namespace cadence {
namespace {

// The union of the intervals: ascending, disjoint, with a gap between any two.
std::vector<Interval> merged(std::vector<Interval> intervals) {
    std::sort(intervals.begin(), intervals.end(),
              [](const Interval& a, const Interval& b) { return a.start < b.start; });
    std::vector<Interval> result;
    for (const Interval& interval : intervals) {
        if (!result.empty() && interval.start <= result.back().end) {
            result.back().end = std::max(result.back().end, interval.end);
        } else {
            result.push_back(interval);
        }
    }
    return result;
}

bool lay_in_outages(const WindowFacts& facts) {
    return covered(facts.outages, facts.start, facts.end) * 2 > facts.end - facts.start;
}

bool is_first_with_grace(const WindowFacts& facts) {
    return facts.contains_activation && facts.first_window == FirstWindow::Grace;
}

bool is_ours(const ContextSeen& context, const std::string& metric, const std::string& key) {
    return context.metric.empty() || context.metric == metric || context.metric == key;
}

}  // namespace

Verdict judge(const WindowFacts& facts) {
    if (facts.count >= facts.required_count) return {VerdictKind::Met, "count_reached"};
    if (is_first_with_grace(facts)) return {VerdictKind::Excused, "first_window"};
    if (touches(facts.pauses, facts.start, facts.end)) return {VerdictKind::Excused, "pause"};
    if (facts.lock_ended) return {VerdictKind::Excused, "lock_ended"};
    if (facts.requirement_removed) return {VerdictKind::Excused, "requirement_removed"};
    if (lay_in_outages(facts)) return {VerdictKind::Excused, "outage"};
    if (facts.too_old) return {VerdictKind::Excused, "too_old"};
    return {VerdictKind::Missed, "count_not_reached"};
}

bool touches(const std::vector<Interval>& intervals, Instant start, Instant end) {
    return std::any_of(intervals.begin(), intervals.end(), [start, end](const Interval& interval) {
        // A pause that was resumed within its first millisecond still was one.
        const Instant interval_end = std::max(interval.end, interval.start + Duration{1});
        return start < end && interval.start < end && interval_end > start;
    });
}

Duration covered(const std::vector<Interval>& intervals, Instant start, Instant end) {
    Duration sum{0};
    for (const Interval& interval : merged(intervals)) {
        const Instant from = std::max(interval.start, start);
        const Instant to = std::min(interval.end, end);
        if (from < to) sum += to - from;
    }
    return sum;
}

Instant judge_at(Instant end, Duration grace, Instant enrolled_at,
                 const std::vector<Interval>& outages, Duration outage_grace) {
    Instant at = std::max(end, enrolled_at) + grace;
    for (const Interval& outage : merged(outages)) {
        // Both ends count: a backend could not hand in at the window's last instant.
        if (outage.start <= end && end <= outage.end) at = std::max(at, outage.end + outage_grace);
    }
    return at;
}

PunishedBy punished_by(const Rules& rules, const std::string& metric,
                       const std::vector<ContextSeen>& seen) {
    if (rules.owner == Owner::Platform) return PunishedBy::Platform;
    if (rules.owner == Owner::Nobody) return PunishedBy::Nobody;
    if (rules.owner == Owner::Daemon) return PunishedBy::Daemon;
    if (seen.empty()) return PunishedBy::NotKnownYet;
    const bool platform_punishes =
        std::any_of(seen.begin(), seen.end(), [&rules, &metric](const ContextSeen& context) {
            return context.punishes && is_ours(context, metric, rules.key);
        });
    return platform_punishes ? PunishedBy::Platform : PunishedBy::Daemon;
}

bool owes_punishment(const Verdict& verdict, const Rules& rules, bool past, bool punish_past) {
    if (verdict.kind != VerdictKind::Missed) return false;
    if (rules.punishment.type == PunishmentType::None) return false;
    return !past || punish_past;
}

const char* to_string(VerdictKind kind) { return words::word_of(words::kVerdictKinds, kind); }

}  // namespace cadence
