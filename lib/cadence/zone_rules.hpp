// One time zone as a value: its offsets from UTC over all of time, and the civil days they make.
// Pure: who loads it (net::ZoneDatabase) is not known here. Immutable once made, so it may be
// shared between threads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/time.hpp"

namespace cadence {

class ZoneRules {
  public:
    // From `begin` until the next period begins, local time is UTC + offset.
    struct Period {
        std::chrono::sys_seconds begin;
        std::chrono::seconds offset;
    };

    // `periods`: ascending, at least one, the first from the beginning of time. `valid_until`:
    // where the explicit rules end although the zone goes on changing its offset; empty when they
    // never do.
    ZoneRules(std::string name, std::string version, std::vector<Period> periods,
              std::optional<std::chrono::sys_seconds> valid_until);

    [[nodiscard]] const std::string& name() const { return name_; }
    // What the rules came from: the database's version and the file's hash ("2026f:6f9c…").
    [[nodiscard]] const std::string& version() const { return version_; }
    [[nodiscard]] const std::optional<std::chrono::sys_seconds>& valid_until() const;

    // The first instant whose local date is `date` or later: the start of that local day. A
    // midnight in a gap is the transition, one that comes twice is the first; a skipped date starts
    // where the next existing one does. Does not allocate.
    [[nodiscard]] Instant day_start(LocalDate date) const;

    // The local day that `instant` belongs to: day_start(d) <= instant < day_start(d + 1). Where a
    // clock falls back over midnight this is the later date, whatever the wall clock reads.
    [[nodiscard]] LocalDate day_of(Instant instant) const;

    // The offset in force at `instant`.
    [[nodiscard]] std::chrono::seconds offset_at(Instant instant) const;

  private:
    std::string name_;
    std::string version_;
    std::vector<Period> periods_;
    std::optional<std::chrono::sys_seconds> valid_until_;
};

}  // namespace cadence
