#include "ledger/record_status.hpp"

#include "ledger/trouble.hpp"

namespace ledger {

namespace status_sql {

const char* const kCounters = "SELECT name, value FROM counter";
// By whole days, and of today those that still are.
const char* const kPaused =
    "SELECT (SELECT ifnull(sum(sessions), 0) FROM paused_day WHERE day > ?1 / 86400000)"
    " + (SELECT count(*) FROM paused_session"
    "    WHERE until_ms > ?1 AND until_ms < (?1 / 86400000 + 1) * 86400000)";
// Of those that the counter counts: whose last token ends by then.
const char* const kTokensEnding =
    "SELECT count(DISTINCT session) FROM token AS ending"
    " WHERE died_at_ms IS NULL AND expires_at_ms <= ?1 AND set_aside_until_ms IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM token WHERE session = ending.session"
    "  AND died_at_ms IS NULL AND set_aside_until_ms IS NULL AND expires_at_ms > ?1)";
const char* const kNextExpiry =
    "SELECT expires_at_ms FROM token WHERE died_at_ms IS NULL AND expires_at_ms > ?1"
    " AND set_aside_until_ms IS NULL ORDER BY expires_at_ms LIMIT 1";
// Left to itself SQLite reads all that waits through delivery_state.
const char* const kOldestWaiting =
    "SELECT created_at_ms FROM delivery INDEXED BY delivery_oldest_waiting"
    " WHERE state = 'waiting' ORDER BY created_at_ms LIMIT 1";
// The excused that have not ended yet belong to lock sessions or requirements that are no more.
const char* const kNextClose =
    "SELECT end_at_ms FROM window WHERE end_at_ms > ?1 AND verdict IS NOT 'excused'"
    " ORDER BY end_at_ms LIMIT 1";

}  // namespace status_sql

namespace {

using cadence::Instant;
using engine::LedgerStatus;

void add_counters(Database& database, LedgerStatus& status) {
    auto row = database.query(status_sql::kCounters);
    while (row.step()) {
        const std::string name = row.text(0);
        const std::size_t dot = name.find('.');
        const std::string what = name.substr(0, dot);
        const std::string state = name.substr(dot + 1);
        if (what == "session") status.sessions[state] = row.integer(1);
        if (what == "window") status.windows[state] = row.integer(1);
        if (name == "token.alive") status.tokens_valid = row.integer(1);
        if (what == "proof") status.proofs[state] = row.integer(1);
        if (what == "delivery") status.deliveries[state] = row.integer(1);
    }
}

void add_live(Database& database, const cadence::Policy& policy, Instant now,
              LedgerStatus& status) {
    auto paused = database.query(status_sql::kPaused);
    paused.bind(now);
    if (paused.step()) status.sessions_paused = paused.integer(0);
    auto ending = database.query(status_sql::kTokensEnding);
    ending.bind(now + policy.token_margin);
    if (ending.step()) status.tokens_valid -= ending.integer(0);
    auto expiry = database.query(status_sql::kNextExpiry);
    expiry.bind(now + policy.token_margin);
    if (expiry.step()) status.next_token_expiry = expiry.instant(0);
    auto brake = database.query("SELECT reason FROM brake");
    status.paused = brake.step();
    if (status.paused) status.pause_reason = brake.text(0);
}

void add_times(Database& database, Instant now, LedgerStatus& status) {
    auto waiting = database.query(status_sql::kOldestWaiting);
    if (waiting.step()) status.oldest_waiting_at = waiting.maybe_instant(0);
    auto close = database.query(status_sql::kNextClose);
    close.bind(now);
    if (close.step()) status.next_window_close = close.instant(0);
}

std::int64_t pragma(Database& database, const char* statement) {
    auto row = database.query(statement);
    return row.step() ? row.integer(0) : 0;
}

void add_file(Database& database, LedgerStatus& status) {
    status.schema_version = static_cast<int>(pragma(database, "PRAGMA user_version"));
    status.database_bytes =
        pragma(database, "PRAGMA page_count") * pragma(database, "PRAGMA page_size");
    const char* const path = sqlite3_db_filename(database.handle(), "main");
    status.database_path = path == nullptr ? "" : path;
}

}  // namespace

cadence::Result<LedgerStatus> load_status(Database& database, const cadence::Policy& policy,
                                          Instant now) {
    LedgerStatus status;
    add_counters(database, status);
    add_live(database, policy, now, status);
    add_times(database, now, status);
    status.trouble = find_trouble(database, policy, now);
    add_file(database, status);
    return status;
}

}  // namespace ledger
