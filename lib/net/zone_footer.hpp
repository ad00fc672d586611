// The footer of a TZif file: a POSIX TZ string ("CET-1CEST,M3.5.0,M10.5.0/3", RFC 8536 §3.3) that
// says how a zone goes on after its explicit transitions. We don't extend zones with it; we ask it
// one thing: until when are the explicit transitions the whole truth?
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "cadence/error.hpp"

namespace net {

// The first instant after `after`, from year 1 on, at which the footer's rule puts another offset
// in force than `offset`. Empty when the footer has no daylight saving rule (or there is no
// footer). Errors: Malformed when it cannot be parsed.
[[nodiscard]] cadence::Result<std::optional<std::chrono::sys_seconds>> first_change_after(
    std::string_view footer, std::chrono::sys_seconds after, std::chrono::seconds offset);

}  // namespace net
