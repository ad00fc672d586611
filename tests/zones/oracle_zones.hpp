// Which zones of the oracle can be compared here: those whose file is the one it was made from.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cadence/time.hpp"
#include "cadence/zone_rules.hpp"
#include "net/zone_database.hpp"

namespace oracle {

struct Zone {
    std::shared_ptr<const cadence::ZoneRules> rules;  // empty: another tzdata than the oracle's
    std::int64_t special_days{0};
};

class Zones {
  public:
    // Reads zones.csv and loads all of its zones. Throws std::runtime_error.
    Zones();

    [[nodiscard]] const std::map<std::string, Zone, std::less<>>& all() const { return zones_; }
    // Empty for a zone that differs. Throws for one that zones.csv doesn't list.
    [[nodiscard]] const cadence::ZoneRules* find(std::string_view name) const;
    [[nodiscard]] int differing() const { return differing_; }

  private:
    net::ZoneDatabase database_;
    std::map<std::string, Zone, std::less<>> zones_;
    int differing_{0};
};

// "2011-12-30", also of years before 1. Throws std::runtime_error.
[[nodiscard]] cadence::LocalDate parse_date(std::string_view text);

// Counts what a table's rows came to, prints and records it, and demands that enough was checked.
class Tally {
  public:
    void skip(std::int64_t rows = 1) { skipped_ += rows; }
    void check(std::int64_t rows = 1) { checked_ += rows; }
    // `rows`: how many the table has. Fails the test unless that many were seen and half of them
    // checked: other tzdata than the oracle's leave some out.
    void report(const std::string& table, std::int64_t rows, const Zones& zones) const;

  private:
    std::int64_t checked_{0};
    std::int64_t skipped_{0};
};

}  // namespace oracle
