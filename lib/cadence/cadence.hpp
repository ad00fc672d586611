// "Every N days" and "every N weeks" in one zone: the grid of windows that a requirement is judged
// by. Pure arithmetic; nothing here knows of proofs or verdicts.
#pragma once

#include <compare>
#include <cstdint>

#include "cadence/error.hpp"
#include "cadence/time.hpp"
#include "cadence/zone_rules.hpp"

namespace cadence {

enum class CadenceUnit { Day, Week };

struct Cadence {
    CadenceUnit unit{CadenceUnit::Day};
    int every{1};  // 1..366 (requirement.hpp allows 52 weeks)
    std::chrono::weekday week_start{std::chrono::Monday};  // of weeks; ignored for days
    LocalDate anchor{};  // the date that window 0 starts on or after

    friend bool operator==(const Cadence&, const Cadence&) = default;
};

// Half-open [start, end); empty when they are equal (a skipped local date), and never judged then.
struct WindowBounds {
    std::int64_t index{0};
    Instant start;
    Instant end;
    LocalDate local_start;
    LocalDate local_end;  // exclusive

    [[nodiscard]] bool empty() const { return start == end; }
    friend bool operator==(const WindowBounds&, const WindowBounds&) = default;
};

// Window k of the cadence's grid: the dates [A + kN, A + (k+1)N). Any index, also negative.
// Errors: InvalidArgument when the zone's explicit rules do not reach the window's end.
[[nodiscard]] Result<WindowBounds> window_by_index(const ZoneRules& zone, const Cadence& cadence,
                                                   std::int64_t index);

// The window that contains `instant`; never an empty one. Errors as above.
[[nodiscard]] Result<WindowBounds> window_containing(const ZoneRules& zone, const Cadence& cadence,
                                                     Instant instant);

// The window after one that ended at `end` on the same grid, skipping empty ones.
[[nodiscard]] Result<WindowBounds> window_after(const ZoneRules& zone, const Cadence& cadence,
                                                Instant end);

// The first window of a new generation (its zone, cadence or anchor differ from the one before):
// it starts where the open window ends, wherever that falls in the new grid, and ends at the first
// boundary of the new grid that makes it at least half a cadence long, elapsed time, a tie
// included. Its index is that of the grid window it ends with; local_start is the local day of
// `start`.
[[nodiscard]] Result<WindowBounds> first_window_of_generation(const ZoneRules& zone,
                                                              const Cadence& cadence,
                                                              Instant start);

// Half of N x 24 h or N x 168 h.
[[nodiscard]] Duration half_length(const Cadence& cadence);

}  // namespace cadence
