#include "tests/ledger/sample_zones.hpp"

namespace ledger_test {
namespace {

using namespace std::chrono_literals;
using cadence::ZoneRules;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr year kFirst{1990};
constexpr year kLast{2050};

sys_seconds utc(std::chrono::year_month_weekday_last date, std::chrono::seconds time) {
    return sys_days{date} + time;
}

sys_seconds utc(std::chrono::year_month_weekday date, std::chrono::seconds time) {
    return sys_days{date} + time;
}

std::shared_ptr<const ZoneRules> make_berlin() {
    std::vector<ZoneRules::Period> periods{{sys_seconds::min(), 1h}};
    for (auto y = kFirst; y <= kLast; ++y) {
        periods.push_back({utc(y / 3 / std::chrono::Sunday[std::chrono::last], 1h), 2h});
        periods.push_back({utc(y / 10 / std::chrono::Sunday[std::chrono::last], 1h), 1h});
    }
    return std::make_shared<const ZoneRules>("Europe/Berlin", "sample:1", periods, std::nullopt);
}

std::shared_ptr<const ZoneRules> make_new_york() {
    std::vector<ZoneRules::Period> periods{{sys_seconds::min(), -5h}};
    for (auto y = kFirst; y <= kLast; ++y) {
        periods.push_back({utc(y / 3 / std::chrono::Sunday[2], 7h), -4h});
        periods.push_back({utc(y / 11 / std::chrono::Sunday[1], 6h), -5h});
    }
    return std::make_shared<const ZoneRules>("America/New_York", "sample:1", periods,
                                             periods.back().begin);
}

}  // namespace

SampleZones::SampleZones() {
    std::vector<ZoneRules::Period> utc_only{{sys_seconds::min(), 0s}};
    zones_["UTC"] = std::make_shared<const ZoneRules>("UTC", "sample:1", utc_only, std::nullopt);
    zones_["Europe/Berlin"] = make_berlin();
    zones_["America/New_York"] = make_new_york();
}

cadence::Result<std::shared_ptr<const ZoneRules>> SampleZones::find_zone(const std::string& name) {
    const auto found = zones_.find(name);
    if (found != zones_.end()) return found->second;
    return cadence::fail(cadence::ErrorCode::NotFound, "there is no zone '" + name + "'");
}

}  // namespace ledger_test
