#include "ledger/pauses.hpp"

#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/lane.hpp"
#include "ledger/sessions.hpp"

namespace ledger {
namespace {

using cadence::ErrorCode;
using cadence::Instant;
using cadence::Result;
using cadence::SessionId;

tl::unexpected<cadence::Error> unknown_session(const SessionId& session) {
    return cadence::fail(ErrorCode::NotFound,
                         "there is no lock session '" + session.value + "'; enrol it first");
}

// Running ones end now; those already over are history and stay what they are.
void end_running(Database& database, const SessionId& session, Instant now) {
    database.execute(
        "UPDATE pause SET from_at_ms = min(from_at_ms, ?2), until_at_ms = ?2"
        " WHERE session = ?1 AND until_at_ms > ?2",
        session, now);
}

}  // namespace

Result<void> pause_session(Database& database, const SessionId& session, Instant until,
                           const std::string& reason, Instant now) {
    const auto found = find_session(database, session);
    if (!found) return unknown_session(session);
    if (found->ended()) {
        return cadence::fail(ErrorCode::Conflict,
                             "the lock session has ended, so there is nothing to pause");
    }
    if (until <= now) {
        return cadence::fail(ErrorCode::InvalidArgument, "until: must lie in the future", "until");
    }
    end_running(database, session, now);
    database.execute(
        "INSERT INTO pause (session, from_at_ms, until_at_ms, reason) VALUES (?1, ?2, ?3, ?4)",
        session, now, until, reason);
    record_event(database, now, "session.paused", session, std::nullopt, std::nullopt,
                 event_detail({{"reason", reason}}));
    refresh_lane(database, session, now);
    return {};
}

Result<void> resume_session(Database& database, const SessionId& session, Instant now) {
    if (!find_session(database, session)) return unknown_session(session);
    end_running(database, session, now);
    record_event(database, now, "session.resumed", session, std::nullopt, std::nullopt);
    refresh_lane(database, session, now);
    return {};
}

void pause_all(Database& database, const std::string& reason, Instant now) {
    database.execute(
        "INSERT INTO brake (id, since_ms, reason) VALUES (1, ?1, ?2)"
        " ON CONFLICT (id) DO UPDATE SET reason = excluded.reason WHERE excluded.reason <> ''",
        now, reason);
    record_event(database, now, "brake.set", std::nullopt, std::nullopt, std::nullopt,
                 event_detail({{"reason", reason}}));
}

void resume_all(Database& database, Instant now) {
    if (database.execute("DELETE FROM brake") == 0) return;
    std::vector<SessionId> braked;
    {
        auto row = database.query(
            "SELECT DISTINCT session FROM delivery WHERE state = 'queued' AND kind <> 'progress'");
        while (row.step()) braked.push_back({row.text(0)});
    }
    for (const SessionId& session : braked) refresh_lane(database, session, now);
    record_event(database, now, "brake.released", std::nullopt, std::nullopt, std::nullopt);
}

}  // namespace ledger
