#include "platform/chastify/http_time.hpp"

#include <date/date.h>

#include <algorithm>
#include <charconv>
#include <locale>
#include <sstream>

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

}  // namespace

std::optional<Instant> parse_http_date(const std::string& text) {
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
