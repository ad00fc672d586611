#include "daemon/routes/rfc3339.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>

namespace cadenced::wire {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr cadence::Instant kEarliest{};
constexpr cadence::Instant kLatest{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} +
                                   hours{24} - cadence::Duration{1}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes the text apart from the left; every step fails for good once one has failed.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    // Exactly `count` digits, as a number from `least` to `most`.
    int number(std::size_t count, int least, int most) {
        if (rest_.size() < count) return fail();
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!is_digit(rest_[i])) return fail();
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(count);
        if (value < least || value > most) return fail();
        return value;
    }

    // One of these characters; which one.
    char one_of(std::string_view allowed) {
        if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
            fail();
            return '\0';
        }
        const char taken = rest_.front();
        rest_.remove_prefix(1);
        return taken;
    }

    // ".25" as 250 ms, nothing as 0; one to nine digits.
    cadence::Duration fraction() {
        if (rest_.empty() || rest_.front() != '.') return cadence::Duration{0};
        rest_.remove_prefix(1);
        std::size_t digits = 0;
        int ms = 0;
        while (digits < rest_.size() && is_digit(rest_[digits])) {
            if (digits < 3) ms = ms * 10 + (rest_[digits] - '0');
            ++digits;
        }
        rest_.remove_prefix(digits);
        if (digits == 0 || digits > 9) fail();
        for (std::size_t i = digits; i < 3; ++i) ms *= 10;
        return cadence::Duration{ms};
    }

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool finished() const { return !failed_ && rest_.empty(); }

  private:
    int fail() {
        failed_ = true;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool failed_{false};
};

std::optional<std::chrono::year_month_day> take_date(Cursor& cursor) {
    const int year = cursor.number(4, 1900, 9999);
    cursor.one_of("-");
    const int month = cursor.number(2, 1, 12);
    cursor.one_of("-");
    const int day = cursor.number(2, 1, 31);
    if (cursor.failed()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    return date;
}

minutes take_offset(Cursor& cursor) {
    const char sign = cursor.one_of("Zz+-");
    if (sign != '+' && sign != '-') return minutes{0};
    const int hour = cursor.number(2, 0, 23);
    cursor.one_of(":");
    const int minute = cursor.number(2, 0, 59);
    const minutes offset = hours{hour} + minutes{minute};
    return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<cadence::Instant> parse_instant(std::string_view text) {
    Cursor cursor(text);
    const auto date = take_date(cursor);
    if (!date) return std::nullopt;
    cursor.one_of("Tt");
    const int hour = cursor.number(2, 0, 23);
    cursor.one_of(":");
    const int minute = cursor.number(2, 0, 59);
    cursor.one_of(":");
    const int second = cursor.number(2, 0, 59);
    const cadence::Duration fraction = cursor.fraction();
    const minutes offset = take_offset(cursor);
    if (!cursor.finished()) return std::nullopt;
    const cadence::Instant instant = cadence::Instant{std::chrono::sys_days{*date}} + hours{hour} +
                                     minutes{minute} + seconds{second} + fraction - offset;
    if (instant < kEarliest || instant > kLatest) return std::nullopt;
    return instant;
}

std::optional<cadence::LocalDate> parse_date(std::string_view text) {
    Cursor cursor(text);
    const auto date = take_date(cursor);
    if (!date || !cursor.finished()) return std::nullopt;
    return cadence::LocalDate{*date};
}

std::string to_text(cadence::LocalDate date) {
    const std::chrono::year_month_day day{date};
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                       static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
}

std::string to_text(cadence::Instant instant) {
    const auto midnight = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::hh_mm_ss time{instant - midnight};
    const cadence::LocalDate date{midnight.time_since_epoch()};
    std::string text = fmt::format("{}T{:02}:{:02}:{:02}", to_text(date), time.hours().count(),
                                   time.minutes().count(), time.seconds().count());
    if (time.subseconds().count() != 0) {
        text += fmt::format(".{:03}", time.subseconds().count());
    }
    return text + "Z";
}

}  // namespace cadenced::wire
