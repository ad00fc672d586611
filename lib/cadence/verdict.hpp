// The verdict over one window, and whether its miss is punished. Pure: facts in,
// decision out; whoever stores it does so in one transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"

namespace cadence {

enum class VerdictKind { Met, Missed, Excused };

// Reasons are stable words: they are stored, shown and relied upon.
//   met: count_reached · missed: count_not_reached
//   excused: first_window, pause, lock_ended, requirement_removed, outage, too_old
struct Verdict {
    VerdictKind kind{VerdictKind::Met};
    std::string reason;
    friend bool operator==(const Verdict&, const Verdict&) = default;
};

struct Interval {
    Instant start;
    Instant end;  // exclusive
};

struct WindowFacts {
    Instant start;
    Instant end;
    std::int64_t count{0};
    int required_count{1};
    bool contains_activation{false};
    FirstWindow first_window{FirstWindow::Grace};
    bool lock_ended{false};           // the lock session ended before the window did
    bool requirement_removed{false};  // the operator took the requirement away before the end
    bool too_old{false};              // ended more than proof_max_age before enrolment
    std::vector<Interval> pauses;     // of the lock session, any order, may overlap
    std::vector<Interval> outages;    // of the daemon, any order, may overlap
};

// What the window is at end + grace. Met beats every excuse; an excuse beats missed.
[[nodiscard]] Verdict judge(const WindowFacts& facts);

// Whether any of the intervals touches [start, end). An instant suffices.
[[nodiscard]] bool touches(const std::vector<Interval>& intervals, Instant start, Instant end);

// How much of [start, end) the union of the intervals covers.
[[nodiscard]] Duration covered(const std::vector<Interval>& intervals, Instant start, Instant end);

// When a window is judged: end + grace; `grace` after enrolment if it ended before that; and for
// one that ended inside an outage, not before that outage's end + outage_grace.
[[nodiscard]] Instant judge_at(Instant end, Duration grace, Instant enrolled_at,
                               const std::vector<Interval>& outages, Duration outage_grace);

// What one look at a session context said of one of the platform's own requirements.
struct ContextSeen {
    Instant at;
    // Of the platform's requirement; empty where it has none, and, when it punishes, where it could
    // not be read: such a one may be ours.
    std::string metric;
    bool punishes{false};  // enabled, and with a punishment other than none
};

enum class PunishedBy { Daemon, Platform, Nobody, NotKnownYet };

// Who punishes a miss of this window. `seen`: the last context before the window's end, if any, and
// every one since, oldest first. With `owner = auto` the platform does when any of them says that
// its requirement punishes and its metric is ours or our key; without any it is NotKnownYet.
[[nodiscard]] PunishedBy punished_by(const Rules& rules, const std::string& metric,
                                     const std::vector<ContextSeen>& seen);

// Whether a missed window gets a punishment row at all. `past`: it ended before its enrolment.
[[nodiscard]] bool owes_punishment(const Verdict& verdict, const Rules& rules, bool past,
                                   bool punish_past);

[[nodiscard]] const char* to_string(VerdictKind kind);

}  // namespace cadence
