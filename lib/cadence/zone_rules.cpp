#include "cadence/zone_rules.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace cadence {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;
using std::chrono::year;
using Periods = std::vector<ZoneRules::Period>;

// RFC 8536 keeps offsets between -25 h and +26 h.
constexpr hours kLargestOffset{26};

// Far outside of anything that is asked for, and near enough that milliseconds cannot overflow.
constexpr LocalDate kFarthestPast{year{-30000} / 1 / 1};
constexpr LocalDate kFarthestFuture{year{30000} / 1 / 1};
// A little inside of the dates, so that the day after the last instant's is still told from it.
constexpr Instant kEarliest{kFarthestPast.time_since_epoch() + days{7}};
constexpr Instant kLatest{kFarthestFuture.time_since_epoch() - days{7}};

// The period that `instant` lies in. Halves without a branch on the data: instants come in any
// order, and a search that guesses wrong at each step costs three times as much.
Periods::const_iterator period_at(const Periods& periods, sys_seconds instant) {
    auto period = periods.begin();
    for (auto count = periods.end() - period; count > 1;) {
        const auto half = count / 2;
        period += (period + half)->begin <= instant ? half : 0;
        count -= half;
    }
    return period;
}

bool ascending(const Periods& periods) {
    return std::is_sorted(
        periods.begin(), periods.end(),
        [](const ZoneRules::Period& a, const ZoneRules::Period& b) { return a.begin < b.begin; });
}

}  // namespace

ZoneRules::ZoneRules(std::string name, std::string version, std::vector<Period> periods,
                     std::optional<std::chrono::sys_seconds> valid_until)
    : name_(std::move(name)),
      version_(std::move(version)),
      periods_(std::move(periods)),
      valid_until_(valid_until) {
    if (periods_.empty() || !ascending(periods_)) {
        std::fputs("ZoneRules: no periods, or not in ascending order\n", stderr);
        std::abort();
    }
    periods_.front().begin = sys_seconds::min();
}

const std::optional<std::chrono::sys_seconds>& ZoneRules::valid_until() const {
    return valid_until_;
}

Instant ZoneRules::day_start(LocalDate date) const {
    // Local midnight, read as if it were UTC: instant t reads `date` or later when t + offset >=
    // it.
    const auto midnight =
        sys_seconds{std::clamp(date, kFarthestPast, kFarthestFuture).time_since_epoch()};
    // No earlier period can hold it: its offset would have to be more than the largest.
    auto period = period_at(periods_, midnight - kLargestOffset);
    for (auto next = std::next(period); next != periods_.end(); period = next++) {
        if (midnight - period->offset < next->begin) break;
    }
    return std::max(period->begin, midnight - period->offset);
}

LocalDate ZoneRules::day_of(Instant instant) const {
    const auto bounded = std::clamp(instant, kEarliest, kLatest);
    const auto period = period_at(periods_, floor<seconds>(bounded));
    auto date = floor<days>(LocalDate{} + bounded.time_since_epoch() + period->offset);
    // After a fall-back over midnight the wall clock reads a day that is over already. No clock
    // falls back further than from the largest offset to its opposite.
    const bool is_long_since = period->begin < floor<seconds>(bounded) - 2 * kLargestOffset;
    while (!is_long_since && day_start(date + days{1}) <= bounded) date += days{1};
    return date;
}

std::chrono::seconds ZoneRules::offset_at(Instant instant) const {
    return period_at(periods_, floor<seconds>(instant))->offset;
}

}  // namespace cadence
