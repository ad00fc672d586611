// The boundary of the window that contains an instant: ours, and the same question put to the bare
// libraries.
#pragma once

#include <string>
#include <vector>

#include "cadence/time.hpp"

namespace bench {

// Where and when boundaries are asked for.
struct Place {
    std::string name;  // "Europe/Berlin, 2020-2029"
    std::string zone;
    std::vector<cadence::Instant> instants;  // in no order, so that no branch is learnt
};

// Zones plain and odd: half hours, midnights in gaps, a year's end at another date line, Ramadan;
// in our decade, long ago, and as far ahead as the zone's rules reach.
[[nodiscard]] std::vector<Place> places();

// Registers "day PLACE" and "week PLACE".
void measure_boundaries(const std::vector<Place>& places);
// Registers "date/tz PLACE": the local date of the instant, and the start of the next, which is all
// a day's boundary asks of a library.
void measure_date_boundaries(const std::vector<Place>& places);
// Registers "absl PLACE". Only where CADENCED_BENCH_ABSL is defined.
void measure_absl_boundaries(const std::vector<Place>& places);

// The next of `instants` at each call, round and round.
class Instants {
  public:
    explicit Instants(const std::vector<cadence::Instant>& instants) : instants_(&instants) {}
    cadence::Instant next() {
        at_ = (at_ + 1) % instants_->size();
        return (*instants_)[at_];
    }

  private:
    const std::vector<cadence::Instant>* instants_;
    std::size_t at_{0};
};

}  // namespace bench
