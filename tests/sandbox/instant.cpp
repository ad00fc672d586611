#include "tests/sandbox/instant.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace sandbox {
namespace {

std::tm to_utc(Instant at) {
    auto const seconds = std::chrono::floor<std::chrono::seconds>(at);
    auto const value = static_cast<std::time_t>(seconds.time_since_epoch().count());
    std::tm parts{};
    gmtime_r(&value, &parts);
    return parts;
}

}  // namespace

Instant wall_now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

std::string to_rfc3339(Instant at) {
    auto const fraction = at - std::chrono::floor<std::chrono::seconds>(at);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", to_utc(at), fraction.count());
}

std::string to_http_date(Instant at) {
    return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", to_utc(at));
}

}  // namespace sandbox
