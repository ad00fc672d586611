// What an operator should know of and may have to mend, as values: the same for the status and the
// log. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "engine/docket.hpp"
#include "engine/engine.hpp"

namespace engine {

enum class WarningCode {
    DatabaseUnwritable,    // nothing can be taken in, judged or sent
    ConfigurationRefused,  // the last reload was wrong; the configuration before it is in force
    Paused,                // the brake is on
    CredentialRefused,     // a platform refuses our key, whosever launch token goes with it
    BreakerOpen,           // a platform's host fails; only probes go out
    ClockSkew,             // a platform's clock and ours disagree; punishments wait
    WriteHeld,             // writes of unknown outcome wait for a person
    TokenDiesWithWork,     // a token is about to end, and what it should carry does not move
    WaitingWithoutToken,   // work waits for a launch
};
[[nodiscard]] const char* to_string(WarningCode code);  // database_unwritable, …

struct Warning {
    WarningCode code{WarningCode::Paused};
    cadence::Instant since;
    std::string platform;  // empty: not one platform's
    // How many it concerns, where that is counted.
    std::optional<std::int64_t> sessions;
    std::optional<std::int64_t> deliveries;
    std::optional<std::int64_t> proofs;
    // An example: the one that has waited longest, or that is first to be too late.
    std::optional<cadence::SessionId> session;
    std::optional<cadence::DeliveryId> delivery;
    std::optional<cadence::Instant> ends_at;  // of TokenDiesWithWork: the last chance to send
    std::string detail;                       // what, for how long, what to do: one sentence
};

// Everything to warn of at `now`, in the order of the codes, of one code by platform; empty when
// all is well.
[[nodiscard]] std::vector<Warning> find_warnings(
    const LedgerTrouble& ledger, const std::map<std::string, PlatformHealth>& platforms,
    const ProcessTrouble& process, cadence::Instant now);

// "40 s", "12 min", "3 h 12 min", "2 d 4 h"; what lies in the future is "0 s".
[[nodiscard]] std::string to_words(cadence::Duration time);

}  // namespace engine
