// Wall-clock instants of the sandbox. Everything below the server takes "now" as a value;
// wall_now() is called once for each step of a request, so that a shifted system clock shifts all
// of it.
#pragma once

#include <chrono>
#include <string>

namespace sandbox {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;

[[nodiscard]] Instant wall_now();
[[nodiscard]] std::string to_rfc3339(Instant at);    // 2026-02-01T08:30:00.250Z
[[nodiscard]] std::string to_http_date(Instant at);  // Sun, 01 Feb 2026 08:30:00 GMT

}  // namespace sandbox
