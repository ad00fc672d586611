#include "cadence/cadence.hpp"

#include <cstdio>
#include <optional>
#include <string>

namespace cadence {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::year;

// Windows are made for dates of four digits, which is what the ledger and the wire can hold.
constexpr LocalDate kFirstDate{year{-9999} / 1 / 1};
constexpr LocalDate kLastDate{year{9999} / 12 / 31};
constexpr Instant kFirstInstant{kFirstDate.time_since_epoch()};
constexpr Instant kLastInstant{kLastDate.time_since_epoch()};
// What the arithmetic takes; how much of it an operator may ask for is decided in requirement.cpp.
constexpr int kLargestEvery = 366;
// More windows of one day than lie between them; an index times 366 weeks stays far from overflow.
constexpr std::int64_t kMostWindows = 2 * 7'400'000;

std::string to_text(std::chrono::year_month_day date) {
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

std::optional<Error> wrong_in(const Cadence& cadence) {
    if (cadence.every < 1 || cadence.every > kLargestEvery) {
        return Error{ErrorCode::InvalidArgument,
                     "a cadence's \"every\" must be 1 to " + std::to_string(kLargestEvery) +
                         ", not " + std::to_string(cadence.every),
                     "cadence.every"};
    }
    if (cadence.unit == CadenceUnit::Week && !cadence.week_start.ok()) {
        return Error{ErrorCode::InvalidArgument, "the week must start on one of seven weekdays",
                     "weekStart"};
    }
    if (cadence.anchor < kFirstDate || cadence.anchor > kLastDate) {
        return Error{ErrorCode::InvalidArgument,
                     "the anchor date must lie between the years -9999 and 9999", "anchorDate"};
    }
    return std::nullopt;
}

auto out_of_range() {
    return fail(ErrorCode::InvalidArgument,
                "windows are made between the years -9999 and 9999 only");
}

auto beyond_rules(const ZoneRules& zone, LocalDate local_end) {
    const auto last = std::chrono::floor<days>(*zone.valid_until());
    return fail(ErrorCode::InvalidArgument,
                "zone " + zone.name() + ": this zone's explicit rules end at " + to_text(last) +
                    ", before the window that ends on " +
                    to_text(std::chrono::year_month_day{local_end}) +
                    "; install tzdata with 'fat' files (explicit transitions), or name a zone "
                    "without daylight saving",
                "timezone");
}

days length_of(const Cadence& cadence) {
    return days{cadence.unit == CadenceUnit::Week ? 7 * cadence.every : cadence.every};
}

// The date that window 0 starts on.
LocalDate origin_of(const Cadence& cadence) {
    if (cadence.unit == CadenceUnit::Day) return cadence.anchor;
    return cadence.anchor - (std::chrono::weekday{cadence.anchor} - cadence.week_start);
}

std::int64_t floor_divide(std::int64_t dividend, std::int64_t divisor) {
    const auto quotient = dividend / divisor;
    return dividend % divisor < 0 ? quotient - 1 : quotient;
}

Result<WindowBounds> bounds_of(const ZoneRules& zone, const Cadence& cadence, std::int64_t index) {
    if (index < -kMostWindows || index > kMostWindows) return out_of_range();
    const auto length = length_of(cadence);
    const auto local_start = origin_of(cadence) + length * index;
    const auto local_end = local_start + length;
    if (local_start < kFirstDate || local_end > kLastDate) return out_of_range();
    const auto end = zone.day_start(local_end);
    // At the very instant of the unknown change the clock may fall back and the day begin later.
    if (zone.valid_until() && end >= *zone.valid_until()) return beyond_rules(zone, local_end);
    return WindowBounds{index, zone.day_start(local_start), end, local_start, local_end};
}

}  // namespace

Result<WindowBounds> window_by_index(const ZoneRules& zone, const Cadence& cadence,
                                     std::int64_t index) {
    if (auto error = wrong_in(cadence)) return tl::unexpected(*std::move(error));
    return bounds_of(zone, cadence, index);
}

Result<WindowBounds> window_containing(const ZoneRules& zone, const Cadence& cadence,
                                       Instant instant) {
    if (auto error = wrong_in(cadence)) return tl::unexpected(*std::move(error));
    if (instant < kFirstInstant || instant > kLastInstant) return out_of_range();
    const auto distance = zone.day_of(instant) - origin_of(cadence);
    return bounds_of(zone, cadence, floor_divide(distance.count(), length_of(cadence).count()));
}

Result<WindowBounds> window_after(const ZoneRules& zone, const Cadence& cadence, Instant end) {
    // The window that contains the end of one is the next that is not empty.
    return window_containing(zone, cadence, end);
}

Result<WindowBounds> first_window_of_generation(const ZoneRules& zone, const Cadence& cadence,
                                                Instant start) {
    auto window = window_containing(zone, cadence, start);
    while (window && window->end - start < half_length(cadence)) {
        window = window_after(zone, cadence, window->end);
    }
    if (window) {
        window->start = start;
        window->local_start = zone.day_of(start);
    }
    return window;
}

Duration half_length(const Cadence& cadence) { return length_of(cadence).count() * hours{12}; }

}  // namespace cadence
