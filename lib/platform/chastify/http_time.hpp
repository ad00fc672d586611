// The two places where HTTP speaks of time: Date and Retry-After (RFC 9110). Pure.
#pragma once

#include <optional>
#include <string>

#include "cadence/time.hpp"

namespace chastify {

// Any of the three forms that a recipient must understand; nothing when it is none of them.
[[nodiscard]] std::optional<cadence::Instant> parse_http_date(const std::string& text);

// Seconds, or a date relative to `reference` (the answer's own Date where it has one). One that has
// passed is zero; at most a year, so that whoever adds it to a time cannot overflow.
[[nodiscard]] std::optional<cadence::Duration> parse_retry_after(const std::string& text,
                                                                 cadence::Instant reference);

}  // namespace chastify
