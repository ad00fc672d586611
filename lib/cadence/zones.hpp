// The port through which everybody but its maker sees time zones: a name in, a value out.
#pragma once

#include <memory>
#include <string>

#include "cadence/error.hpp"
#include "cadence/zone_rules.hpp"

namespace cadence {

class Zones {
  public:
    virtual ~Zones() = default;

    // The rules of the IANA zone `name`; the same value for the same name as long as this object
    // lives. May be called from any thread. The first call for a zone may read a file.
    // Errors: NotFound when there is no such zone, Malformed when its file cannot be understood.
    [[nodiscard]] virtual Result<std::shared_ptr<const ZoneRules>> find_zone(
        const std::string& name) = 0;
};

}  // namespace cadence
