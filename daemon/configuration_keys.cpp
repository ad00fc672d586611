#include "daemon/configuration_keys.hpp"

#include <chrono>

#include "daemon/key_readers.hpp"

namespace cadenced {
namespace {

namespace words = cadence::words;
using std::chrono::days;
using std::chrono::hours;

constexpr std::size_t kLongestSocketPath = 107;  // sun_path, and the NUL after it
constexpr std::size_t kLongestPath = 3900;       // leaves room for the files' names below it
constexpr std::size_t kLongestZone = 64;
constexpr IntegerRange kCalls{1, 100'000};
constexpr IntegerRange kCappedSeconds{1, 31'536'000};
constexpr DurationRange kGrace{hours{0}, hours{24}};
constexpr DurationRange kOutageGrace{hours{0}, days{7}};
constexpr DurationRange kTokenMargin{hours{0}, hours{1}};
constexpr DurationRange kAge{std::chrono::seconds{1}, days{3660}};
constexpr DurationRange kTimeout{std::chrono::seconds{1}, std::chrono::seconds{120}};

template <class Target, class Field>
std::function<void(const Value&, Target&)> path(Field field, std::size_t longest,
                                                EmptyPath empty = EmptyPath::Refused) {
    return [field, longest, empty](const Value& value, Target& target) {
        if (auto found = find_path(value, longest, empty)) {
            std::invoke(field, target) = *std::move(found);
        }
    };
}

constexpr std::array<words::Word<LogLevel>, 5> kLogLevels{{
    {LogLevel::Trace, "trace"},
    {LogLevel::Debug, "debug"},
    {LogLevel::Info, "info"},
    {LogLevel::Warn, "warn"},
    {LogLevel::Error, "error"},
}};

// ---- [platform.NAME]

void read_kind(const Value& value, PlatformDraft& draft) {
    const auto found = find_choice(value, {"chastify", "chastity-tracker"});
    if (!found) return;
    draft.kind = *found == 0 ? PlatformKind::Chastify : PlatformKind::ChastityTracker;
    if (draft.kind != PlatformKind::ChastityTracker) return;
    value.complain("\"chastity-tracker\" cannot be served by this version of cadenced",
                   "remove this platform until a version that can is installed");
}

void read_origin(const Value& value, PlatformDraft& draft) {
    if (auto found = find_origin(value)) draft.platform.origin = *std::move(found);
}

void read_credential(const Value& value, PlatformDraft& draft) {
    if (auto found = find_credential(value)) draft.platform.credential = *std::move(found);
}

// Of Chastity Tracker alone; configuration.cpp refuses it elsewhere.
void read_owner_credential(const Value& value, PlatformDraft&) { (void)find_credential(value); }

CallLimits& limits_of(PlatformDraft& draft) { return draft.platform.limits; }

Keys<CallLimits> limit_keys() {
    return {
        {"action", integer<CallLimits>(&CallLimits::action, kCalls)},
        {"write", integer<CallLimits>(&CallLimits::write, kCalls)},
        {"read", integer<CallLimits>(&CallLimits::read, kCalls)},
    };
}

// ---- [defaults]

// A single string sets both, so it must be one that both can take.
void read_on_unknown(const Value& value, Configuration& target) {
    static const Keys<Defaults> keys{
        {"punishment",
         choice<Defaults>(&Defaults::on_unknown_punishment, words::kPunishmentOnUnknown)},
        {"progress", choice<Defaults>(&Defaults::on_unknown_progress, words::kProgressOnUnknown)},
    };
    if (const toml::table* const table = value.node.as_table()) {
        read_table(*table, value.key + ".", keys, target.defaults, value.problems);
        return;
    }
    if (const auto* const text = value.node.as_string(); text != nullptr && **text == "resend") {
        value.complain("\"resend\" is for progress alone: a punishment is never sent again",
                       "write { punishment = \"hold\", progress = \"resend\" }");
        return;
    }
    const auto both = [](Defaults & defaults) -> auto& { return defaults.on_unknown_punishment; };
    choice<Defaults>(both, words::kPunishmentOnUnknown)(value, target.defaults);
    target.defaults.on_unknown_progress = target.defaults.on_unknown_punishment;
}

void read_default_platform(const Value& value, Configuration& target) {
    auto name = find_text(value, "write the name of a [platform.NAME] of this file");
    if (name) target.defaults.platform = *std::move(name);
}

void read_timezone(const Value& value, Configuration& target) {
    const std::string remedy = "write an IANA time zone such as Europe/Berlin";
    auto name = find_text(value, remedy);
    if (!name) return;
    if (name->empty() || name->size() > kLongestZone) {
        value.complain("is not the name of a time zone", remedy);
        return;
    }
    target.defaults.timezone = *std::move(name);
}

Configuration& itself(Configuration& configuration) { return configuration; }

// What [defaults] holds lands in two places: in Defaults and, for every lock session, in the
// Policy.
template <class Member>
auto in_defaults(Member member) {
    return [member](Configuration & target) -> auto& { return target.defaults.*member; };
}

template <class Member>
auto in_policy(Member member) {
    return [member](Configuration & target) -> auto& { return target.policy.*member; };
}

Keys<Configuration> default_keys() {
    return {
        {"platform", read_default_platform},
        {"timezone", read_timezone},
        {"week_start", choice<Configuration>(in_defaults(&Defaults::week_start), words::kWeekdays)},
        {"punishment_owner",
         choice<Configuration>(in_defaults(&Defaults::punishment_owner), words::kOwners)},
        {"first_window",
         choice<Configuration>(in_defaults(&Defaults::first_window), words::kFirstWindows)},
        {"grace", duration<Configuration>(in_defaults(&Defaults::grace), kGrace)},
        {"misfire", choice<Configuration>(in_defaults(&Defaults::misfire), words::kMisfires)},
        {"late_proof",
         choice<Configuration>(in_defaults(&Defaults::late_proof), words::kLateProofs)},
        {"on_unknown", read_on_unknown},
        {"outage_grace",
         duration<Configuration>(in_policy(&cadence::Policy::outage_grace), kOutageGrace)},
        {"token_margin",
         duration<Configuration>(in_policy(&cadence::Policy::token_margin), kTokenMargin)},
    };
}

// ---- [caps]

cadence::Caps& caps_of(Configuration& configuration) { return configuration.policy.caps; }

Keys<cadence::Caps> cap_keys() {
    using cadence::Caps;
    return {
        {"punishment_seconds", seconds<Caps>(&Caps::punishment_seconds, kCappedSeconds)},
        {"punishment_seconds_per_day",
         seconds<Caps>(&Caps::punishment_seconds_per_day, kCappedSeconds)},
        {"punishment_max_age", duration<Caps>(&Caps::punishment_max_age, kAge)},
        {"proof_max_age", duration<Caps>(&Caps::proof_max_age, kAge)},
    };
}

}  // namespace

Keys<PlatformDraft> platform_keys() {
    const auto ca_file = [](PlatformDraft & draft) -> auto& { return draft.platform.ca_file; };
    const auto connections = [](PlatformDraft & draft) -> auto& {
        return draft.platform.connections;
    };
    const auto timeout = [](PlatformDraft & draft) -> auto& { return draft.platform.timeout; };
    return {
        {"kind", read_kind},
        {"base_url", read_origin},
        {"credential", read_credential},
        {"owner_credential", read_owner_credential},
        {"ca_file", path<PlatformDraft>(ca_file, kLongestPath, EmptyPath::Allowed)},
        {"connections", integer<PlatformDraft>(connections, IntegerRange{1, 256})},
        {"timeout", duration<PlatformDraft>(timeout, kTimeout)},
        {"limits", table_of<PlatformDraft>(limit_keys(), limits_of)},
    };
}

Keys<Configuration> configuration_keys() {
    return {
        {"state_dir", path<Configuration>(&Configuration::state_dir, kLongestPath)},
        {"socket", path<Configuration>(&Configuration::socket, kLongestSocketPath)},
        {"log_level", choice<Configuration>(&Configuration::log_level, kLogLevels)},
        {"defaults", table_of<Configuration>(default_keys(), itself)},
        {"caps", table_of<Configuration>(cap_keys(), caps_of)},
    };
}

}  // namespace cadenced
