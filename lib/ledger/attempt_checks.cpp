#include "ledger/attempt_checks.hpp"

#include "ledger/judgement.hpp"
#include "ledger/rows.hpp"
#include "ledger/undo.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::DeliveryKind;
using cadence::DeliveryState;
using cadence::Instant;
using cadence::Policy;
using cadence::PunishedBy;
using cadence::Rules;
using engine::Begun;
using MaybeRefusal = std::optional<Refusal>;

Refusal refuse(Begun begun) {
    return {.begun = begun, .reason = {}, .also = {}, .until = std::nullopt};
}

Refusal waive(std::string reason) {
    return {.begun = Begun::Waived, .reason = std::move(reason), .also = {}, .until = std::nullopt};
}

bool may_use_token(Database& database, const Candidate& candidate, const std::string& hash,
                   Instant good_until) {
    auto row = database.query(
        "SELECT 1 FROM token WHERE session = ?1 AND hash = ?2 AND died_at_ms IS NULL"
        " AND set_aside_until_ms IS NULL AND expires_at_ms > ?3");
    row.bind(candidate.session, hash, good_until);
    return row.step();
}

bool is_busy(Database& database, const Candidate& candidate) {
    const bool punishes = candidate.kind != DeliveryKind::Progress;
    // Two questions, so that each has its index.
    auto in_flight =
        database.query("SELECT 1 FROM delivery WHERE session = ?1 AND state = 'inFlight'");
    in_flight.bind(candidate.session);
    if (in_flight.step()) return true;
    if (!punishes) return false;
    auto unknown = database.query(
        "SELECT 1 FROM delivery WHERE session = ?1 AND state = 'unknown' AND kind <> 'progress'");
    unknown.bind(candidate.session);
    return unknown.step();
}

MaybeRefusal check_any(Database& database, const Candidate& candidate,
                       const engine::BeginAttempt& begin, const Policy& policy, Instant now) {
    const bool due = candidate.state == DeliveryState::Queued && candidate.wanted &&
                     candidate.due.value_or(Instant{}) <= now;
    if (!due || !candidate.session_active) return refuse(Begun::NotDue);
    if (!may_use_token(database, candidate, begin.token_hash, now + policy.token_margin)) {
        return refuse(Begun::TokenGone);
    }
    if (is_busy(database, candidate)) return refuse(Begun::Busy);
    return std::nullopt;
}

MaybeRefusal check_brakes(Database& database, const Candidate& candidate, Instant now) {
    if (is_braked(database)) return refuse(Begun::Braked);
    if (paused_until(database, candidate.session, now) > now) return refuse(Begun::Paused);
    if (!candidate.context_seen) return refuse(Begun::NotDue);
    return std::nullopt;
}

MaybeRefusal check_undo(Database& database, const Candidate& candidate,
                        const engine::BeginAttempt& begin, Instant now) {
    auto row = database.query("SELECT state FROM delivery WHERE id = ?1");
    row.bind(candidate.undoes);
    if (!row.step() || row.text(0) != "applied") return waive("not_applied");
    if (auto reason = undo_pointless(database, candidate.undoes.value(), now)) {
        return waive(std::move(*reason));
    }
    // Not after an attempt that broke off: that may have been our own.
    const bool first = begin.found && candidate.unknowns == 0;
    if (first && seems_taken_back(database, candidate.session, *candidate.undoes,
                                  begin.found->context.lock)) {
        return waive("taken_back_already");
    }
    // The lock is not frozen any more: somebody was faster.
    const bool thawed = begin.found && !begin.found->context.lock.frozen.value_or(true);
    if (candidate.write.kind == cadence::WriteKind::Unfreeze && thawed) {
        return waive("effect_over");
    }
    return std::nullopt;
}

MaybeRefusal check_owner(Database& database, const Candidate& candidate,
                         const engine::BeginAttempt& begin, const Rules& rules) {
    switch (
        punisher_of(database, candidate.session, candidate.metric, candidate.window_end, rules)) {
        case PunishedBy::Daemon:
            if (rules.owner == cadence::Owner::Auto && begin.found &&
                !begin.found->context.requirements) {
                return refuse(Begun::OwnerUnknown);
            }
            return std::nullopt;
        case PunishedBy::Platform:
            return waive("platform_owned");
        case PunishedBy::Nobody:
            return waive("owner_nobody");
        case PunishedBy::NotKnownYet:
            return refuse(Begun::OwnerUnknown);
    }
    return std::nullopt;
}

// The unsent punishments of this requirement but this one; `from`: of windows after it.
std::vector<DeliveryId> find_unsent(Database& database, const Candidate& candidate, Instant from) {
    auto row = database.query(
        "SELECT id FROM delivery WHERE requirement = ?1 AND kind = 'punishment'"
        " AND state IN ('waiting', 'queued') AND window_start_ms >= ?2 AND id <> ?3");
    row.bind(candidate.requirement, from, candidate.id);
    std::vector<DeliveryId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

MaybeRefusal check_misfire(Database& database, const Candidate& candidate, const Rules& rules) {
    if (rules.misfire == cadence::Misfire::All) return std::nullopt;
    const bool latest = rules.misfire == cadence::Misfire::Latest;
    const Instant from = latest ? candidate.window_start : Instant::min();
    auto others = find_unsent(database, candidate, from);
    if (others.empty()) return std::nullopt;
    Refusal refusal = waive("misfire");
    if (!latest) refusal.also = std::move(others);
    return refusal;
}

std::int64_t seconds_sent_on(Database& database, const Candidate& candidate,
                             const std::string& local_date) {
    auto row = database.query(
        "SELECT ifnull(sum(seconds), 0) FROM delivery WHERE session = ?1 AND sent_local_date = ?2"
        " AND kind = 'punishment' AND id <> ?3");
    row.bind(candidate.session, local_date, candidate.id);
    return row.step() ? row.integer(0) : 0;
}

MaybeRefusal check_caps(Database& database, const Candidate& candidate, const cadence::Caps& caps,
                        const std::string& local_date) {
    const std::int64_t seconds = candidate.write.seconds.count();
    if (seconds > caps.punishment_seconds.count()) return waive("cap_punishment_seconds");
    const std::int64_t sent = seconds_sent_on(database, candidate, local_date);
    if (sent + seconds > caps.punishment_seconds_per_day.count()) return waive("cap_per_day");
    return std::nullopt;
}

// A freeze lasts a day at most.
constexpr std::chrono::hours kLongestFreeze{25};
// A write of unknown outcome that was applied after all may have been so as late as this.
constexpr std::chrono::seconds kLatestArrival{60};

// A second freeze while ours runs would be swallowed by it, and nothing on the lock would show
// whether it was applied. Of somebody else's freeze nobody knows when it ends.
MaybeRefusal check_own_freeze(Database& database, const Candidate& candidate,
                              const engine::BeginAttempt& begin, Instant now) {
    const bool frozen = begin.found && begin.found->context.lock.frozen.value_or(false);
    if (candidate.write.kind != cadence::WriteKind::Freeze || !frozen) return std::nullopt;
    auto row = database.query(
        "SELECT max(1000 * d.seconds + CASE a.outcome WHEN 'applied'"
        "  THEN a.started_at_ms + ifnull(a.duration_ms, 0) ELSE a.given_up_at_ms + ?3 END)"
        " FROM delivery d INDEXED BY delivery_seen JOIN attempt a ON a.delivery = d.id"
        " WHERE d.session = ?1 AND d.write IN ('add_time', 'remove_time', 'freeze', 'unfreeze')"
        " AND d.write = 'freeze' AND d.updated_at_ms >= ?2"
        " AND (a.outcome = 'applied' OR a.settled = 'applied')");
    row.bind(candidate.session, now - kLongestFreeze, cadence::Duration{kLatestArrival}.count());
    if (!row.step()) return std::nullopt;
    const auto ends = row.maybe_instant(0);
    if (!ends || *ends <= now) return std::nullopt;
    return Refusal{.begun = Begun::Later, .reason = "own_freeze_runs", .also = {}, .until = ends};
}

MaybeRefusal check_punishment(Database& database, const Candidate& candidate,
                              const engine::BeginAttempt& begin, const Policy& policy,
                              const std::string& local_date, Instant now) {
    if (!candidate.window_missed) return waive("unwanted");
    if (candidate.expires && *candidate.expires <= now) return waive("max_age");
    const Rules rules = load_rules(database, candidate.requirement, candidate.generation);
    if (auto refusal = check_owner(database, candidate, begin, rules)) return refusal;
    if (auto refusal = check_misfire(database, candidate, rules)) return refusal;
    if (auto refusal = check_own_freeze(database, candidate, begin, now)) return refusal;
    return check_caps(database, candidate, policy.caps, local_date);
}

cadence::Write write_of(const Query& row, int first) {
    return {.kind = cadence::parse_write_kind(row.text(first)).value(),
            .key = row.text(first + 1),
            .amount = row.integer(first + 2),
            .seconds = std::chrono::seconds{row.integer(first + 3)},
            .reason = row.text(first + 4)};
}

}  // namespace

std::optional<Candidate> find_candidate(Database& database, DeliveryId delivery) {
    auto row = database.query(
        "SELECT d.session, d.requirement, d.window, r.metric, d.kind, d.state, d.wanted, d.write,"
        " d.platform_key, d.amount, d.seconds, d.note, d.undoes, d.attempts, d.due_at_ms,"
        " d.expires_at_ms, w.start_at_ms, w.end_at_ms, w.generation, w.verdict IS 'missed',"
        " s.state = 'active', s.context_seen_at_ms IS NOT NULL, d.unknowns"
        " FROM delivery d JOIN window w ON w.id = d.window JOIN session s ON s.id = d.session"
        " JOIN requirement r ON r.id = d.requirement WHERE d.id = ?1");
    row.bind(delivery);
    if (!row.step()) return std::nullopt;
    Candidate found;
    found.id = delivery;
    found.session = {row.text(0)};
    found.requirement = {row.integer(1)};
    found.window = {row.integer(2)};
    found.metric = row.text(3);
    found.kind = cadence::parse_delivery_kind(row.text(4)).value();
    found.state = cadence::parse_delivery_state(row.text(5)).value();
    found.wanted = row.boolean(6);
    found.write = write_of(row, 7);
    if (!row.is_null(12)) found.undoes = DeliveryId{row.integer(12)};
    found.attempts = static_cast<int>(row.integer(13));
    found.due = row.maybe_instant(14);
    found.expires = row.maybe_instant(15);
    found.window_start = row.instant(16);
    found.window_end = row.instant(17);
    found.generation = static_cast<int>(row.integer(18));
    found.window_missed = row.boolean(19);
    found.session_active = row.boolean(20);
    found.context_seen = row.boolean(21);
    found.unknowns = static_cast<int>(row.integer(22));
    return found;
}

MaybeRefusal find_refusal(Database& database, const Candidate& candidate,
                          const engine::BeginAttempt& begin, const Policy& policy,
                          const std::string& local_date, Instant now) {
    if (auto refusal = check_any(database, candidate, begin, policy, now)) return refusal;
    if (candidate.kind == DeliveryKind::Progress) return std::nullopt;
    if (auto refusal = check_brakes(database, candidate, now)) return refusal;
    if (candidate.kind == DeliveryKind::Undo) return check_undo(database, candidate, begin, now);
    return check_punishment(database, candidate, begin, policy, local_date, now);
}

}  // namespace ledger
