// What a wearer owes: the rules of one generation of a requirement, and how a lock session enrols.
// Values only, already validated (see validate below) and resolved against the configured defaults.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/cadence.hpp"
#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/time.hpp"

namespace cadence {

enum class PunishmentType { None, AddTime, Freeze, Pillory };

struct Punishment {
    PunishmentType type{PunishmentType::None};
    std::chrono::seconds seconds{0};  // 0 only with None; freeze: 60..86400
    std::string reason;               // free text for the platform's audit log; may be empty

    friend bool operator==(const Punishment&, const Punishment&) = default;
};

enum class Owner { Auto, Platform, Daemon, Nobody };
enum class FirstWindow { Grace, Strict };
enum class Misfire { All, Latest, None };
enum class LateProof { Count, Compensate, Ignore };
enum class OnUnknown { Hold, AssumeApplied, Resend };

// The rules that the windows of one generation are judged by.
struct Rules {
    std::string zone;  // IANA name
    Cadence cadence;
    int required_count{1};  // 1..1000000
    Punishment punishment;
    Owner owner{Owner::Auto};
    FirstWindow first_window{FirstWindow::Grace};
    Misfire misfire{Misfire::All};
    LateProof late_proof{LateProof::Count};
    Duration grace{std::chrono::minutes{5}};
    std::string key;  // the platform's name of the counter; the metric unless the operator says so
    OnUnknown on_unknown_punishment{OnUnknown::Hold};  // never Resend
    OnUnknown on_unknown_progress{OnUnknown::Resend};

    friend bool operator==(const Rules&, const Rules&) = default;
};

// Whether both make the same windows (zone and cadence alike): then the next window is the grid's.
[[nodiscard]] bool same_grid(const Rules& a, const Rules& b);

struct RequirementSpec {
    std::string metric;
    bool enabled{true};
    // `zone` empty: the lock session's. `cadence.anchor` is meaningful only where anchor_given.
    Rules rules;
    bool anchor_given{false};
    std::optional<Instant> active_from;  // not before 2000-01-01; absent: now
    bool punish_past{false};
};

// A whole lock session as the operator wants it: the new truth.
struct SessionSpec {
    SessionId id;
    std::string platform;
    std::optional<std::string> timezone;  // absent: a learnt one stays, else the default
    std::string default_timezone{"UTC"};
    std::vector<RequirementSpec> requirements;
};

struct Caps {
    std::chrono::seconds punishment_seconds{86400};
    std::chrono::seconds punishment_seconds_per_day{172800};
    Duration punishment_max_age{std::chrono::hours{24 * 14}};
    Duration proof_max_age{std::chrono::hours{24 * 30}};
};

// What holds for every lock session at a time, from the configuration.
struct Policy {
    Caps caps;
    Duration outage_grace{std::chrono::minutes{30}};
    Duration token_margin{std::chrono::seconds{60}};
    // A longer gap in the heartbeat is an outage. Three quarters of it lie between two heartbeats.
    Duration longest_silence{std::chrono::seconds{60}};
};

// Refuses what would only be discovered at midnight: a punishment above its cap, a freeze outside
// 60..86400 s, a grace longer than the window, counts and cadences out of range, two requirements
// of one metric. The error names the field as the request does
// ("requirements[0].punishment.seconds").
[[nodiscard]] Result<void> validate(const SessionSpec& spec, const Caps& caps, Instant now);

}  // namespace cadence
