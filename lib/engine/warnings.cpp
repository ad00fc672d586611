#include "engine/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace engine {
namespace {

using cadence::Instant;

std::string count_of(std::int64_t count, const char* one, const char* many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

Warning make(WarningCode code, Instant since, std::string detail) {
    Warning warning;
    warning.code = code;
    warning.since = since;
    warning.detail = std::move(detail);
    return warning;
}

void add_process(std::vector<Warning>& all, const ProcessTrouble& process, Instant now) {
    if (const auto since = process.database_unwritable_since) {
        all.push_back(
            make(WarningCode::DatabaseUnwritable, *since,
                 fmt::format("the database could not be written as it should for {}, so nothing is"
                             " taken in or sent, or its log grows: {}",
                             to_words(now - *since), process.database_says)));
    }
    if (const auto since = process.configuration_refused_since) {
        all.push_back(
            make(WarningCode::ConfigurationRefused, *since,
                 fmt::format("the configuration file was refused {} ago and the one before"
                             " it stays in force: mend what config.lastError says and"
                             " reload",
                             to_words(now - *since))));
    }
}

Warning braked(Instant since, Instant now) {
    return make(WarningCode::Paused, since,
                fmt::format("the brake has been on for {}, so no punishment and no undo leaves:"
                            " POST /v1/resume releases it",
                            to_words(now - since)));
}

Warning refused(const std::string& name, Instant since, Instant now) {
    return make(WarningCode::CredentialRefused, since,
                fmt::format("platform {} has refused the credential for {}, so nothing reaches it:"
                            " mend the developer key and reload; it is probed every 30 s",
                            name, to_words(now - since)));
}

Warning failing(const std::string& name, const PlatformHealth& health, Instant since, Instant now) {
    const auto said = health.last_error ? " (" + health.last_error->code + ")" : std::string{};
    return make(WarningCode::BreakerOpen, since,
                fmt::format("platform {} has not been usable for {}{}, so only probes go out: look"
                            " at its host and at the network; delivery goes on by itself",
                            name, to_words(now - since), said));
}

Warning skewed(const std::string& name, const PlatformHealth& health, Instant since, Instant now) {
    const bool ahead = health.clock_skew > cadence::Duration{0};
    return make(WarningCode::ClockSkew, since,
                fmt::format("the clock of platform {} has been {} {} ours for {}, so punishments"
                            " wait: set this machine's clock by NTP",
                            name, to_words(std::chrono::abs(health.clock_skew)),
                            ahead ? "ahead of" : "behind", to_words(now - since)));
}

Warning held(const LedgerTrouble::Held& trouble, Instant now) {
    auto warning = make(
        WarningCode::WriteHeld, trouble.since,
        fmt::format("{} of unknown outcome {} for a person, the first (delivery {} of lock session"
                    " {}) for {}: look at the lock, then settle, or waive, each",
                    count_of(trouble.deliveries, "write", "writes"),
                    trouble.deliveries == 1 ? "waits" : "wait", trouble.delivery.value,
                    trouble.session.value, to_words(now - trouble.since)));
    warning.deliveries = trouble.deliveries;
    warning.session = trouble.session;
    warning.delivery = trouble.delivery;
    return warning;
}

Warning dying(const LedgerTrouble::Dying& trouble, Instant now) {
    auto warning =
        make(WarningCode::TokenDiesWithWork, trouble.since,
             fmt::format("for {} the tokens of {}{} have been near their end with work that does"
                         " not move, the first (lock session {}) ends in {}: look at its"
                         " deliveries and the platform's lastError; what is not sent by then waits"
                         " for the next launch",
                         to_words(now - trouble.since),
                         trouble.sessions >= LedgerTrouble::kMostCounted ? "at least " : "",
                         count_of(trouble.sessions, "lock session", "lock sessions"),
                         trouble.session.value, to_words(trouble.ends_at - now)));
    warning.sessions = trouble.sessions;
    warning.session = trouble.session;
    warning.ends_at = trouble.ends_at;
    return warning;
}

Warning waiting(const LedgerTrouble::Waiting& trouble, Instant now) {
    auto warning =
        make(WarningCode::WaitingWithoutToken, trouble.since,
             fmt::format("{} with {} of {} {} for a launch, the first (lock session {}) for {}: its"
                         " wearer must open the extension and the backend hand the launch in",
                         count_of(trouble.deliveries, "delivery", "deliveries"),
                         count_of(trouble.proofs, "proof", "proofs"),
                         count_of(trouble.sessions, "lock session", "lock sessions"),
                         trouble.deliveries == 1 ? "waits" : "wait", trouble.session.value,
                         to_words(now - trouble.since)));
    warning.sessions = trouble.sessions;
    warning.deliveries = trouble.deliveries;
    warning.proofs = trouble.proofs;
    warning.session = trouble.session;
    return warning;
}

void add_platform(std::vector<Warning>& all, const std::string& name, const PlatformHealth& health,
                  Instant now) {
    const auto add = [&all, &name](Warning warning) {
        warning.platform = name;
        all.push_back(std::move(warning));
    };
    if (const auto since = health.credential_refused_since) add(refused(name, *since, now));
    if (const auto since = health.breaker_not_closed_since) add(failing(name, health, *since, now));
    if (const auto since = health.clocks_disagree_since) add(skewed(name, health, *since, now));
}

}  // namespace

const char* to_string(WarningCode code) {
    switch (code) {
        case WarningCode::DatabaseUnwritable:
            return "database_unwritable";
        case WarningCode::ConfigurationRefused:
            return "configuration_refused";
        case WarningCode::Paused:
            return "paused";
        case WarningCode::CredentialRefused:
            return "credential_refused";
        case WarningCode::BreakerOpen:
            return "breaker_open";
        case WarningCode::ClockSkew:
            return "clock_skew";
        case WarningCode::WriteHeld:
            return "write_held";
        case WarningCode::TokenDiesWithWork:
            return "token_dies_with_work";
        case WarningCode::WaitingWithoutToken:
            return "waiting_without_token";
    }
    return "paused";
}

std::vector<Warning> find_warnings(const LedgerTrouble& ledger,
                                   const std::map<std::string, PlatformHealth>& platforms,
                                   const ProcessTrouble& process, Instant now) {
    std::vector<Warning> all;
    add_process(all, process, now);
    if (ledger.braked_since) all.push_back(braked(*ledger.braked_since, now));
    for (const auto& [name, health] : platforms) add_platform(all, name, health, now);
    if (ledger.held) all.push_back(held(*ledger.held, now));
    if (ledger.dying) all.push_back(dying(*ledger.dying, now));
    if (ledger.waiting) all.push_back(waiting(*ledger.waiting, now));
    std::stable_sort(all.begin(), all.end(),
                     [](const Warning& a, const Warning& b) { return a.code < b.code; });
    return all;
}

std::string to_words(cadence::Duration time) {
    const auto seconds = std::max<std::int64_t>(0, time / std::chrono::seconds{1});
    const auto minutes = seconds / 60;
    const auto hours = minutes / 60;
    if (minutes == 0) return fmt::format("{} s", seconds);
    if (hours == 0) return fmt::format("{} min", minutes);
    if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
    return fmt::format("{} d {} h", hours / 24, hours % 24);
}

}  // namespace engine
