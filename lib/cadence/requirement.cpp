#include "cadence/requirement.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>

namespace cadence {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr int kMostCount = 1'000'000;
constexpr int kMostDays = 366;
constexpr int kMostWeeks = 52;
constexpr seconds kShortestFreeze{60};
constexpr seconds kLongestFreeze{86400};
constexpr Duration kLongestGrace{hours{24}};
constexpr Duration kClockTolerance{std::chrono::minutes{5}};
constexpr std::size_t kLongestReason = 500;
constexpr std::size_t kLongestZone = 64;
constexpr Instant kEarliestActivation{
    std::chrono::sys_days{std::chrono::year{2000} / std::chrono::January / 1}};
constexpr LocalDate kEarliestAnchor{std::chrono::year{1900} / std::chrono::January / 1};
constexpr LocalDate kLatestAnchor{std::chrono::year{2199} / std::chrono::December / 31};

Result<void> invalid(const std::string& field, std::string detail) {
    return fail(ErrorCode::InvalidArgument, field + ": " + std::move(detail), field);
}

bool is_between(int value, int least, int most) { return value >= least && value <= most; }

// Whether a zone database could know a zone of this name; whether it does is not known here. The
// name ends up in a file's path, so the shape matters.
bool is_zone_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '+' || c == '/';
    };
    return !name.empty() && name.size() <= kLongestZone && name.front() != '/' &&
           name.back() != '/' && std::all_of(name.begin(), name.end(), allowed);
}

Result<void> validate_zone(const std::string& field, const std::string& name) {
    if (is_zone_name(name)) return {};
    return invalid(field, "must be an IANA time zone such as Europe/Berlin");
}

Result<void> validate_cadence(const std::string& prefix, const RequirementSpec& spec) {
    const Cadence& cadence = spec.rules.cadence;
    const bool weeks = cadence.unit == CadenceUnit::Week;
    const int most = weeks ? kMostWeeks : kMostDays;
    if (!is_between(cadence.every, 1, most)) {
        return invalid(prefix + "cadence.every",
                       "must be 1 to " + std::to_string(most) + (weeks ? " weeks" : " days"));
    }
    if (weeks && !cadence.week_start.ok()) return invalid("weekStart", "must be a day of the week");
    if (spec.anchor_given && (cadence.anchor < kEarliestAnchor || cadence.anchor > kLatestAnchor)) {
        return invalid("anchorDate", "must be a date between 1900-01-01 and 2199-12-31");
    }
    return {};
}

Result<void> validate_punishment(const std::string& prefix, const Punishment& punishment,
                                 const Caps& caps) {
    // Chastify's own object carries seconds with type none, too; they mean nothing there.
    if (punishment.type == PunishmentType::None) return {};
    const std::string field = prefix + "punishment.seconds";
    if (punishment.seconds < seconds{1}) return invalid(field, "must be at least 1");
    if (punishment.seconds > caps.punishment_seconds) {
        return invalid(field, "must be at most " + std::to_string(caps.punishment_seconds.count()) +
                                  " (caps.punishment_seconds in the configuration)");
    }
    // It would be waived whole, each time it is due.
    if (punishment.seconds > caps.punishment_seconds_per_day) {
        return invalid(field, "must be at most " +
                                  std::to_string(caps.punishment_seconds_per_day.count()) +
                                  " (caps.punishment_seconds_per_day in the configuration)");
    }
    if (punishment.type == PunishmentType::Freeze &&
        (punishment.seconds < kShortestFreeze || punishment.seconds > kLongestFreeze)) {
        return invalid(field, "a freeze lasts 60 to 86400 seconds");
    }
    if (punishment.reason.size() > kLongestReason) {
        return invalid(prefix + "punishment.reason", "must be at most 500 bytes long");
    }
    return {};
}

Result<void> validate_grace(const std::string& prefix, const Rules& rules) {
    if (rules.grace < Duration{0} || rules.grace > kLongestGrace) {
        return invalid(prefix + "grace", "must be 0 s to 24 h");
    }
    if (rules.grace > half_length(rules.cadence) * 2) {
        return invalid(prefix + "grace", "must not be longer than the window");
    }
    return {};
}

Result<void> validate_activation(const std::string& prefix, const RequirementSpec& spec,
                                 Instant now) {
    if (!spec.active_from) return {};
    if (*spec.active_from < kEarliestActivation) {
        return invalid(prefix + "activeFrom", "must not be before 2000-01-01T00:00:00Z");
    }
    if (*spec.active_from > now + kClockTolerance) {
        return invalid(prefix + "activeFrom", "must not be in the future; leave it out for now");
    }
    return {};
}

Result<void> validate_names(const std::string& prefix, const RequirementSpec& spec) {
    constexpr auto kShape = "must be 1 to 64 of the characters A-Z a-z 0-9 _ : -";
    if (!is_metric(spec.metric)) return invalid(prefix + "metric", kShape);
    if (!is_metric(spec.rules.key)) return invalid(prefix + "key", kShape);
    if (spec.rules.zone.empty()) return {};
    return validate_zone(prefix + "timezone", spec.rules.zone);
}

Result<void> validate_policies(const std::string& prefix, const Rules& rules) {
    if (!is_between(rules.required_count, 1, kMostCount)) {
        return invalid(prefix + "requiredCount", "must be 1 to 1000000");
    }
    if (rules.on_unknown_punishment == OnUnknown::Resend) {
        return invalid(prefix + "onUnknown.punishment",
                       "must be hold or assume_applied: only progress may be sent again");
    }
    return {};
}

Result<void> validate_requirement(const std::string& prefix, const RequirementSpec& spec,
                                  const Caps& caps, Instant now) {
    if (auto names = validate_names(prefix, spec); !names) return names;
    if (auto policies = validate_policies(prefix, spec.rules); !policies) return policies;
    if (auto cadence = validate_cadence(prefix, spec); !cadence) return cadence;
    if (auto punishment = validate_punishment(prefix, spec.rules.punishment, caps); !punishment) {
        return punishment;
    }
    if (auto grace = validate_grace(prefix, spec.rules); !grace) return grace;
    return validate_activation(prefix, spec, now);
}

}  // namespace

bool same_grid(const Rules& a, const Rules& b) {
    const bool same_weeks =
        a.cadence.unit == CadenceUnit::Day || a.cadence.week_start == b.cadence.week_start;
    return a.zone == b.zone && a.cadence.unit == b.cadence.unit &&
           a.cadence.every == b.cadence.every && a.cadence.anchor == b.cadence.anchor && same_weeks;
}

Result<void> validate(const SessionSpec& spec, const Caps& caps, Instant now) {
    if (!is_session_id(spec.id.value)) {
        return invalid("id", "must be 1 to 128 of the characters A-Z a-z 0-9 . _ ~ -");
    }
    if (spec.timezone) {
        if (auto zone = validate_zone("timezone", *spec.timezone); !zone) return zone;
    }
    std::set<std::string> metrics;
    for (std::size_t i = 0; i < spec.requirements.size(); ++i) {
        const std::string prefix = "requirements[" + std::to_string(i) + "].";
        const RequirementSpec& requirement = spec.requirements[i];
        if (auto one = validate_requirement(prefix, requirement, caps, now); !one) return one;
        if (!metrics.insert(requirement.metric).second) {
            return invalid(prefix + "metric", "another requirement has this metric already");
        }
    }
    return {};
}

}  // namespace cadence
