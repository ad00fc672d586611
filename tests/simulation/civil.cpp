#include "tests/simulation/civil.hpp"

#include <cstdio>

namespace simulation {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;

struct Date {
    int year{1970};
    int month{1};
    int day{1};
};

Date parse(const std::string& text) {
    Date date;
    std::sscanf(text.c_str(), "%d-%d-%d", &date.year, &date.month, &date.day);
    return date;
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int length_of(int year, int month) {
    constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : kLengths[month - 1];
}

// By counting, as one counts on a calendar.
std::int64_t days_to(const Date& date) {
    std::int64_t days = 0;
    for (int year = 1970; year < date.year; ++year) days += is_leap(year) ? 366 : 365;
    for (int month = 1; month < date.month; ++month) days += length_of(date.year, month);
    return days + date.day - 1;
}

// The first of January 1970 was a Thursday; Sunday is 0.
int weekday_of(std::int64_t days) { return static_cast<int>((days + 4) % 7); }

std::int64_t last_sunday(int year, int month) {
    auto const last = days_to({year, month, length_of(year, month)});
    return last - weekday_of(last);
}

std::int64_t nth_sunday(int year, int month, int nth) {
    auto const first = days_to({year, month, 1});
    return first + (7 - weekday_of(first)) % 7 + (nth - 1) * 7;
}

// Seconds east of Greenwich at the beginning of the date. The clocks move on Sundays, after
// midnight: that Sunday still begins as the day before it did.
std::int64_t offset_of(const Date& date, const std::string& zone) {
    if (zone == "UTC") return 0;
    auto const day = days_to(date);
    if (zone == "Europe/Berlin") {
        auto const summer = day > last_sunday(date.year, 3) && day <= last_sunday(date.year, 10);
        return (summer ? 2 : 1) * kHour;
    }
    auto const summer = day > nth_sunday(date.year, 3, 2) && day <= nth_sunday(date.year, 11, 1);
    return (summer ? -4 : -5) * kHour;
}

}  // namespace

std::int64_t days_of(const std::string& date) { return days_to(parse(date)); }

cadence::Instant midnight_of(const std::string& date, const std::string& zone) {
    auto const seconds = days_of(date) * kDay - offset_of(parse(date), zone);
    return cadence::Instant{std::chrono::seconds{seconds}};
}

std::int64_t local_day_of(cadence::Instant instant, const std::string& zone) {
    auto const day = std::chrono::floor<std::chrono::days>(instant + std::chrono::days{1});
    for (auto date = day;; date -= std::chrono::days{1}) {
        const std::chrono::year_month_day parts{date};
        char text[32];
        std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(parts.year()),
                      static_cast<unsigned>(parts.month()), static_cast<unsigned>(parts.day()));
        if (midnight_of(text, zone) <= instant) return date.time_since_epoch().count();
    }
}

}  // namespace simulation
