// Small zones with known oddities, made by hand from the public record, and shorthand for dates.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cadence/zone_rules.hpp"

namespace samples {

using namespace std::chrono_literals;
using cadence::Instant;
using cadence::LocalDate;

constexpr LocalDate day(int year, unsigned month, unsigned day_of_month) {
    return LocalDate{std::chrono::year{year} / static_cast<int>(month) /
                     static_cast<int>(day_of_month)};
}

constexpr Instant utc(int year, unsigned month, unsigned day_of_month,
                      std::chrono::milliseconds time = 0ms) {
    return Instant{day(year, month, day_of_month).time_since_epoch() + time};
}

struct Change {
    Instant at;
    std::chrono::seconds offset;
};

inline cadence::ZoneRules make_zone(std::string name, std::chrono::seconds first,
                                    const std::vector<Change>& changes) {
    std::vector<cadence::ZoneRules::Period> periods{{std::chrono::sys_seconds::min(), first}};
    for (const auto& change : changes) {
        periods.push_back({std::chrono::floor<std::chrono::seconds>(change.at), change.offset});
    }
    return {std::move(name), "sample:0", std::move(periods), std::nullopt};
}

inline cadence::ZoneRules utc_zone() { return make_zone("Etc/UTC", 0s, {}); }

// Local mean time until 1893-04-01, and the changes of 2024.
inline cadence::ZoneRules berlin() {
    return make_zone("Europe/Berlin", 3208s,
                     {{utc(1893, 3, 31, 23h + 6min + 32s), 1h},
                      {utc(2024, 3, 31, 1h), 2h},
                      {utc(2024, 10, 27, 1h), 1h}});
}

// Springs forward at 00:00 on 2023-04-28, falls back from 24:00 to 23:00 on 2023-10-26.
inline cadence::ZoneRules cairo() {
    return make_zone("Africa/Cairo", 2h,
                     {{utc(2023, 4, 27, 22h), 3h}, {utc(2023, 10, 26, 21h), 2h}});
}

// Falls back over midnight: 2023-11-05 00:00 to 2023-11-04 23:00, as Newfoundland's 00:01 did until
// 2011, but a minute after midnight.
inline cadence::ZoneRules st_johns() {
    return make_zone("America/St_Johns", -(2h + 30min),
                     {{utc(2010, 11, 7, 2h + 31min), -(3h + 30min)}});
}

// Crossed the date line: 2011-12-30 did not exist.
inline cadence::ZoneRules apia() {
    return make_zone("Pacific/Apia", -10h, {{utc(2011, 12, 30, 10h), 14h}});
}

// Crossed it the other way: 1867-10-18 came twice (rounded to hours).
inline cadence::ZoneRules sitka() {
    return make_zone("America/Sitka", 15h, {{utc(1867, 10, 18, 1h), -9h}});
}

}  // namespace samples
