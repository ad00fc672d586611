// The time types of the whole project. Instants are UTC with a resolution of one millisecond, which
// is what the ledger stores; dates are local and carry no zone. Nothing here reads a clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace cadence {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Duration>;
using LocalDate = std::chrono::local_days;
// Monotonic: for deadlines, limits and back-off, which a step of the wall clock must not move.
using Monotonic = std::chrono::steady_clock::time_point;

// A wall clock that shows an earlier time has lost it: no ledger of ours is that old.
constexpr Instant kEarliestPlausible{std::chrono::sys_days{std::chrono::year{2024} / 1 / 1}};

// Milliseconds since 1970-01-01T00:00:00Z, the ledger's representation.
[[nodiscard]] constexpr std::int64_t to_ms(Instant instant) {
    return instant.time_since_epoch().count();
}
[[nodiscard]] constexpr Instant from_ms(std::int64_t ms) { return Instant{Duration{ms}}; }

}  // namespace cadence
