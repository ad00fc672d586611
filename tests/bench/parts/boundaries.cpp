#include "tests/bench/parts/boundaries.hpp"

#include <date/tz.h>

#include <random>

#include "cadence/cadence.hpp"
#include "net/zone_database.hpp"
#include "tests/bench/parts/collected.hpp"

namespace bench {
namespace {

using cadence::Instant;
using std::chrono::sys_days;
using std::chrono::year;

constexpr std::size_t kInstants = 4096;

struct Years {
    int first;
    int last;
};

Place make_place(const std::string& zone, Years years) {
    std::mt19937_64 random(1);
    const Instant begin = sys_days{year{years.first} / 1 / 1};
    const Instant end = sys_days{year{years.last + 1} / 1 / 1};
    std::uniform_int_distribution<std::int64_t> at(cadence::to_ms(begin), cadence::to_ms(end) - 1);
    Place place;
    place.zone = zone;
    place.name = zone + ", " + std::to_string(years.first) + "-" + std::to_string(years.last);
    for (std::size_t i = 0; i < kInstants; ++i) {
        place.instants.push_back(cadence::from_ms(at(random)));
    }
    return place;
}

net::ZoneDatabase& database() {
    static net::ZoneDatabase zones;
    return zones;
}

void measure_ours(const Place& place, const char* word, const cadence::Cadence& cadence) {
    const auto zone = database().find_zone(place.zone).value();
    measure(std::string(word) + " " + place.name,
            [zone, cadence, instants = Instants(place.instants)]() mutable {
                auto window = window_containing(*zone, cadence, instants.next());
                benchmark::DoNotOptimize(window);
            });
}

}  // namespace

std::vector<Place> places() {
    constexpr Years kOurs{2020, 2029};
    return {make_place("UTC", kOurs),
            make_place("Europe/Berlin", kOurs),
            make_place("America/New_York", kOurs),
            make_place("Asia/Kathmandu", kOurs),
            make_place("America/St_Johns", kOurs),
            make_place("Australia/Lord_Howe", kOurs),
            make_place("Africa/Casablanca", kOurs),
            make_place("Asia/Beirut", kOurs),
            make_place("Pacific/Apia", {2005, 2014}),
            make_place("Europe/Berlin", {1850, 1949}),
            make_place("Europe/Berlin", {2030, 2036}),
            make_place("Asia/Kathmandu", {8000, 9990})};
}

void measure_boundaries(const std::vector<Place>& places) {
    cadence::Cadence daily;
    daily.anchor = cadence::LocalDate{year{2024} / 1 / 1};
    cadence::Cadence weekly = daily;
    weekly.unit = cadence::CadenceUnit::Week;
    for (const Place& place : places) {
        measure_ours(place, "day", daily);
        measure_ours(place, "week", weekly);
    }
}

void measure_date_boundaries(const std::vector<Place>& places) {
    for (const Place& place : places) {
        const date::time_zone* const zone = date::locate_zone(place.zone);
        measure("date/tz " + place.name, [zone, instants = Instants(place.instants)]() mutable {
            const auto instant = instants.next();
            const auto day = date::floor<date::days>(zone->to_local(instant));
            auto boundary = zone->to_sys(day + date::days{1}, date::choose::earliest);
            benchmark::DoNotOptimize(boundary);
        });
    }
}

}  // namespace bench
