#include "ledger/clock_steps.hpp"

#include <algorithm>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/heartbeats.hpp"
#include "ledger/judgement.hpp"
#include "ledger/jumps.hpp"
#include "ledger/lane.hpp"
#include "ledger/refusals.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/settlements.hpp"
#include "ledger/stamps.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::SessionId;

// The longest grace that can be configured: a window that ended earlier cannot be open again.
constexpr std::chrono::hours kLongestGrace{24};
// What was judged longer ago stays: a clock that goes back so far is not to be believed.
constexpr std::chrono::hours kLongestDoubt{24 * 31};
// Within what the bands of readings bear (cadence/settlement.hpp).
constexpr std::chrono::seconds kToleratedStep{2};

// By the clock that showed `before` until now: what it had not reached is open still.
std::vector<cadence::WindowId> find_judged_too_early(Database& database, Instant from,
                                                     Instant before, Instant now) {
    auto row = database.query(
        "SELECT w.id FROM window w JOIN generation g ON g.requirement = w.requirement"
        " AND g.ordinal = w.generation WHERE w.end_at_ms BETWEEN ?1 AND ?2"
        " AND (w.verdict = 'missed' OR (w.verdict = 'excused' AND w.reason = 'outage'))"
        " AND w.end_at_ms + g.grace_ms > ?3");
    row.bind(from, before, now);
    std::vector<cadence::WindowId> judged;
    while (row.step()) judged.push_back({row.integer(0)});
    return judged;
}

void reopen(Database& database, cadence::WindowId id, Instant now) {
    const WindowRow window = load_window(database, id);
    database.execute(
        "UPDATE window SET verdict = NULL, reason = '', judged_at_ms = NULL,"
        " revision = revision + 1 WHERE id = ?1",
        id);
    unwant_punishment(database, id, "reopened", false, now);
    record_event(database, now, "window.reopened", window.session, id, std::nullopt);
    refresh_lane(database, window.session, now);
}

std::vector<SessionId> find_put_off(Database& database, Instant now) {
    auto row = database.query(
        "SELECT id FROM session WHERE lane_due_at_ms > ?1"
        " UNION SELECT session FROM token INDEXED BY token_set_aside"
        " WHERE died_at_ms IS NULL AND set_aside_until_ms > ?2");
    row.bind(now + kLongestWait, now + kSetAside);
    std::vector<SessionId> found;
    while (row.step()) found.push_back({row.text(0)});
    return found;
}

void cut_waits(Database& database, const SessionId& session, Instant now) {
    database.execute(
        "UPDATE session SET deferred_until_ms = min(deferred_until_ms, ?2) WHERE id = ?1", session,
        now + kLongestWait);
    database.execute(
        "UPDATE delivery SET due_at_ms = ?2 WHERE session = ?1"
        " AND state IN ('queued', 'unknown') AND due_at_ms > ?2",
        session, now + kLongestWait);
    database.execute(
        "UPDATE token SET verify_due_at_ms = min(verify_due_at_ms, ?2),"
        " set_aside_until_ms = min(set_aside_until_ms, ?3)"
        " WHERE session = ?1 AND died_at_ms IS NULL",
        session, now + kLongestWait, now + kSetAside);
    refresh_lane(database, session, now);
}

int reopen_early(Database& database, Instant from, Instant before, Instant now) {
    int reopened = 0;
    for (const auto id : find_judged_too_early(database, from, before, now)) {
        const auto done = apart(database, [&database, id, now]() -> cadence::Result<void> {
            reopen(database, id, now);
            return {};
        });
        reopened += done ? 1 : 0;
    }
    return reopened;
}

void keep_ages(Database& database, const cadence::Policy& policy, Instant now) {
    database.execute(
        "UPDATE delivery INDEXED BY delivery_expiry SET expires_at_ms = ?1"
        " WHERE expires_at_ms > ?1 AND expires_at_ms IS NOT NULL"
        " AND state IN ('waiting', 'queued')",
        now + policy.caps.punishment_max_age);
}

// Every pause was begun before now: whose was not over when the clock showed `before` is paused.
void begin_pauses(Database& database, Instant before, Instant now) {
    if (before - now > kLongestDoubt) return;
    database.execute("UPDATE pause SET from_at_ms = ?1 WHERE until_at_ms > ?2 AND from_at_ms > ?1",
                     now, before);
}

// Of a clock that is known to have been ahead: what was over is, and one of another age lasts as
// long as was asked for.
void bring_back_pauses(Database& database, Instant before, Instant now) {
    database.execute(
        "UPDATE pause SET from_at_ms = ?1, until_at_ms = ?1"
        " WHERE until_at_ms > ?1 AND until_at_ms <= ?2 AND from_at_ms > ?1",
        now, before);
    database.execute(
        "UPDATE pause SET from_at_ms = ?1, until_at_ms ="
        " iif(from_at_ms - ?1 > ?3, ?1 + (until_at_ms - from_at_ms), until_at_ms)"
        " WHERE until_at_ms > ?2 AND from_at_ms > ?1",
        now, before, cadence::Duration{kLongestDoubt});
}

// The clock was `before` by mistake, since `jump`.
int take_back(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
              const cadence::Interval& jump, Instant before, Instant now,
              std::optional<cadence::Duration> uptime) {
    forget_jump(database, jump, policy, now);
    bring_back_pauses(database, before, now);
    const auto ahead = clear_ahead(database, zones, policy, now);
    const int reopened = reopen_early(database, now - kLongestGrace, before, now);
    owe_aged_again(database, jump, now);
    if (uptime) stamp_anew(database, zones, policy, now, *uptime);
    bring_back(database, ahead, jump, policy, now);
    keep_ages(database, policy, now);
    return reopened;
}

int follow_plausible_step(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                          cadence::Duration step, Instant now,
                          std::optional<cadence::Duration> uptime) {
    const Instant before = now - step;
    if (step < -kToleratedStep) give_up_settling(database, now);
    if (step > kToleratedStep) begin_settling_anew(database, now);
    if (step > kToleratedStep) make_up(database, before, now);
    if (const auto jump = find_jump_taken_back(database, policy, step, now)) {
        return take_back(database, zones, policy, *jump, before, now, uptime);
    }
    if (before > now) begin_pauses(database, before, now);
    const Instant from = std::max(now - kLongestGrace, before - kLongestDoubt);
    const int reopened = before > now ? reopen_early(database, from, before, now) : 0;
    if (uptime) stamp_anew(database, zones, policy, now, *uptime);
    return reopened;
}

}  // namespace

int follow_step(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                cadence::Duration step, Instant now, std::optional<cadence::Duration> uptime) {
    const int reopened = now < cadence::kEarliestPlausible
                             ? 0
                             : follow_plausible_step(database, zones, policy, step, now, uptime);
    for (const SessionId& session : find_put_off(database, now)) cut_waits(database, session, now);
    return reopened;
}

void confirm_clock(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                   Instant now, cadence::Duration uptime, cadence::Duration confirmed_at) {
    if (const auto jump = find_outage_ahead(database, now)) {
        take_back(database, zones, policy, *jump, find_latest_lived(database), now, uptime);
    } else {
        stamp_anew(database, zones, policy, now, uptime);
    }
    forget_stamps(database, now - uptime, confirmed_at);
}

}  // namespace ledger
