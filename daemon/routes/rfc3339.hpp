// Instants and dates as text: RFC 3339, strictly, with an offset or Z. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cadence/time.hpp"

namespace cadenced::wire {

// "2026-03-01T08:00:00Z", "2026-03-01T09:00:00.250+01:00". Years 1970 to 9999; a fraction finer
// than a millisecond is cut. Nothing: another form, a date that does not exist, a leap second, no
// offset.
[[nodiscard]] std::optional<cadence::Instant> parse_instant(std::string_view text);

// "YYYY-MM-DD", years 1900 to 9999, and a date that exists.
[[nodiscard]] std::optional<cadence::LocalDate> parse_date(std::string_view text);

// UTC with Z; milliseconds only where there are any.
[[nodiscard]] std::string to_text(cadence::Instant instant);
[[nodiscard]] std::string to_text(cadence::LocalDate date);

}  // namespace cadenced::wire
