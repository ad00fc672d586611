#include "engine/warning_log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <set>

#include "cadence/printable.hpp"

namespace engine {
namespace {

using cadence::Duration;
using cadence::Instant;
using cadence::Monotonic;

// Error where we fail somebody: what is held may have punished or not, and nothing is taken in or
// sent at all.
Level level_of(WarningCode code) {
    switch (code) {
        case WarningCode::DatabaseUnwritable:
        case WarningCode::CredentialRefused:
        case WarningCode::WriteHeld:
            return Level::Error;
        default:
            return Level::Warning;
    }
}

std::int64_t size_of(const Warning& warning) {
    return warning.sessions.value_or(warning.deliveries.value_or(1));
}

// Given an instant, fmt would print the machine's local time. The clamp keeps fmt from throwing at
// years that it cannot print.
std::string utc_text(Instant instant) {
    using std::chrono::sys_days;
    using std::chrono::year;
    constexpr Instant kFirst = sys_days{year{1} / 1 / 1};
    constexpr Instant kLast = sys_days{year{10000} / 1 / 1} - std::chrono::seconds{1};
    const auto seconds = std::chrono::floor<std::chrono::seconds>(
        std::clamp(instant, kFirst, kLast).time_since_epoch());
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time_t{seconds.count()}));
}

std::string head(WarningCode code, const char* state, Instant since, Instant now) {
    const auto lasted = std::max(Duration::zero(), now - since);
    return fmt::format("event=warning code={} state={} since={} seconds={}", to_string(code), state,
                       utc_text(since), lasted / std::chrono::seconds{1});
}

std::string text_of(const Warning& warning, const char* state, Instant now) {
    std::string text = head(warning.code, state, warning.since, now);
    if (!warning.platform.empty()) text += " platform=" + warning.platform;
    if (warning.sessions) text += fmt::format(" sessions={}", *warning.sessions);
    if (warning.deliveries) text += fmt::format(" deliveries={}", *warning.deliveries);
    if (warning.proofs) text += fmt::format(" proofs={}", *warning.proofs);
    if (warning.session) text += " session=" + warning.session->value;
    if (warning.delivery) text += fmt::format(" delivery={}", warning.delivery->value);
    return text + " detail=" + cadence::to_quoted(warning.detail);
}

std::string over_of(WarningCode code, const std::string& platform, Instant began, Instant now) {
    std::string text = head(code, "over", began, now);
    if (!platform.empty()) text += " platform=" + platform;
    return text;
}

}  // namespace

void WarningLog::begin(Entry& entry, const Warning& warning, Monotonic steady) {
    entry.began = warning.since;
    entry.holds = true;
    entry.said = false;
    entry.say_at = std::max(steady, entry.may_begin_at);
    entry.interval = kFirstRepeat;
}

std::optional<WarningLog::Line> WarningLog::say(Entry& entry, const Warning& warning, Instant now,
                                                Monotonic steady) {
    const bool grown = entry.said && size_of(warning) >= entry.size_said * kGrowth;
    if (steady < entry.say_at && !grown) return std::nullopt;
    Line line{level_of(warning.code), text_of(warning, entry.said ? "lasts" : "begun", now)};
    if (entry.said) {
        entry.interval = std::min<Duration>(entry.interval * 2, kLongestRepeat);
    } else {
        entry.may_begin_at = steady + kBetweenBeginnings;
    }
    entry.said = true;
    entry.size_said = size_of(warning);
    entry.say_at = steady + entry.interval;
    return line;
}

std::vector<WarningLog::Line> WarningLog::look(const std::vector<Warning>& warnings, Instant now,
                                               Monotonic steady) {
    std::vector<Line> lines;
    std::set<Key> holding;
    for (const Warning& warning : warnings) {
        const Key key{warning.code, warning.platform};
        holding.insert(key);
        Entry& entry = entries_[key];
        if (!entry.holds) begin(entry, warning, steady);
        if (auto line = say(entry, warning, now, steady)) lines.push_back(*std::move(line));
    }
    for (auto& [key, entry] : entries_) {
        if (!entry.holds || holding.contains(key)) continue;
        entry.holds = false;
        if (!entry.said) continue;
        lines.push_back({Level::Info, over_of(key.first, key.second, entry.began, now)});
    }
    return lines;
}

}  // namespace engine
