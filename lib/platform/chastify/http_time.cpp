#include "platform/chastify/http_time.hpp"

#include <date/date.h>

#include <algorithm>
#include <charconv>
#include <locale>
#include <sstream>
#include <string_view>

namespace chastify {
namespace {

using cadence::Duration;
using cadence::Instant;

constexpr Duration kLongest = std::chrono::hours{24 * 365};

std::optional<std::chrono::seconds> parse_seconds(const std::string& text) {
    const bool digits = !text.empty() && std::all_of(text.begin(), text.end(),
                                                     [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) return std::nullopt;
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc::result_out_of_range) return std::chrono::seconds::max();
    return std::chrono::seconds{number};
}

unsigned number_at(std::string_view text, std::size_t begin, std::size_t digits) {
    unsigned number = 0;
    std::from_chars(text.data() + begin, text.data() + begin + digits, number);
    return number;
}

bool has_usual_shape(std::string_view text) {
    constexpr std::string_view kShape = "aaa, 00 aaa 0000 00:00:00 GMT";
    return std::equal(text.begin(), text.end(), kShape.begin(), kShape.end(), [](char c, char s) {
        return s == 'a' || (s == '0' ? c >= '0' && c <= '9' : c == s);
    });
}

// The form that every answer bears, without a stream, which would cost more than all the rest of
// reading the answer. What is not exactly of that form is nothing here.
std::optional<Instant> parse_usual_form(std::string_view text) {
    if (!has_usual_shape(text)) return std::nullopt;
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
    const auto month = kMonths.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year{static_cast<int>(number_at(text, 12, 4))},
        std::chrono::month{static_cast<unsigned>(month / 3) + 1},
        std::chrono::day{number_at(text, 5, 2)}};
    const std::chrono::hours hours{number_at(text, 17, 2)};
    const std::chrono::minutes minutes{number_at(text, 20, 2)};
    const std::chrono::seconds seconds{number_at(text, 23, 2)};
    if (!date.ok() || hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) {
        return std::nullopt;
    }
    const std::chrono::sys_days day{date};
    const auto weekday = std::size_t{std::chrono::weekday{day}.c_encoding()};
    if (kWeekdays.substr(3 * weekday, 3) != text.substr(0, 3)) return std::nullopt;
    return Instant{(day + hours + minutes + seconds).time_since_epoch()};
}

}  // namespace

std::optional<Instant> parse_http_date(const std::string& text) {
    if (const auto usual = parse_usual_form(text)) return usual;
    for (const char* format :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::istringstream stream(text);
        stream.imbue(std::locale::classic());
        date::sys_seconds seconds;
        stream >> date::parse(format, seconds);
        const bool whole =
            !stream.fail() && stream.peek() == std::istringstream::traits_type::eof();
        if (whole) return Instant{seconds.time_since_epoch()};
    }
    return std::nullopt;
}

std::optional<Duration> parse_retry_after(const std::string& text, Instant reference) {
    if (const auto seconds = parse_seconds(text)) {
        return std::min<std::chrono::seconds>(*seconds,
                                              std::chrono::floor<std::chrono::seconds>(kLongest));
    }
    const auto date = parse_http_date(text);
    if (!date) return std::nullopt;
    return std::clamp(*date - reference, Duration{0}, kLongest);
}

}  // namespace chastify
