#include "net/zone_footer.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using net::first_change_after;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr sys_seconds at(int in, unsigned month, unsigned day, std::chrono::seconds time = 0s) {
    return sys_days{year{in} / static_cast<int>(month) / static_cast<int>(day)} + time;
}

struct Case {
    const char* footer;
    sys_seconds after;
    std::chrono::seconds offset;
    sys_seconds change;
};

class ZoneFooter : public testing::TestWithParam<Case> {};

TEST_P(ZoneFooter, Rule_GivesTheNextChange) {
    const auto& [footer, after, offset, expected] = GetParam();
    const auto change = first_change_after(footer, after, offset);
    ASSERT_TRUE(change) << footer;
    EXPECT_EQ(*change, expected) << footer;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, ZoneFooter,
    testing::Values(
        Case{"CET-1CEST,M3.5.0,M10.5.0/3", at(2037, 10, 25, 1h), 1h, at(2038, 3, 28, 1h)},
        Case{"CET-1CEST,M3.5.0,M10.5.0/3", at(2037, 3, 29, 1h), 2h, at(2037, 10, 25, 1h)},
        Case{"EST5EDT,M3.2.0,M11.1.0", at(2037, 11, 1, 6h), -5h, at(2038, 3, 14, 7h)},
        // Summer lies over the turn of the year.
        Case{"NZST-12NZDT,M9.5.0,M4.1.0/3", at(2037, 9, 26, 14h), 13h, at(2038, 4, 3, 14h)},
        // "Daylight saving" that goes back: winter time is the rule's saving.
        Case{"IST-1GMT0,M10.5.0,M3.5.0/1", at(2037, 10, 25, 1h), 0h, at(2038, 3, 28, 1h)},
        // Times before 0:00 and after 24:00, quoted names, offsets with minutes.
        Case{"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at(2037, 10, 25, 1h), -2h, at(2038, 3, 28, 1h)},
        Case{"EET-2EEST,M3.4.4/50,M10.4.4/50", at(2086, 10, 26), 2h, at(2087, 3, 29)},
        Case{"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at(2037, 10, 3, 15h + 30min), 11h,
             at(2038, 4, 3, 15h)},
        // Days of the year: J60 is 1 March in leap years, too; 59 is 29 February there.
        Case{"AAA0BBB,J60,J300", at(2024, 1, 1), 0h, at(2024, 3, 1, 2h)},
        Case{"AAA0BBB,59/0,300", at(2024, 1, 1), 0h, at(2024, 2, 29)}));

TEST(ZoneFooterText, NoRule_NeverChanges) {
    for (const char* footer : {"", "UTC0", "JST-9", "<+0530>-5:30", "<-03>3"}) {
        const auto change = first_change_after(footer, at(2037, 1, 1), 0h);
        ASSERT_TRUE(change) << footer;
        EXPECT_FALSE(*change) << footer;
    }
}

TEST(ZoneFooterText, NoExplicitTransition_ChangesFromTheFirstYear) {
    const auto change = first_change_after("CET-1CEST,M3.5.0,M10.5.0/3", sys_seconds::min(), 1h);
    ASSERT_TRUE(change && *change);
    EXPECT_LT(**change, at(2, 1, 1));
}

TEST(ZoneFooterText, Garbage_IsMalformed) {
    for (const char* footer : {"C",
                               "CET",
                               "CET-",
                               "CET-1CEST",
                               "CET-1CEST,",
                               "CET-1CEST,M3.5.0",
                               "CET-1CEST,M3.5.0,",
                               "CET-1CEST,M13.5.0,M10.5.0",
                               "CET-1CEST,M3.6.0,M10.5.0",
                               "CET-1CEST,M3.0.0,M10.5.0",
                               "CET-1CEST,M3.5.7,M10.5.0",
                               "CET-1CEST,M3.5.0,M10.5.0/3x",
                               "CET-1CEST,J0,J5",
                               "CET-1CEST,J366,J5",
                               "CET-1CEST,366,5",
                               "CET-1CEST,0/168,5",
                               "<CET-1",
                               "CET-999999999999",
                               "CET-1CEST,M3.5.0,M10.5.0/",
                               "CET-1 CEST,M3.5.0,M10.5.0",
                               "CET-1:60"}) {
        const auto change = first_change_after(footer, at(2037, 1, 1), 1h);
        ASSERT_FALSE(change) << footer;
        EXPECT_EQ(change.error().code, cadence::ErrorCode::Malformed);
    }
}

}  // namespace
