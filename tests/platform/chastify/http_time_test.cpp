#include "platform/chastify/http_time.hpp"

#include <gtest/gtest.h>

#include <cstdio>

namespace {

using namespace chastify;
using namespace std::chrono_literals;
using cadence::from_ms;

constexpr cadence::Instant kExample = from_ms(784'111'777'000);  // 1994-11-06T08:49:37Z

TEST(ParseHttpDate, EachOfTheThreeForms_IsRead) {
    for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                             "Sun Nov  6 08:49:37 1994"}) {
        EXPECT_EQ(parse_http_date(text), kExample) << text;
    }
}

TEST(ParseHttpDate, EachDayOfManyYears_IsThatDay) {
    constexpr const char* kWeekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    for (std::chrono::sys_days day{2020y / 1 / 1}; day < 2029y / 1 / 1;
         day += std::chrono::days{1}) {
        const std::chrono::year_month_day date{day};
        char text[64];
        std::snprintf(
            text, sizeof text, "%s, %02u %s %d 23:59:58 GMT",
            kWeekdays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
            kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()));
        EXPECT_EQ(parse_http_date(text), cadence::Instant{(day + 24h - 2s).time_since_epoch()})
            << text;
    }
}

TEST(ParseHttpDate, AnythingElse_IsNothing) {
    for (const char* text :
         {"", "now", "1994-11-06T08:49:37Z", "Sun, 06 Nov 1994 08:49:37",
          "Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06 anF 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
          "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x", "784111777"}) {
        EXPECT_FALSE(parse_http_date(text)) << text;
    }
}

TEST(ParseRetryAfter, SecondsAndDates_Table) {
    const std::pair<const char*, std::optional<cadence::Duration>> cases[] = {
        {"0", 0s},
        {"7", 7s},
        {"120", 120s},
        {"31536001", 8760h},
        {"99999999999999999999999999", 8760h},
        {"Sun, 06 Nov 1994 08:50:37 GMT", 60s},
        {"Sun, 06 Nov 1994 08:49:00 GMT", 0s},
        {"Sun, 06 Nov 2094 08:49:37 GMT", std::nullopt},  // its weekday is wrong
        {"Sat, 06 Nov 2094 08:49:37 GMT", 8760h},
        {"", std::nullopt},
        {"-5", std::nullopt},
        {"1.5", std::nullopt},
        {" 5", std::nullopt},
        {"soon", std::nullopt},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(parse_retry_after(text, kExample), expected) << text;
    }
}

}  // namespace
