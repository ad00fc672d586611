// What must hold at the instant a write leaves: the compare of a compare-and-set. Only looks;
// used inside the unit of work that then sends or waives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/requirement.hpp"
#include "cadence/verdict.hpp"
#include "engine/outbox.hpp"
#include "ledger/database.hpp"

namespace ledger {

// A delivery that is about to be sent, with everything around it that the checks look at.
struct Candidate {
    cadence::DeliveryId id;
    cadence::SessionId session;
    cadence::RequirementId requirement;
    cadence::WindowId window;
    std::string metric;
    cadence::DeliveryKind kind{cadence::DeliveryKind::Progress};
    cadence::DeliveryState state{cadence::DeliveryState::Waiting};
    bool wanted{true};
    cadence::Write write;
    std::optional<cadence::DeliveryId> undoes;
    int attempts{0};
    int unknowns{0};  // attempts that had no known outcome
    std::optional<cadence::Instant> due;
    std::optional<cadence::Instant> expires;
    cadence::Instant window_start;
    cadence::Instant window_end;
    int generation{0};
    bool window_missed{false};
    bool session_active{false};
    bool context_seen{false};
};

[[nodiscard]] std::optional<Candidate> find_candidate(Database& database,
                                                      cadence::DeliveryId delivery);

// Why nothing is sent. `also`: others that the same decision waives.
struct Refusal {
    engine::Begun begun{engine::Begun::NotDue};
    std::string reason;  // of Waived and Later
    std::vector<cadence::DeliveryId> also;
    std::optional<cadence::Instant> until{};  // of Later
};

// Empty: it may be sent now. `local_date`: the wearer's, for the cap per day.
[[nodiscard]] std::optional<Refusal> find_refusal(Database& database, const Candidate& candidate,
                                                  const engine::BeginAttempt& begin,
                                                  const cadence::Policy& policy,
                                                  const std::string& local_date,
                                                  cadence::Instant now);

}  // namespace ledger
