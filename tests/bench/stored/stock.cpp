#include "tests/bench/stored/stock.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

#include "cadence/zone_rules.hpp"
#include "ledger/database.hpp"
#include "ledger/store.hpp"
#include "net/zone_database.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using cadence::Instant;

// All round the world, so that at any time some are in the midst of their day.
constexpr const char* kZones[] = {
    "Pacific/Auckland",    "Australia/Sydney",  "Asia/Tokyo",       "Asia/Singapore",
    "Asia/Kathmandu",      "Asia/Kolkata",      "Asia/Dubai",       "Europe/Moscow",
    "Europe/Berlin",       "Europe/London",     "Atlantic/Azores",  "America/Sao_Paulo",
    "America/St_Johns",    "America/New_York",  "America/Chicago",  "America/Denver",
    "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "Pacific/Apia"};

void say(const std::string& text) { fmt::print(stderr, "{}\n", text); }

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void check(const std::filesystem::path& path) {
    if (auto sound = ledger::quick_check(path.string()); !sound) {
        throw std::runtime_error(sound.error().detail);
    }
    auto reader = ledger::Database::open(path.string(), ledger::Access::Reader).value();
    auto dangling = reader.query("PRAGMA foreign_key_check");
    if (dangling.step()) throw std::runtime_error(path.string() + ": a reference leads nowhere");
}

std::int64_t count_windows(const std::filesystem::path& path) {
    auto reader = ledger::Database::open(path.string(), ledger::Access::Reader).value();
    auto row = reader.query("SELECT sum(value) FROM counter WHERE name LIKE 'window.%'");
    return row.step() ? row.integer(0) : 0;
}

}  // namespace

std::vector<std::string> quiet_zones(Instant now) {
    static net::ZoneDatabase zones;
    std::vector<std::string> quiet;
    for (const char* const name : kZones) {
        const auto zone = zones.find_zone(name).value();
        const auto day = zone->day_of(now);
        const bool begun = now - zone->day_start(day) > 2h;
        if (begun && zone->day_start(day + std::chrono::days{1}) - now > 5h) quiet.push_back(name);
    }
    return quiet;
}

std::vector<ledger_test::Owing> owing_soon(Instant now, const std::vector<int>& due) {
    const auto hours = std::chrono::floor<std::chrono::hours>(now.time_since_epoch()).count();
    const int utc_hour = static_cast<int>(hours % 24);
    std::vector<ledger_test::Owing> owing;
    int ahead = 1;
    for (const int windows : due) {
        // East of Greenwich the day is further on; "Etc/GMT-3" is three hours east.
        int east = 24 - utc_hour - ahead++;
        if (east > 12) east -= 24;
        const char* const sign = east > 0 ? "-" : "+";
        owing.push_back(
            {windows, east == 0 ? "Etc/GMT" : fmt::format("Etc/GMT{}{}", sign, std::abs(east))});
    }
    return owing;
}

Made make_stock(const std::filesystem::path& path, cadence::Zones& zones, int lock_sessions,
                int days, Instant now) {
    const auto begin = std::chrono::steady_clock::now();
    say(fmt::format("making a ledger of {} lock sessions with {} windows each …", lock_sessions,
                    days + 1));
    ledger_test::make_stocked_ledger(path.string(), zones,
                                     {lock_sessions, days, quiet_zones(now), now});
    const double made = seconds_since(begin);
    const double mib = static_cast<double>(std::filesystem::file_size(path)) / 1048576;
    say(fmt::format("  {:.1f} s, {:.0f} MiB; checking it …", made, mib));
    check(path);
    say(fmt::format("  sound ({:.1f} s)", seconds_since(begin) - made));
    return {seconds_since(begin), mib, count_windows(path)};
}

}  // namespace bench
