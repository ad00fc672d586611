// How a write whose answer never came is settled by looking at the lock: what a reading says, when
// to read again, and when there is enough of it. Pure: readings in, decision out.
//
// What is known beforehand is the baseline, read just before the write. A lock's remaining time may
// have run on since, or stood still (a frozen lock may not count down), so that "not applied" and
// "applied" are bands of values, not values. What neither explains, somebody else has done, and
// nothing is concluded from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/delivery.hpp"
#include "cadence/time.hpp"

namespace cadence {

// What a lock looked like at one moment. Every fact may be absent: the platform need not say.
struct LockReading {
    Instant at;  // ours, when the answer came
    std::optional<bool> frozen;
    std::optional<std::int64_t> time_remaining_seconds;
    std::optional<std::int64_t> time_locked_seconds;
    Duration took{0};  // to be answered: what it shows was so at some moment in between
    // What other writes of ours have added since the baseline that it is compared with (taken away:
    // negative): not looked at.
    std::int64_t others_seconds{0};
    std::optional<Instant> platform_time{};  // by its own clock, in whole seconds
};

enum class Finding {
    For,      // the write was applied
    Against,  // it was not
    Neither,  // somebody else has touched the lock
    Silent,   // this reading can say nothing about this write
};
[[nodiscard]] const char* to_string(Finding finding);  // for, against, neither, silent

// Whether a write of this kind shows in the remaining time; freeze and unfreeze show in `frozen`.
[[nodiscard]] bool moves_time(WriteKind kind);

// Remaining times, in seconds, both ends inclusive.
struct Band {
    std::int64_t least{0};
    std::int64_t most{0};
    [[nodiscard]] bool contains(std::int64_t value) const {
        return value >= least && value <= most;
    }
    friend bool operator==(const Band&, const Band&) = default;
};

// Where the remaining time lies if `write` was applied `times` times (0: not at all) between the
// two readings: [baseline - elapsed - 5 s, baseline + 5 s], moved by the write's seconds for each.
// Nothing for a write that does not move it, or where a reading does not tell the remaining time.
// Never below zero: a lock has no less time than none.
[[nodiscard]] std::optional<Band> expected_band(const Write& write, const LockReading& baseline,
                                                const LockReading& read, int times);

// What `read`, taken after the write, says of it. add_time and remove_time: by their bands, which
// are no evidence where they overlap. freeze and unfreeze: by `frozen`, if the write would have
// changed it and the freeze would still run, counted from the baseline. The pillory cannot be read
// back. `earlier`: how many attempts at the same write before the baseline have no known outcome;
// one that only arrives now is applied, too.
[[nodiscard]] Finding weigh(const Write& write, const LockReading& baseline,
                            const LockReading& read, int earlier = 0);

// How often `read` shows a write of which `attempts` were sent since the baseline; nothing unless
// it is more than once. By bands, and only where they don't overlap.
[[nodiscard]] std::optional<int> applied_too_often(const Write& write, const LockReading& baseline,
                                                   const LockReading& read, int attempts);

// From when on no reading can say anything of `write` any more: the bands of its two outcomes
// overlap, or what it would have changed is over. Nothing where readings say nothing from the
// start.
[[nodiscard]] std::optional<Instant> evidence_ends(const Write& write, const LockReading& baseline);

// What to do about an unknown write.
struct SettlingStep {
    enum class Kind {
        Read,        // again, at `read_at`
        Applied,     // two agreeing readings at least 8 s apart
        NotApplied,  // every reading up to a minute, and none ever for it
        Undecided,   // nothing can settle it: a person, or the rules' policy
    };
    Kind kind{Kind::Read};
    Instant read_at;  // of Read
    // A stable word. Applied: agreeing_reads; NotApplied: never_seen; Undecided:
    // cannot_be_read_back, no_baseline, frozen_before, effect_too_small, bands_overlap,
    // effect_over, readings_disagree.
    std::string reason;
    friend bool operator==(const SettlingStep&, const SettlingStep&) = default;
};

// `given_up_at`: when the attempt was found to have no known outcome. `reads`: those since, oldest
// first, and only complete ones. `earlier`: as for weigh(). The reads are due 2 s, 10 s and 60 s
// after that, and 5 min when those disagree; one that could not be made in time (no token lived) is
// made later, no two within 8 s of each other, and one more after a late one that is the first for
// it.
[[nodiscard]] SettlingStep next_settling_step(const Write& write,
                                              const std::optional<LockReading>& baseline,
                                              Instant given_up_at,
                                              const std::vector<LockReading>& reads,
                                              int earlier = 0);

}  // namespace cadence
