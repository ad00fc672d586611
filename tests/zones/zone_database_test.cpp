#include "net/zone_database.hpp"

#include <date/tz.h>
#include <gtest/gtest.h>

#include <regex>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using cadence::ErrorCode;
using cadence::Instant;
using cadence::LocalDate;
using std::chrono::sys_days;
using std::chrono::year;

TEST(ZoneDatabase, KnownZone_HasItsOffsets) {
    net::ZoneDatabase database;
    const auto berlin = database.find_zone("Europe/Berlin");
    ASSERT_TRUE(berlin) << berlin.error().detail;
    const auto& zone = **berlin;
    EXPECT_EQ(zone.name(), "Europe/Berlin");
    EXPECT_EQ(zone.offset_at(sys_days{year{2024} / 7 / 1}), 2h);
    EXPECT_EQ(zone.offset_at(sys_days{year{2024} / 1 / 1}), 1h);
    EXPECT_EQ(zone.offset_at(sys_days{year{1800} / 1 / 1}), 53min + 28s);
    EXPECT_EQ(zone.day_start(LocalDate{year{2024} / 3 / 31}), sys_days{year{2024} / 3 / 30} + 23h);
}

TEST(ZoneDatabase, DaylightSavingGoesOn_ValidUntilTheFirstChangeNotInTheFile) {
    net::ZoneDatabase database;
    const auto berlin = database.find_zone("Europe/Berlin").value();
    const auto until = berlin->valid_until();
    ASSERT_TRUE(until);
    // Explicit changes come twice a year, so the first unknown one comes within a year of the last.
    EXPECT_LT(*until, sys_days{year{2400} / 1 / 1});
    const auto info = date::locate_zone("Europe/Berlin")->get_info(*until - 1s);
    EXPECT_LT(*until - info.begin, 24h * 366);
    EXPECT_GT(info.end, *until);
}

TEST(ZoneDatabase, NoDaylightSaving_ValidForEver) {
    net::ZoneDatabase database;
    for (const char* name : {"UTC", "Etc/GMT+5", "Asia/Tokyo", "Asia/Kolkata"}) {
        const auto zone = database.find_zone(name);
        ASSERT_TRUE(zone) << name;
        EXPECT_FALSE((*zone)->valid_until()) << name;
    }
}

TEST(ZoneDatabase, NotAZone_IsNotFoundWithARemedy) {
    net::ZoneDatabase database;
    const std::string long_name(4096, 'A');
    for (const std::string& name : {std::string{},
                                    std::string{"Europe/Berlim"},
                                    std::string{"europe/berlin"},
                                    std::string{"Europe"},
                                    std::string{"Europe/"},
                                    std::string{"/usr/share/zoneinfo/UTC"},
                                    std::string{"../../etc/passwd"},
                                    std::string{"Europe/../UTC"},
                                    std::string{"./UTC"},
                                    std::string{"Europe//Berlin"},
                                    std::string{"posixrules"},
                                    std::string{"leapseconds"},
                                    std::string{"leap-seconds.list"},
                                    std::string{"tzdata.zi"},
                                    std::string{"zone.tab"},
                                    std::string{"localtime"},
                                    std::string{"right/UTC"},
                                    std::string{"posix/UTC"},
                                    std::string{"UTC\n"},
                                    std::string("UTC\0", 4),
                                    long_name}) {
        const auto zone = database.find_zone(name);
        ASSERT_FALSE(zone) << name;
        EXPECT_EQ(zone.error().code, ErrorCode::NotFound) << name;
        EXPECT_NE(zone.error().detail.find("Europe/Berlin"), std::string::npos);
        EXPECT_LT(zone.error().detail.size(), 200U);
    }
}

TEST(ZoneDatabase, VersionOfAZone_IsTheDatabasesAndTheFiles) {
    net::ZoneDatabase database;
    EXPECT_TRUE(std::regex_match(database.version(), std::regex{"20[0-9]{2}[a-z]+"}))
        << database.version();
    const auto zone = database.find_zone("Europe/Berlin").value();
    EXPECT_TRUE(std::regex_match(zone->version(), std::regex{database.version() + ":[0-9a-f]{16}"}))
        << zone->version();
    EXPECT_NE(zone->version(), database.find_zone("Asia/Tokyo").value()->version());
}

TEST(ZoneDatabase, AskedFromManyThreads_EachGetsTheSameValue) {
    net::ZoneDatabase database;
    std::vector<std::shared_ptr<const cadence::ZoneRules>> found(8);
    {
        std::vector<std::jthread> threads;
        for (auto& slot : found) {
            threads.emplace_back(
                [&database, &slot] { slot = database.find_zone("America/New_York").value(); });
        }
    }
    for (const auto& zone : found) EXPECT_EQ(zone, found.front());
    EXPECT_EQ(found.front(), database.find_zone("America/New_York").value());
}

}  // namespace
