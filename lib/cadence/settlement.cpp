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

bool moves_time(WriteKind kind) {
    return kind == WriteKind::AddTime || kind == WriteKind::RemoveTime;
}

bool moves_frozen(WriteKind kind) {
    return kind == WriteKind::Freeze || kind == WriteKind::Unfreeze;
}

bool overlap(const Band& a, const Band& b) { return a.least <= b.most && b.least <= a.most; }

// How much time lies between the two, by our clock or by the lock's own, whichever says more: one
// of them may have been set back, or stood still. Negative: nobody knows.
Duration elapsed_between(const LockReading& baseline, const LockReading& read) {
    if (read.at < baseline.at) return read.at - baseline.at;
    const Duration ours = read.at - baseline.at + baseline.took;
    if (!baseline.time_locked_seconds || !read.time_locked_seconds) return ours;
    const seconds locks{*read.time_locked_seconds - *baseline.time_locked_seconds};
    return std::max<Duration>(ours, locks);
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

// A freeze, or the one that an unfreeze would end. Counted from before it began.
bool still_runs(const Write& write, const LockReading& baseline, Instant at) {
    return at < baseline.at + write.seconds;
}

Finding weigh_time(const Write& write, const LockReading& baseline, const LockReading& read) {
    const auto without = expected_band(write, baseline, read, 0);
    const auto with = expected_band(write, baseline, read, 1);
    if (!without || !with || overlap(*without, *with)) return Finding::Silent;
    if (with->contains(*read.time_remaining_seconds)) return Finding::For;
    return without->contains(*read.time_remaining_seconds) ? Finding::Against : Finding::Neither;
}

Finding weigh_frozen(const Write& write, const LockReading& baseline, const LockReading& read) {
    const bool wanted = write.kind == WriteKind::Freeze;
    if (!read.frozen || baseline.frozen.value_or(wanted) == wanted) return Finding::Silent;
    if (read.at < baseline.at) return Finding::Silent;
    if (!still_runs(write, baseline, read.at)) return Finding::Silent;
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

// Why no reading after `last` could say anything any more.
std::optional<std::string> why_too_late(const Write& write, const LockReading& baseline,
                                        const LockReading& last) {
    const Duration elapsed = elapsed_between(baseline, last);
    if (bands_overlap(write, baseline, elapsed)) return "bands_overlap";
    if (moves_frozen(write.kind) && !still_runs(write, baseline, last.at)) return "effect_over";
    return std::nullopt;
}

std::vector<Finding> weigh_all(const Write& write, const LockReading& baseline,
                               const std::vector<LockReading>& reads) {
    std::vector<Finding> findings;
    findings.reserve(reads.size());
    for (const LockReading& read : reads) findings.push_back(weigh(write, baseline, read));
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
    return reads.size() > 1 && reads.back().at >= given_up_at + kReads.back() &&
           reads.back().at - reads.front().at >= kApart;
}

Instant next_read(Instant given_up_at, const std::vector<LockReading>& reads) {
    const Instant due = given_up_at + kReads.at(std::min(reads.size(), kReads.size() - 1));
    return reads.empty() ? due : std::max(due, reads.back().at + kApart);
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

std::optional<Band> expected_band(const Write& write, const LockReading& baseline,
                                  const LockReading& read, int times) {
    if (!read.time_remaining_seconds) return std::nullopt;
    return band_after(write, baseline, elapsed_between(baseline, read), times);
}

Finding weigh(const Write& write, const LockReading& baseline, const LockReading& read) {
    if (moves_time(write.kind)) return weigh_time(write, baseline, read);
    if (moves_frozen(write.kind)) return weigh_frozen(write, baseline, read);
    return Finding::Silent;
}

bool shows_twice(const Write& write, const LockReading& baseline, const LockReading& read) {
    const auto once = expected_band(write, baseline, read, 1);
    const auto twice = expected_band(write, baseline, read, 2);
    const auto never = expected_band(write, baseline, read, 0);
    if (!never || !once || !twice) return false;
    const bool apart = !overlap(*never, *once) && !overlap(*once, *twice);
    return apart && twice->contains(*read.time_remaining_seconds);
}

std::optional<Instant> evidence_ends(const Write& write, const LockReading& baseline) {
    if (why_hopeless(write, baseline)) return std::nullopt;
    if (moves_frozen(write.kind)) return baseline.at + write.seconds;
    // The bands are apart while they have run less than the seconds and twice the tolerance.
    return baseline.at - baseline.took + write.seconds - 2 * seconds{kTolerance};
}

SettlingStep next_settling_step(const Write& write, const std::optional<LockReading>& baseline,
                                Instant given_up_at, const std::vector<LockReading>& reads) {
    if (auto reason = why_hopeless(write, baseline)) return undecided(*std::move(reason));
    if (reads.empty()) return read_at(next_read(given_up_at, reads));
    const auto findings = weigh_all(write, *baseline, reads);
    if (agree_on_applied(reads, findings)) return {Kind::Applied, {}, "agreeing_reads"};
    const auto all_are = [&findings](Finding finding) {
        return std::all_of(findings.begin(), findings.end(),
                           [finding](Finding one) { return one == finding; });
    };
    const Instant last = reads.back().at;
    const bool covered = minute_covered(given_up_at, reads);
    if (covered && all_are(Finding::Against)) return {Kind::NotApplied, {}, "never_seen"};
    if (auto reason = why_too_late(write, *baseline, reads.back()))
        return undecided(*std::move(reason));
    if (!covered) return read_at(next_read(given_up_at, reads));
    if (last >= given_up_at + kLastRead) return undecided("readings_disagree");
    return read_at(given_up_at + kLastRead);
}

}  // namespace cadence
