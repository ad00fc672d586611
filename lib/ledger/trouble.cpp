#include "ledger/trouble.hpp"

#include <algorithm>

namespace ledger {

namespace trouble_sql {

const char* const kWaiting =
    "SELECT since_ms, session,"
    " (SELECT value FROM counter WHERE name = 'waiting.sessions'),"
    " (SELECT value FROM counter WHERE name = 'delivery.waiting'),"
    " (SELECT value FROM counter WHERE name = 'waiting.proofs')"
    " FROM waiting_session INDEXED BY waiting_session_since ORDER BY since_ms LIMIT 1";
// With min() the other columns are of its row.
const char* const kDying =
    "SELECT count(*), min(work_ends_at_ms), work_since_ms, id FROM"
    " (SELECT work_ends_at_ms, work_since_ms, id FROM session INDEXED BY session_work_ends"
    "  WHERE work_ends_at_ms > ?1 AND work_ends_at_ms <= ?2 ORDER BY work_ends_at_ms LIMIT ?4)"
    " WHERE work_since_ms <= ?3";
const char* const kHeld =
    "SELECT updated_at_ms, session, id,"
    " (SELECT value FROM counter WHERE name = 'delivery.held')"
    " FROM delivery INDEXED BY delivery_held WHERE state = 'held' ORDER BY updated_at_ms LIMIT 1";
const char* const kBrake = "SELECT since_ms FROM brake WHERE id = 1";

}  // namespace trouble_sql

namespace {

using cadence::Instant;
using engine::LedgerTrouble;

std::optional<LedgerTrouble::Waiting> find_waiting(Database& database) {
    auto row = database.query(trouble_sql::kWaiting);
    if (!row.step()) return std::nullopt;
    return LedgerTrouble::Waiting{.since = row.instant(0),
                                  .session = {row.text(1)},
                                  .sessions = row.integer(2),
                                  .deliveries = row.integer(3),
                                  .proofs = row.integer(4)};
}

std::optional<LedgerTrouble::Dying> find_dying(Database& database, const cadence::Policy& policy,
                                               Instant now) {
    const Instant usable = now + policy.token_margin;
    auto row = database.query(trouble_sql::kDying);
    row.bind(usable, usable + LedgerTrouble::kNotice, now - LedgerTrouble::kStill,
             LedgerTrouble::kMostCounted);
    if (!row.step() || row.integer(0) == 0) return std::nullopt;
    const Instant ends_at = row.instant(1) - policy.token_margin;
    return LedgerTrouble::Dying{
        .since = std::max(ends_at - LedgerTrouble::kNotice, row.instant(2) + LedgerTrouble::kStill),
        .ends_at = ends_at,
        .session = {row.text(3)},
        .sessions = row.integer(0)};
}

std::optional<LedgerTrouble::Held> find_held(Database& database) {
    auto row = database.query(trouble_sql::kHeld);
    if (!row.step()) return std::nullopt;
    return LedgerTrouble::Held{.since = row.instant(0),
                               .session = {row.text(1)},
                               .delivery = {row.integer(2)},
                               .deliveries = row.integer(3)};
}

std::optional<Instant> find_brake(Database& database) {
    auto row = database.query(trouble_sql::kBrake);
    if (!row.step()) return std::nullopt;
    return row.instant(0);
}

}  // namespace

LedgerTrouble find_trouble(Database& database, const cadence::Policy& policy, Instant now) {
    return {.waiting = find_waiting(database),
            .dying = find_dying(database, policy, now),
            .held = find_held(database),
            .braked_since = find_brake(database)};
}

}  // namespace ledger
