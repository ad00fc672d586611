// The evidence about attempts of unknown outcome, as rows: their baselines, and the readings since.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/settlement.hpp"
#include "engine/records.hpp"
#include "ledger/database.hpp"

namespace ledger {

struct UnknownAttempt {
    cadence::WindowId window;
    cadence::Write write;
    cadence::Instant started_at;
    cadence::Instant given_up_at;
    std::optional<cadence::LockReading> baseline;
    bool comparable{true};  // no: the clock was set back since, and the baseline is left out
    int earlier{0};         // attempts before it without a known outcome
    std::string settled;    // empty while it is being settled
    std::string because;
    std::vector<cadence::LockReading> reads;  // oldest first
};

// An attempt at a punishment or an undo; it must exist.
[[nodiscard]] UnknownAttempt load_unknown_attempt(Database& database, cadence::DeliveryId delivery,
                                                  int attempt);

// The numbers of the attempts at `delivery` that had no known outcome, in order.
[[nodiscard]] std::vector<int> find_unknown_attempts(Database& database,
                                                     cadence::DeliveryId delivery);

// The look just before the attempt.
void store_baseline(Database& database, cadence::DeliveryId delivery, int attempt,
                    const cadence::LockReading& read);
// One after it, and what it says: a Finding's word, or doubled. A second one at the same
// millisecond is none.
void store_evidence(Database& database, cadence::DeliveryId delivery, int attempt,
                    const cadence::LockReading& read, const char* says);

// `read` with what the lock session's other deliveries have changed since `since`. Nothing where
// one of them may have done so, or moved what cannot be counted: then no reading says anything of
// this one.
[[nodiscard]] std::optional<cadence::LockReading> apart_from_others(
    Database& database, const cadence::SessionId& session, cadence::DeliveryId delivery,
    const cadence::Write& write, cadence::Instant since, cadence::LockReading read);

// at_ms, frozen, time_remaining_seconds, time_locked_seconds, took_ms, others_seconds,
// platform_ms from column `first` on; nothing where at_ms is NULL.
[[nodiscard]] std::optional<cadence::LockReading> reading_of(const Query& row, int first);

// The readings since the attempt, oldest first.
[[nodiscard]] std::vector<engine::SettlingReading> load_evidence(Database& database,
                                                                 cadence::DeliveryId delivery,
                                                                 int attempt);

// The attempt is settled (applied, not_applied, undecided), and why is kept with it.
void close_attempt(Database& database, cadence::DeliveryId delivery, int attempt,
                   const char* settled, const std::string& because, cadence::Instant now);

}  // namespace ledger
