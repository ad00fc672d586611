#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include "tests/bench/parts/boundaries.hpp"
#include "tests/bench/parts/collected.hpp"

namespace bench {

void measure_absl_boundaries(const std::vector<Place>& places) {
    for (const Place& place : places) {
        absl::TimeZone zone;
        if (!absl::LoadTimeZone(place.zone, &zone)) continue;
        measure("absl " + place.name, [zone, instants = Instants(place.instants)]() mutable {
            const auto instant = absl::FromChrono(instants.next());
            auto boundary = absl::FromCivil(absl::ToCivilDay(instant, zone) + 1, zone);
            benchmark::DoNotOptimize(boundary);
        });
    }
}

}  // namespace bench
