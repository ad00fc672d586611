// Two zones that exist, for tests that only ask whether a zone does.
#pragma once

#include <memory>
#include <string>

#include "cadence/zones.hpp"

namespace cadenced::test {

class KnownZones final : public cadence::Zones {
  public:
    cadence::Result<std::shared_ptr<const cadence::ZoneRules>> find_zone(
        const std::string& name) override {
        if (name == "UTC" || name == "Europe/Berlin") {
            return std::shared_ptr<const cadence::ZoneRules>{};
        }
        return cadence::fail(cadence::ErrorCode::NotFound, "there is no such zone");
    }
};

}  // namespace cadenced::test
