// Three zones, made by rule: UTC, Europe/Berlin and America/New_York from 1990 to 2050. New_York's
// explicit rules end in 2050; Berlin's are taken to be all there is.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cadence/zones.hpp"

namespace ledger_test {

class SampleZones final : public cadence::Zones {
  public:
    SampleZones();
    [[nodiscard]] cadence::Result<std::shared_ptr<const cadence::ZoneRules>> find_zone(
        const std::string& name) override;
    // As another edition of the zone database.
    void replace(std::shared_ptr<const cadence::ZoneRules> zone) { zones_[zone->name()] = zone; }

  private:
    std::map<std::string, std::shared_ptr<const cadence::ZoneRules>> zones_;
};

}  // namespace ledger_test
