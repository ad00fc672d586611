// Where a delivery goes once it is known, or given up, what became of its write. Used inside a unit
// of work, by answers and by people's decisions alike.
#pragma once

#include <optional>
#include <string>

#include "cadence/delivery.hpp"
#include "cadence/requirement.hpp"
#include "ledger/database.hpp"

namespace ledger {

// A delivery whose write was made, or may have been.
struct Sent {
    cadence::DeliveryId id;
    cadence::SessionId session;
    cadence::DeliveryKind kind{cadence::DeliveryKind::Progress};
    cadence::DeliveryState state{cadence::DeliveryState::InFlight};
    int attempts{0};
    int unknowns{0};
    bool wanted{true};
    bool session_ended{false};
    cadence::OnUnknown on_unknown{cadence::OnUnknown::Hold};
    bool compensates{false};  // the window was met after all, and its rules take punishments back
};

// What the domain asks of it. `unknowns_before`: attempts without a known outcome, this one aside.
[[nodiscard]] cadence::AttemptFacts facts_of(const Sent& sent, int unknowns_before);

[[nodiscard]] std::optional<Sent> find_sent(Database& database, cadence::DeliveryId delivery);

// Carries out `transition`, whose Queued means "again as soon as possible": waiting without a
// usable token. What would go on in a lock session that has ended is waived; an unwanted punishment
// that was applied is undone where the rules say so. Returns the transition as it was stored.
cadence::Transition settle_as(Database& database, const Sent& sent, cadence::Transition transition,
                              cadence::Instant now, const std::string& by_person = {});

// The last send is known not to have been applied: it counts for no cap.
void forget_send(Database& database, cadence::DeliveryId delivery);

}  // namespace ledger
