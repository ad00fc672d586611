#include "ledger/heartbeats.hpp"

#include <vector>

#include "cadence/delivery.hpp"
#include "ledger/attempts.hpp"
#include "ledger/clock_steps.hpp"
#include "ledger/deliveries.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Interval;

std::optional<Instant> last_beat(Database& database) {
    auto row = database.query("SELECT at_ms FROM heartbeat");
    if (!row.step()) return std::nullopt;
    return row.instant(0);
}

// Windows that ended meanwhile wait: backends may still hand in what they queued.
void note_outage(Database& database, const Interval& outage, const cadence::Policy& policy) {
    database.execute(
        "INSERT INTO outage (from_at_ms, until_at_ms) VALUES (?1, ?2) ON CONFLICT (from_at_ms)"
        " DO UPDATE SET until_at_ms = max(until_at_ms, excluded.until_at_ms)",
        outage.start, outage.end);
    database.execute(
        "UPDATE window SET judge_at_ms = max(judge_at_ms, ?3)"
        " WHERE end_at_ms BETWEEN ?1 AND ?2 AND verdict IS NULL",
        outage.start, outage.end, outage.end + policy.outage_grace);
    record_event(database, outage.end, "outage", std::nullopt, std::nullopt, std::nullopt);
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

}  // namespace

std::optional<Interval> beat(Database& database, const cadence::Policy& policy, Instant now) {
    const auto last = last_beat(database);
    database.execute(
        "INSERT INTO heartbeat (id, at_ms) VALUES (1, ?1)"
        " ON CONFLICT (id) DO UPDATE SET at_ms = excluded.at_ms",
        now);
    if (!last || now - *last <= policy.longest_silence) return std::nullopt;
    const Interval outage{*last, now};
    note_outage(database, outage, policy);
    return outage;
}

cadence::Result<engine::Recovery> recover(Database& database, const cadence::Policy& policy,
                                          Instant now) {
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
    const Instant last = last_beat(database).value_or(now);
    if (last > now) recovery.reopened = follow_step(database, now - last, now);
    recovery.outage = beat(database, policy, now);
    return recovery;
}

}  // namespace ledger
