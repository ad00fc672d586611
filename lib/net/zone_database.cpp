#include "net/zone_database.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "net/zone_file.hpp"
#include "net/zone_footer.hpp"

namespace net {
namespace {

using cadence::ErrorCode;
using cadence::Result;
using cadence::ZoneRules;
using ZonePointer = std::shared_ptr<const ZoneRules>;

constexpr std::size_t kLongestName = 64;

bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' ||
           c == '_' || c == '-' || c == '+';
}

// What a zone's name can look like. Without a dot no name can climb out of the directory, and the
// directories' second copies (with and without leap seconds) are no zones of their own.
bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > kLongestName) return false;
    if (name.front() == '/' || name.back() == '/') return false;
    if (name.substr(0, 6) == "posix/" || name.substr(0, 6) == "right/") return false;
    if (name == "posixrules" || name == "localtime" || name == "leapseconds") return false;
    return std::all_of(name.begin(), name.end(), is_name_character);
}

auto no_such_zone(const std::string& name) {
    // A name of other characters is not repeated: it may be anything.
    const bool printable =
        name.size() <= kLongestName && std::all_of(name.begin(), name.end(), is_name_character);
    return cadence::fail(ErrorCode::NotFound,
                         "there is no time zone " +
                             (printable ? "\"" + name + "\"" : "of this name") +
                             "; give an IANA name such as Europe/Berlin",
                         "timezone");
}

// date/tz says "not there" and "not readable" with exceptions alike, so existence is asked first.
const date::time_zone* find_in(const date::tzdb& database, const std::string& name) {
    const auto found =
        std::find_if(database.zones.begin(), database.zones.end(),
                     [&name](const date::time_zone& zone) { return zone.name() == name; });
    return found == database.zones.end() ? nullptr : &*found;
}

// Periods of one offset each; what changes only a zone's abbreviation is no period of its own.
std::vector<ZoneRules::Period> periods_of(const date::time_zone& zone) {
    const date::sys_seconds end_of_time = date::sys_days{date::year::max() / 12 / 31};
    date::sys_seconds next = date::sys_days{date::year::min() / 1 / 1};
    std::vector<ZoneRules::Period> periods;
    while (next < end_of_time) {
        const auto info = zone.get_info(next);
        if (periods.empty() || periods.back().offset != info.offset) {
            periods.push_back({next, info.offset});
        }
        next = info.end;
    }
    return periods;
}

Result<ZonePointer> make_rules(const date::time_zone& zone, const ZoneFile& file,
                               const std::string& version) {
    auto periods = periods_of(zone);
    // A zone that never changed has no explicit transition to count from.
    const auto last_change =
        periods.size() < 2 ? std::chrono::sys_seconds::min() : periods.back().begin;
    const auto change = first_change_after(file.footer, last_change, periods.back().offset);
    if (!change)
        return cadence::fail(change.error().code, zone.name() + ": " + change.error().detail);
    return std::make_shared<const ZoneRules>(zone.name(), version + ":" + file.fingerprint,
                                             std::move(periods), *change);
}

Result<ZonePointer> load_zone(const std::string& directory, const std::string& version,
                              const std::string& name) {
    try {
        const auto* const zone = find_in(date::get_tzdb(), name);
        if (zone == nullptr) return no_such_zone(name);
        const auto file = load_zone_file(directory + "/" + name);
        if (!file) return tl::unexpected(file.error());
        return make_rules(*zone, *file, version);
    } catch (const std::exception& error) {
        return cadence::fail(ErrorCode::Malformed, "the time zone database cannot be read (" +
                                                       std::string(error.what()) +
                                                       "); reinstall tzdata");
    }
}

}  // namespace

ZoneDatabase::ZoneDatabase()
    : directory_(zone_directory()), version_(load_database_version(directory_)) {}

Result<ZonePointer> ZoneDatabase::find_zone(const std::string& name) {
    if (!is_zone_name(name)) return no_such_zone(name);
    const std::lock_guard lock{mutex_};
    const auto known = loaded_.find(name);
    if (known != loaded_.end()) return known->second;
    auto zone = load_zone(directory_, version_, name);
    if (zone) loaded_.emplace(name, *zone);
    return zone;
}

}  // namespace net
