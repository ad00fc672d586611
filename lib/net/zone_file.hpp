// What we need of a TZif file (RFC 8536) besides its transitions, which date/tz reads: the footer,
// and a fingerprint of the whole that tells one release's rules from another's.
#pragma once

#include <string>

#include "cadence/error.hpp"

namespace net {

struct ZoneFile {
    std::string footer;       // the POSIX TZ string; may be empty
    std::string fingerprint;  // the first 16 hexadecimal digits of the file's SHA-256
};

// Reads the file at `path`. Errors: NotFound, or Malformed for what is not a TZif file of version 2
// or later (version 1 cannot say how the zone goes on).
[[nodiscard]] cadence::Result<ZoneFile> load_zone_file(const std::string& path);

// The directory that date/tz reads its zones from.
[[nodiscard]] std::string zone_directory();

// The release of the database in `directory` ("2026f"), or "unknown".
[[nodiscard]] std::string load_database_version(const std::string& directory);

}  // namespace net
