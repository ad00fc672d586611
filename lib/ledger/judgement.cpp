#include "ledger/judgement.hpp"

#include "cadence/words.hpp"
#include "ledger/event_json.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Interval;
using cadence::Verdict;
using cadence::VerdictKind;

std::vector<Interval> intervals_of(Query row) {
    std::vector<Interval> found;
    while (row.step()) found.push_back({row.instant(0), row.instant(1)});
    return found;
}

std::vector<Interval> load_pauses(Database& database, const WindowRow& window) {
    auto row = database.query(
        "SELECT from_at_ms, until_at_ms FROM pause"
        " WHERE session = ?1 AND until_at_ms >= ?2 AND from_at_ms < ?3");
    row.bind(window.session, window.start, window.end);
    return intervals_of(std::move(row));
}

}  // namespace

std::vector<Interval> load_outages(Database& database, Instant from, Instant until) {
    auto row = database.query(
        "SELECT from_at_ms, until_at_ms FROM outage INDEXED BY outage_until"
        " WHERE until_at_ms >= ?1 AND from_at_ms <= ?2");
    row.bind(from, until);
    return intervals_of(std::move(row));
}

WindowRow load_window(Database& database, cadence::WindowId window) {
    auto row = database.query(
        "SELECT w.requirement, r.session, r.metric, w.generation, w.start_at_ms, w.end_at_ms,"
        " w.local_start, w.local_end, w.first, w.past, r.punish_past, w.fixed, w.count, w.verdict,"
        " w.reason FROM window w JOIN requirement r ON r.id = w.requirement WHERE w.id = ?1");
    row.bind(window);
    if (!row.step()) {
        throw StorageFailure({cadence::ErrorCode::NotFound, "there is no such window", {}});
    }
    WindowRow found{.id = window,
                    .requirement = {row.integer(0)},
                    .session = {row.text(1)},
                    .metric = row.text(2),
                    .generation = static_cast<int>(row.integer(3)),
                    .start = row.instant(4),
                    .end = row.instant(5),
                    .local_start = row.text(6),
                    .local_end = row.text(7),
                    .first = row.boolean(8),
                    .past = row.boolean(9),
                    .punish_past = row.boolean(10),
                    .fixed = row.maybe_text(11),
                    .count = row.integer(12),
                    .verdict = {}};
    if (!row.is_null(13))
        found.verdict =
            Verdict{cadence::words::find_word(cadence::words::kVerdictKinds, row.text(13)).value(),
                    row.text(14)};
    return found;
}

DeliveryHome home_of(const WindowRow& window) {
    return {window.session, window.requirement, window.id, window.start};
}

Verdict judge_stored(Database& database, const WindowRow& window, const cadence::Rules& rules) {
    if (window.verdict && window.verdict->reason == kMetByWrongClock) return *window.verdict;
    cadence::WindowFacts facts;
    facts.start = window.start;
    facts.end = window.end;
    facts.count = window.count;
    facts.required_count = rules.required_count;
    facts.contains_activation = window.first;
    facts.first_window = rules.first_window;
    facts.lock_ended = window.fixed == "lock_ended";
    facts.requirement_removed = window.fixed == "requirement_removed";
    facts.too_old = window.fixed == "too_old";
    facts.pauses = load_pauses(database, window);
    facts.outages = load_outages(database, window.start, window.end);
    return cadence::judge(facts);
}

void store_verdict(Database& database, const WindowRow& window, const Verdict& verdict,
                   Instant now) {
    if (window.verdict == verdict) return;
    database.execute(
        "UPDATE window SET verdict = ?2, reason = ?3, judged_at_ms = ?4, revision = revision + 1"
        " WHERE id = ?1",
        window.id, cadence::to_string(verdict.kind), verdict.reason, now);
    record_event(
        database, now, "window.judged", window.session, window.id, std::nullopt,
        event_detail({{"verdict", cadence::to_string(verdict.kind)},
                      {"reason", verdict.reason},
                      {"before", window.verdict ? cadence::to_string(window.verdict->kind) : ""}}));
}

std::optional<cadence::DeliveryId> punish(Database& database, const WindowRow& window,
                                          const cadence::Rules& rules, const Verdict& verdict,
                                          const cadence::Policy& policy, Instant now) {
    if (!cadence::owes_punishment(verdict, rules, window.past, window.punish_past)) return {};
    std::optional<std::string> waived;
    const auto by = punisher_of(database, window.session, window.metric, window.end, rules);
    if (by == cadence::PunishedBy::Platform) waived = "platform_owned";
    if (by == cadence::PunishedBy::Nobody) waived = "owner_nobody";
    return owe_punishment(database, home_of(window), rules.punishment, waived,
                          policy.caps.punishment_max_age, now);
}

std::optional<cadence::DeliveryId> forgive(Database& database, const WindowRow& window,
                                           const cadence::Rules& rules, Instant now) {
    const bool compensate = rules.late_proof == cadence::LateProof::Compensate;
    return unwant_punishment(database, window.id, "unwanted", compensate, now);
}

cadence::PunishedBy punisher_of(Database& database, const cadence::SessionId& session,
                                const std::string& metric, Instant window_end,
                                const cadence::Rules& rules) {
    const auto by =
        cadence::punished_by(rules, metric, load_contexts(database, session, window_end));
    if (by != cadence::PunishedBy::Daemon || rules.owner != cadence::Owner::Auto) return by;
    auto row = database.query("SELECT enrolled_by = 'launch' FROM session WHERE id = ?1");
    row.bind(session);
    const bool followed = row.step() && row.boolean(0);
    return followed ? cadence::PunishedBy::Platform : by;
}

cadence::PunishedBy find_punisher(Database& database, cadence::WindowId window) {
    const WindowRow row = load_window(database, window);
    const auto rules = load_rules(database, row.requirement, row.generation);
    return punisher_of(database, row.session, row.metric, row.end, rules);
}

void excuse(Database& database, const WindowRow& window, const std::string& reason, Instant now) {
    if (window.verdict) return;
    database.execute("UPDATE window SET fixed = ?2 WHERE id = ?1", window.id, reason);
    store_verdict(database, window, {VerdictKind::Excused, reason}, now);
}

}  // namespace ledger
