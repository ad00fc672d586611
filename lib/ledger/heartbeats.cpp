#include "ledger/heartbeats.hpp"

#include <algorithm>
#include <vector>

#include "cadence/delivery.hpp"
#include "ledger/attempts.hpp"
#include "ledger/clock_steps.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/replan.hpp"
#include "ledger/stamps.hpp"

namespace ledger {
namespace {

using cadence::Duration;
using cadence::Instant;
using cadence::Interval;

// A machine that started with a wrong clock may have lived at a time long past: what lies between
// then and the time it lived at before was no outage.
constexpr std::chrono::hours kFarBack{24};

struct LastBeat {
    Instant at;
    std::optional<Duration> uptime;  // empty: of another start of the machine, or not known
};

std::optional<LastBeat> find_last_beat(Database& database) {
    auto row = database.query("SELECT at_ms, up_ms FROM heartbeat");
    if (!row.step()) return std::nullopt;
    LastBeat last{row.instant(0), {}};
    if (const auto uptime = row.maybe_integer(1)) last.uptime = Duration{*uptime};
    return last;
}

// By how much the clock was set since, of the time that has passed on it.
std::optional<Duration> step_since(const LastBeat& last, Instant now,
                                   std::optional<Duration> uptime) {
    if (!last.uptime || !uptime) return std::nullopt;
    return (now - last.at) - (*uptime - *last.uptime);
}

// Windows that ended meanwhile wait: backends may still hand in what they queued.
void note_outage(Database& database, const Interval& outage, std::optional<Duration> step,
                 const cadence::Policy& policy) {
    database.execute(
        "INSERT INTO outage (from_at_ms, until_at_ms, step_ms) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (from_at_ms) DO UPDATE SET"
        " until_at_ms = max(until_at_ms, excluded.until_at_ms), step_ms = excluded.step_ms",
        outage.start, outage.end, step);
    database.execute(
        "UPDATE window SET judge_at_ms = max(judge_at_ms, ?3)"
        " WHERE end_at_ms BETWEEN ?1 AND ?2 AND verdict IS NULL",
        outage.start, outage.end, outage.end + policy.outage_grace);
    record_event(database, outage.end, "outage", std::nullopt, std::nullopt, std::nullopt);
}

// Whether it had lived more than a day before its last heartbeat's time, and goes on from there.
bool is_far_back(Database& database, Instant now) {
    auto row = database.query("SELECT highest_ms - at_ms FROM heartbeat WHERE at_ms < ?1");
    row.bind(now);
    return row.step() && cadence::Duration{row.integer(0)} > kFarBack;
}

std::optional<Instant> find_set_back_to(Database& database) {
    auto row = database.query("SELECT set_back_to_ms FROM heartbeat");
    if (!row.step()) return std::nullopt;
    return row.maybe_instant(0);
}

struct InFlight {
    cadence::DeliveryId delivery;
    int attempt{0};
};

std::vector<InFlight> find_in_flight(Database& database) {
    auto row = database.query("SELECT id, attempts FROM delivery WHERE state = 'inFlight'");
    std::vector<InFlight> found;
    while (row.step()) {
        found.push_back({{row.integer(0)}, static_cast<int>(row.integer(1))});
    }
    return found;
}

// It has lived a little longer than its last heartbeat says.
std::optional<Instant> find_last_event(Database& database) {
    auto row = database.query("SELECT at_ms FROM event ORDER BY id DESC LIMIT 1");
    if (!row.step()) return std::nullopt;
    return row.instant(0);
}

// Of another start of the machine's, nobody knows how long ago the last heartbeat was.
LastBeat forget_earlier_boot(Database& database, const LastBeat& last, Instant lived, Instant now,
                             const engine::MachineTime& machine) {
    auto row = database.query("SELECT 1 FROM heartbeat WHERE boot = ?1 AND boot <> ''");
    row.bind(machine.boot);
    if (row.step()) return last;
    // A clock that has lost the time says nothing: as if the machine had not been off.
    const bool lost = now < cadence::kEarliestPlausible;
    reckon_uptimes(database, lived, lost ? lived : now, machine.uptime);
    database.execute("UPDATE heartbeat SET up_ms = NULL");
    return {last.at, {}};
}

// Whoever set the clock while the daemon was not running. Returns how many windows are open again.
int catch_up_with_clock(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                        Instant now, const engine::MachineTime& machine) {
    const auto stored = find_last_beat(database);
    if (!stored) return 0;
    const Instant lived = std::max(stored->at, find_last_event(database).value_or(stored->at));
    const auto last = forget_earlier_boot(database, *stored, lived, now, machine);
    const auto known = step_since(last, now, machine.uptime);
    const Duration step = known.value_or(std::min(now - lived, Duration{0}));
    const int reopened = follow_step(database, zones, policy, step, now, machine.uptime);
    if (!known && is_far_back(database, now)) {
        make_up(database, last.at + policy.longest_silence, now);
    }
    return reopened;
}

}  // namespace

std::optional<Interval> beat(Database& database, const cadence::Policy& policy, Instant now,
                             std::optional<Duration> uptime) {
    const auto last = find_last_beat(database);
    database.execute(
        "INSERT INTO heartbeat (id, at_ms, highest_ms, up_ms) VALUES (1, ?1, ?1, ?2)"
        " ON CONFLICT (id) DO UPDATE SET at_ms = ?1, highest_ms = max(highest_ms, ?1), up_ms = ?2,"
        " set_back_to_ms = iif(?1 >= highest_ms, NULL,"
        "  iif(?1 < at_ms, min(ifnull(set_back_to_ms, ?1), ?1), set_back_to_ms))",
        now, uptime);
    if (!last || now - last->at <= policy.longest_silence) return std::nullopt;
    const Interval outage{last->at, now};
    note_outage(database, outage, step_since(*last, now, uptime), policy);
    return outage;
}

Instant find_latest_lived(Database& database) {
    auto row = database.query("SELECT highest_ms FROM heartbeat");
    return row.step() ? row.instant(0) : Instant{};
}

void make_up(Database& database, Instant before, Instant after) {
    const auto set_back_to = find_set_back_to(database);
    const bool far = is_far_back(database, after);
    // It has also lived as long as it did since then.
    database.execute(
        "UPDATE heartbeat SET at_ms = min(at_ms + ?1,"
        " highest_ms + max(0, at_ms - ifnull(set_back_to_ms, at_ms))) WHERE highest_ms > at_ms",
        after - before);
    if (!far || !set_back_to) return;
    // Who was enrolled meanwhile owes nothing for the time in between.
    database.execute(
        "UPDATE window SET past = 1 WHERE verdict IS NULL AND end_at_ms <= ?3 AND requirement IN"
        " (SELECT id FROM requirement WHERE enrolled_at_ms BETWEEN ?1 AND ?2)",
        *set_back_to, before, after);
    database.execute(
        "UPDATE requirement SET enrolled_at_ms = ?3, punish_past = 0"
        " WHERE enrolled_at_ms BETWEEN ?1 AND ?2",
        *set_back_to, before, after);
}

cadence::Result<engine::Recovery> recover(Database& database, cadence::Zones& zones,
                                          const cadence::Policy& policy, Instant now,
                                          const engine::MachineTime& machine) {
    engine::Recovery recovery;
    cadence::Answer answer;
    answer.kind = cadence::AnswerKind::Unknown;
    answer.code = "interrupted";
    answer.detail = "the daemon stopped before the answer came";
    for (const InFlight& write : find_in_flight(database)) {
        constexpr double kNoSpread = 0.0;  // an unknown write has no backoff to spread
        const auto done =
            finish_attempt(database, write.delivery, write.attempt, answer, kNoSpread, now);
        if (!done) return tl::unexpected(done.error());
        ++recovery.unknown;
    }
    recovery.reopened = catch_up_with_clock(database, zones, policy, now, machine);
    recovery.outage = beat(database, policy, now, machine.uptime);
    database.execute("UPDATE heartbeat SET boot = ?1", machine.boot);
    recovery.replanned = replan_open_windows(database, zones, policy, now);
    return recovery;
}

}  // namespace ledger
