// The system's time zones as values for the domain: transitions from date/tz, and from each zone's
// file the point where they stop being the whole truth. Zones are read once and kept: date/tz
// cannot read them anew, so a changed tzdata needs a new process.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cadence/zones.hpp"

namespace net {

class ZoneDatabase final : public cadence::Zones {
  public:
    // Reads the database's version only.
    ZoneDatabase();

    // Any thread; blocks while a zone's file is read. Names are those of the IANA database, exactly
    // as they are spelled there; anything else, paths above all, is NotFound.
    [[nodiscard]] cadence::Result<std::shared_ptr<const cadence::ZoneRules>> find_zone(
        const std::string& name) override;

    // The release of the installed database when this was made ("2026f"), or "unknown".
    [[nodiscard]] const std::string& version() const { return version_; }

  private:
    const std::string directory_;
    const std::string version_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const cadence::ZoneRules>> loaded_;
};

}  // namespace net
