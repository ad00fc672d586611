#include "cadence/settlement.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cadence {
namespace {

using std::chrono::seconds;
using Kind = SettlingStep::Kind;

constexpr std::int64_t kTolerance = 5;  // seconds: clocks, rounding, the way of an answer
constexpr seconds kApart{8};
constexpr std::array<seconds, 3> kReads{seconds{2}, seconds{10}, seconds{60}};
constexpr seconds kLastRead{300};

bool moves_frozen(WriteKind kind) {
    return kind == WriteKind::Freeze || kind == WriteKind::Unfreeze;
}

bool overlap(const Band& a, const Band& b) { return a.least <= b.most && b.least <= a.most; }

// How much time lies between the two, by our clock, the lock's own or the platform's, whichever
// says most: ours may have been set back, or was wrong when the machine came up; the lock's may
// have stood still. Negative: nobody knows.
Duration elapsed_between(const LockReading& baseline, const LockReading& read) {
    Duration elapsed = read.at - baseline.at;
    if (baseline.time_locked_seconds && read.time_locked_seconds) {
        const seconds locks{*read.time_locked_seconds - *baseline.time_locked_seconds};
        elapsed = std::max<Duration>(elapsed, locks);
    }
    if (baseline.platform_time && read.platform_time) {
        elapsed = std::max(elapsed, *read.platform_time - *baseline.platform_time);
    }
    return elapsed < Duration::zero() ? elapsed : elapsed + baseline.took;
}

// Without a reading's own value: how far the lock may have run on from the baseline.
std::optional<Band> band_after(const Write& write, const LockReading& baseline, Duration elapsed,
                               int times) {
    if (!moves_time(write.kind) || !baseline.time_remaining_seconds) return std::nullopt;
    if (elapsed < Duration::zero()) return std::nullopt;
    const std::int64_t run = std::chrono::ceil<seconds>(elapsed).count();
    const std::int64_t one = write.seconds.count();
    const std::int64_t moved = times * (write.kind == WriteKind::AddTime ? one : -one);
    const std::int64_t before = *baseline.time_remaining_seconds;
    const auto clamped = [](std::int64_t value) { return std::max<std::int64_t>(value, 0); };
    return Band{clamped(before - run - kTolerance + moved), clamped(before + kTolerance + moved)};
}

// Elapsed time only grows, and the bands with it: where they overlap now, they always will.
bool bands_overlap(const Write& write, const LockReading& baseline, Duration elapsed) {
    const auto without = band_after(write, baseline, elapsed, 0);
    const auto with = band_after(write, baseline, elapsed, 1);
    return without && with && overlap(*without, *with);
}

// A lock that is overdue may count below zero; the bands don't.
std::int64_t own_time(const LockReading& read) {
    return std::max<std::int64_t>(*read.time_remaining_seconds - read.others_seconds, 0);
}

Finding weigh_time(const Write& write, const LockReading& baseline, const LockReading& read,
                   int earlier) {
    const auto without = expected_band(write, baseline, read, 0);
    const auto with = expected_band(write, baseline, read, 1);
    if (!without || !with || overlap(*without, *with)) return Finding::Silent;
    for (int times = 1; times <= 1 + earlier; ++times) {
        if (expected_band(write, baseline, read, times)->contains(own_time(read)))
            return Finding::For;
    }
    return without->contains(own_time(read)) ? Finding::Against : Finding::Neither;
}

Finding weigh_frozen(const Write& write, const LockReading& baseline, const LockReading& read) {
    const bool wanted = write.kind == WriteKind::Freeze;
    if (!read.frozen || baseline.frozen.value_or(wanted) == wanted) return Finding::Silent;
    const Duration elapsed = elapsed_between(baseline, read);
    if (elapsed < Duration::zero() || elapsed >= write.seconds) return Finding::Silent;
    return *read.frozen == wanted ? Finding::For : Finding::Against;
}

SettlingStep undecided(std::string reason) { return {Kind::Undecided, {}, std::move(reason)}; }
SettlingStep read_at(Instant at) { return {Kind::Read, at, {}}; }

// Why no reading could ever settle it; nothing where one may.
std::optional<std::string> why_hopeless(const Write& write,
                                        const std::optional<LockReading>& baseline) {
    if (!moves_time(write.kind) && !moves_frozen(write.kind)) return "cannot_be_read_back";
    if (moves_time(write.kind)) {
        if (!baseline || !baseline->time_remaining_seconds) return "no_baseline";
        if (bands_overlap(write, *baseline, baseline->took)) return "effect_too_small";
        return std::nullopt;
    }
    if (!baseline || !baseline->frozen) return "no_baseline";
    if (*baseline->frozen != (write.kind == WriteKind::Freeze)) return std::nullopt;
    return write.kind == WriteKind::Freeze ? "frozen_before" : "effect_over";
}

// Why no reading could say anything any more once so much time has gone by.
std::optional<std::string> why_too_late(const Write& write, const LockReading& baseline,
                                        Duration elapsed) {
    if (bands_overlap(write, baseline, elapsed)) return "bands_overlap";
    if (moves_frozen(write.kind) && elapsed >= write.seconds) return "effect_over";
    return std::nullopt;
}

std::vector<Finding> weigh_all(const Write& write, const LockReading& baseline,
                               const std::vector<LockReading>& reads, int earlier) {
    std::vector<Finding> findings;
    findings.reserve(reads.size());
    for (const LockReading& read : reads) findings.push_back(weigh(write, baseline, read, earlier));
    return findings;
}

// The latest ones agree that it was applied, over eight seconds and more. Silent ones don't count.
bool agree_on_applied(const std::vector<LockReading>& reads, const std::vector<Finding>& findings) {
    std::optional<Instant> latest;
    for (std::size_t i = reads.size(); i-- > 0;) {
        if (findings[i] == Finding::Silent) continue;
        if (findings[i] != Finding::For) return false;
        if (!latest) latest = reads[i].at;
        if (*latest - reads[i].at >= kApart) return true;
    }
    return false;
}

// Whether the minute in which a write may still arrive has been looked at.
bool minute_covered(Instant given_up_at, const std::vector<LockReading>& reads) {
    return reads.size() > 1 && reads.back().at - reads.back().took >= given_up_at + kReads.back() &&
           reads.back().at - reads.front().at >= kApart;
}

Instant next_read(Instant given_up_at, const std::vector<LockReading>& reads) {
    const Instant due = given_up_at + kReads.at(std::min(reads.size(), kReads.size() - 1));
    return std::max(due, reads.back().at + kApart);
}

SettlingStep first_read(const Write& write, const LockReading& baseline, Instant given_up_at) {
    const Instant next = given_up_at + kReads.front();
    const Duration elapsed = next - baseline.at + baseline.took;
    if (auto reason = why_too_late(write, baseline, elapsed)) return undecided(*std::move(reason));
    return read_at(next);
}

}  // namespace

const char* to_string(Finding finding) {
    switch (finding) {
        case Finding::For:
            return "for";
        case Finding::Against:
            return "against";
        case Finding::Neither:
            return "neither";
        case Finding::Silent:
            return "silent";
    }
    return "silent";
}

bool moves_time(WriteKind kind) {
    return kind == WriteKind::AddTime || kind == WriteKind::RemoveTime;
}

std::optional<Band> expected_band(const Write& write, const LockReading& baseline,
                                  const LockReading& read, int times) {
    if (!read.time_remaining_seconds) return std::nullopt;
    return band_after(write, baseline, elapsed_between(baseline, read), times);
}

Finding weigh(const Write& write, const LockReading& baseline, const LockReading& read,
              int earlier) {
    if (moves_time(write.kind)) return weigh_time(write, baseline, read, earlier);
    if (moves_frozen(write.kind)) return weigh_frozen(write, baseline, read);
    return Finding::Silent;
}

std::optional<int> applied_too_often(const Write& write, const LockReading& baseline,
                                     const LockReading& read, int attempts) {
    const auto never = expected_band(write, baseline, read, 0);
    auto before = expected_band(write, baseline, read, 1);
    if (!never || overlap(*never, *before)) return std::nullopt;
    for (int times = 2; times <= attempts; ++times) {
        const auto band = expected_band(write, baseline, read, times);
        if (overlap(*before, *band)) return std::nullopt;
        if (band->contains(own_time(read))) return times;
        before = band;
    }
    return std::nullopt;
}

std::optional<Instant> evidence_ends(const Write& write, const LockReading& baseline) {
    if (why_hopeless(write, baseline)) return std::nullopt;
    if (moves_frozen(write.kind)) return baseline.at - baseline.took + write.seconds;
    // The bands are apart while they have run less than the seconds and twice the tolerance.
    return baseline.at - baseline.took + write.seconds - 2 * seconds{kTolerance};
}

SettlingStep next_settling_step(const Write& write, const std::optional<LockReading>& baseline,
                                Instant given_up_at, const std::vector<LockReading>& reads,
                                int earlier) {
    if (auto reason = why_hopeless(write, baseline)) return undecided(*std::move(reason));
    if (reads.empty()) return first_read(write, *baseline, given_up_at);
    const auto findings = weigh_all(write, *baseline, reads, earlier);
    if (agree_on_applied(reads, findings)) return {Kind::Applied, {}, "agreeing_reads"};
    const auto all_are = [&findings](Finding finding) {
        return std::all_of(findings.begin(), findings.end(),
                           [finding](Finding one) { return one == finding; });
    };
    const bool covered = minute_covered(given_up_at, reads);
    if (covered && all_are(Finding::Against)) return {Kind::NotApplied, {}, "never_seen"};
    const Instant last = reads.back().at;
    const bool is_last = last >= given_up_at + kLastRead;
    // The first one that shows it, and it is late: another may agree.
    const bool one_more = is_last && findings.back() == Finding::For;
    if (covered && is_last && !one_more) {
        return undecided(why_too_late(write, *baseline, elapsed_between(*baseline, reads.back()))
                             .value_or("readings_disagree"));
    }
    const Instant next = !covered   ? next_read(given_up_at, reads)
                         : one_more ? last + kApart
                                    : std::max(given_up_at + kLastRead, last + kApart);
    const Duration by_then = elapsed_between(*baseline, reads.back()) + (next - last);
    if (auto reason = why_too_late(write, *baseline, by_then)) return undecided(*std::move(reason));
    return read_at(next);
}

}  // namespace cadence
