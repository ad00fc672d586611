// What the courier should do next for a lock session, and when: one calculation, kept in
// session.lane_due_at_ms, so that a lane which is due always has something to do; with it goes
// session.work_ends_at_ms, so that a token that ends with work undone is known beforehand.
#pragma once

#include <optional>
#include <string>

#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "engine/outbox.hpp"
#include "ledger/database.hpp"

namespace ledger {

// Computes session.lane_due_at_ms anew: the earliest of an unverified live token's
// verify_due_at_ms, an unknown delivery's due_at_ms and, where a live token could carry it, a
// queued delivery's; punishments and undos only without a brake, and not before a running pause
// ends; nothing before deferred_until_ms. NULL when there is none of it. Every unit of work that
// changes any of these calls it, in the same transaction. `margin`: how long a token must live yet
// to be worth a look; what asks without one is told at worst of a lane that load_lane then finds
// idle and puts right.
void refresh_lane(Database& database, const cadence::SessionId& session, cadence::Instant now,
                  cadence::Duration margin = {});

// One of its writes is in flight: nothing else is due.
void close_lane(Database& database, const cadence::SessionId& session);
// One of its writes was applied: what work is left has lain since now, to the second.
void note_work_done(Database& database, const cadence::SessionId& session, cadence::Instant now);

// See engine::Outbox.
[[nodiscard]] engine::DueLanes find_due_lanes(Database& database, cadence::Instant now, int limit);
[[nodiscard]] cadence::Result<engine::LaneHead> load_lane(Database& database,
                                                          const cadence::SessionId& session,
                                                          const cadence::Policy& policy,
                                                          cadence::Instant now,
                                                          cadence::Duration round_trip);
// load_lane, for the end of a write: where the head is progress that can be sent now, at less cost,
// and the lane's due time stays as it was until the caller begins that.
[[nodiscard]] cadence::Result<engine::LaneHead> load_next(Database& database,
                                                          const cadence::SessionId& session,
                                                          const cadence::Policy& policy,
                                                          cadence::Instant now,
                                                          cadence::Duration round_trip);
void postpone_punishments(Database& database, const cadence::SessionId& session,
                          cadence::Instant until, const std::string& reason, cadence::Instant now);
int end_waits(Database& database, const std::string& platform, cadence::Instant now, int limit);
void defer_lane(Database& database, const cadence::SessionId& session, cadence::Instant until);

}  // namespace ledger
