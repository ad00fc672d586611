#include "ledger/refusals.hpp"

#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"
#include "ledger/sessions.hpp"

namespace ledger {
namespace {

using cadence::AnswerKind;
using cadence::Instant;
using cadence::SessionId;

void set_aside(Database& database, const SessionId& session, const std::string& hash, Instant now) {
    const int changed = database.execute(
        "UPDATE token SET set_aside_until_ms = ?3 WHERE session = ?1 AND hash = ?2"
        " AND died_at_ms IS NULL AND set_aside_until_ms IS NULL",
        session, hash, now + kSetAside);
    if (changed == 1) record_event(database, now, "token.set_aside", session, {}, {});
}

void suspend(Database& database, const SessionId& session, const std::string& hash, Instant now) {
    const int changed = database.execute(
        "UPDATE session SET state = 'suspended', state_reason = 'extension_not_enabled',"
        " revision = revision + 1 WHERE id = ?1 AND state = 'active'",
        session);
    // This token has had its answer; it takes another launch to ask again.
    database.execute(
        "UPDATE token SET verify_due_at_ms = NULL, verified_at_ms = NULL"
        " WHERE session = ?1 AND hash = ?2",
        session, hash);
    if (changed == 1) record_event(database, now, "session.suspended", session, {}, {});
}

// False for a token that is verified: it stays so, and carries progress.
bool verify_later(Database& database, const SessionId& session, const std::string& hash,
                  Instant when) {
    return database.execute(
               "UPDATE token SET verify_due_at_ms = ?3 WHERE session = ?1 AND hash = ?2"
               " AND died_at_ms IS NULL AND verify_due_at_ms IS NOT NULL",
               session, hash, when) == 1;
}

// The readings that watch for a write that was applied twice.
void look_later(Database& database, const SessionId& session, Instant when) {
    database.execute(
        "UPDATE delivery SET watch_at_ms = max(watch_at_ms, ?2)"
        " WHERE session = ?1 AND watch_until_ms IS NOT NULL",
        session, when);
}

std::vector<SessionId> find_sessions_set_aside(Database& database, const std::string& platform) {
    auto row = database.query(
        "SELECT DISTINCT session FROM token INDEXED BY token_set_aside WHERE died_at_ms IS NULL"
        " AND set_aside_until_ms IS NOT NULL"
        " AND (SELECT platform FROM session WHERE id = token.session) = ?1");
    row.bind(platform);
    std::vector<SessionId> sessions;
    while (row.step()) sessions.push_back({row.text(0)});
    return sessions;
}

}  // namespace

void note_refusal(Database& database, const SessionId& session, const std::string& token_hash,
                  AnswerKind kind, Instant now) {
    if (kind == AnswerKind::TokenRefused) set_aside(database, session, token_hash, now);
    if (kind == AnswerKind::Suspended) suspend(database, session, token_hash, now);
    const bool changed = kind == AnswerKind::TokenRefused || kind == AnswerKind::Suspended;
    if (changed && !has_usable_token(database, session, now)) park_queued(database, session, now);
}

cadence::Result<void> record_refusal(Database& database, const SessionId& session,
                                     const std::string& token_hash, const cadence::Answer& answer,
                                     cadence::Duration wait, Instant now) {
    switch (answer.kind) {
        case AnswerKind::SessionEnded:
            end_session_rows(database, session, "lock_ended", now);
            break;
        case AnswerKind::TokenRefused:
        case AnswerKind::Suspended:
            note_refusal(database, session, token_hash, answer.kind, now);
            break;
        default:
            look_later(database, session, now + wait);
            if (!verify_later(database, session, token_hash, now + wait)) {
                postpone_punishments(database, session, now + wait, "context_not_read", now);
            }
    }
    refresh_lane(database, session, now);
    return {};
}

int revive_tokens(Database& database, const std::string& platform, Instant now) {
    int revived = 0;
    for (const SessionId& session : find_sessions_set_aside(database, platform)) {
        revived += database.execute(
            "UPDATE token SET set_aside_until_ms = NULL"
            " WHERE session = ?1 AND died_at_ms IS NULL AND set_aside_until_ms IS NOT NULL",
            session);
        queue_waiting(database, session, now);
        refresh_lane(database, session, now);
    }
    return revived;
}

}  // namespace ledger
