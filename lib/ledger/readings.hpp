// The evidence about attempts of unknown outcome, as rows: their baselines, and the readings since.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/settlement.hpp"
#include "ledger/database.hpp"

namespace ledger {

struct UnknownAttempt {
    cadence::WindowId window;
    cadence::Write write;
    cadence::Instant started_at;
    cadence::Instant given_up_at;
    std::optional<cadence::LockReading> baseline;
    std::vector<cadence::LockReading> reads;  // oldest first
};

// An attempt at a punishment or an undo; it must exist.
[[nodiscard]] UnknownAttempt load_unknown_attempt(Database& database, cadence::DeliveryId delivery,
                                                  int attempt);

// The numbers of the attempts at `delivery` that were unknown and settled as `settled`.
[[nodiscard]] std::vector<int> find_unknown_attempts(Database& database,
                                                     cadence::DeliveryId delivery,
                                                     const std::string& settled);

// `role`: baseline or settle. A second one at the same millisecond is none.
void store_reading(Database& database, cadence::DeliveryId delivery, int attempt, const char* role,
                   const cadence::LockReading& read);

// `read` as it would be if the lock session's other deliveries had changed no time since `since`.
// Nothing where one of them may have done so: then no reading says anything of this one.
[[nodiscard]] std::optional<cadence::LockReading> without_others(Database& database,
                                                                 const cadence::SessionId& session,
                                                                 cadence::DeliveryId delivery,
                                                                 cadence::Instant since,
                                                                 cadence::LockReading read);

// at_ms, frozen, time_remaining_seconds, time_locked_seconds from column `first` on; nothing where
// at_ms is NULL.
[[nodiscard]] std::optional<cadence::LockReading> reading_of(const Query& row, int first);

// The readings since the attempt, oldest first.
[[nodiscard]] std::vector<cadence::LockReading> load_readings(Database& database,
                                                              cadence::DeliveryId delivery,
                                                              int attempt);

}  // namespace ledger
