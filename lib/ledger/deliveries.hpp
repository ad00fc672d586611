// The rows of the outbox: making them, moving them, ending them. Used inside a unit of work.
#pragma once

#include <optional>
#include <string>

#include "cadence/delivery.hpp"
#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

// What a new delivery belongs to.
struct DeliveryHome {
    cadence::SessionId session;
    cadence::RequirementId requirement;
    cadence::WindowId window;
    cadence::Instant window_start;
};

// The longest that anything is put off: a platform's Retry-After, clamped.
constexpr std::chrono::minutes kLongestWait{15};

// Adds a proof to the window's progress delivery that still takes proofs, or begins one. One that
// was unknown once is sent again exactly as it was, and takes no proofs.
cadence::DeliveryId carry_proof(Database& database, const DeliveryHome& home,
                                const std::string& key, std::int64_t amount, cadence::Instant now);

// The window has none that still takes proofs: begins one with its first proof, queued where the
// lock session has a live token that is not set aside and is not suspended, else waiting. Due now.
// The lock session's lane has to be refreshed.
cadence::DeliveryId begin_progress(Database& database, const DeliveryHome& home,
                                   const std::string& key, std::int64_t amount,
                                   cadence::Instant now);

// More proofs for a progress delivery that still takes them.
void carry_more(Database& database, cadence::DeliveryId delivery, std::int64_t amount,
                std::int64_t proofs, cadence::Instant now);

// The punishment row of a missed window; nothing when it has one already and that one stands
// (UNIQUE(window, kind, ordinal)). A waived one whose reason is "unwanted" or "reopened" is wanted
// again. `waived`: makes it at once as waived with this reason (owner_nobody, platform_owned).
std::optional<cadence::DeliveryId> owe_punishment(Database& database, const DeliveryHome& home,
                                                  const cadence::Punishment& punishment,
                                                  std::optional<std::string> waived,
                                                  cadence::Duration max_age, cadence::Instant now);

// The window was met, excused or reopened after all: its punishment is not wanted any more. Unsent:
// waived with `reason`; held: with `reason` and "_outcome_unknown". In flight, unknown or rejected:
// wanted = 0. Applied: with `compensate`, an undo (its inverse) is owed, once, and for the timed
// kinds only while our own effect would still run. Returns the undo.
std::optional<cadence::DeliveryId> unwant_punishment(Database& database, cadence::WindowId window,
                                                     const std::string& reason, bool compensate,
                                                     cadence::Instant now);

// Every delivery of the lock session that is not final (waiting, queued, unknown, held) is waived;
// one in flight is left for its answer.
int waive_undelivered(Database& database, const cadence::SessionId& session,
                      const std::string& reason, cadence::Instant now);

// Waives one unsent delivery (platform_owned, max_age, a cap …).
void waive_punishment(Database& database, cadence::DeliveryId delivery, const std::string& reason,
                      cadence::Instant now);

// Moves one delivery and says so in the trail: the only way a state changes but for the bulk of
// waiting <-> queued. `due`: empty keeps the one it has.
void move_delivery(Database& database, cadence::DeliveryId delivery, cadence::DeliveryState state,
                   const std::string& reason, cadence::Instant now,
                   std::optional<cadence::Instant> due = {}, const std::string& by_person = {});

// A progress delivery that was not applied is about to be waiting or queued again: what its window
// gathered meanwhile is folded into it, and the row that gathered it waived as 'merged'. Not for
// one that was unknown once: a resend stays what it was.
void fold_open_progress(Database& database, cadence::DeliveryId returning, cadence::Instant now);

// Whether queued or waiting is the state of what is to be sent as soon as possible.
[[nodiscard]] cadence::DeliveryState unsent_state(Database& database,
                                                  const cadence::SessionId& session,
                                                  cadence::Instant now);

// waiting -> queued (a token lives) or queued -> waiting (none does) for the whole lock session.
// The first does nothing while the lock session has no usable token.
void queue_waiting(Database& database, const cadence::SessionId& session, cadence::Instant now);
void park_queued(Database& database, const cadence::SessionId& session, cadence::Instant now);

// Appends to the trail. `detail` is a JSON object's text; empty means {}.
void record_event(Database& database, cadence::Instant now, const std::string& kind,
                  std::optional<cadence::SessionId> session,
                  std::optional<cadence::WindowId> window,
                  std::optional<cadence::DeliveryId> delivery, const std::string& detail = {});

}  // namespace ledger
