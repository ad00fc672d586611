// Civil time as a wall calendar and the two laws on summer time have it, for checking the windows
// that the daemon makes. Shares nothing with lib/cadence.
#pragma once

#include <string>

#include "cadence/time.hpp"

namespace simulation {

// The midnight that begins the local date `date` ("2026-03-29") in UTC, Europe/Berlin or
// America/New_York; neither law moves a clock at midnight.
[[nodiscard]] cadence::Instant midnight_of(const std::string& date, const std::string& zone);

// The local date of an instant there, as days from 1970-01-01.
[[nodiscard]] std::int64_t local_day_of(cadence::Instant instant, const std::string& zone);

// Days from 1970-01-01.
[[nodiscard]] std::int64_t days_of(const std::string& date);

}  // namespace simulation
