#include "ledger/backfill.hpp"

#include <algorithm>
#include <vector>

#include "ledger/counting.hpp"
#include "ledger/judgement.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"
#include "ledger/savepoint.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Verdict;
using cadence::VerdictKind;
using cadence::WindowId;
using engine::BackfillRange;
using engine::Rejudged;

// Local dates are at most a day away from UTC's: enough to find the windows by the index of their
// ends.
constexpr std::chrono::days kZoneSlack{2};

struct Place {
    Instant end;
    WindowId id;
};

Instant utc_midnight(cadence::LocalDate date) { return Instant{date.time_since_epoch()}; }

Place first_place(Database& database, const BackfillRange& range,
                  const std::optional<WindowId>& cursor) {
    if (!cursor) return {utc_midnight(range.from - kZoneSlack), {0}};
    return {load_window(database, *cursor).end, *cursor};
}

// One more than `limit`, so that the caller sees where to go on.
std::vector<WindowId> find_closed(Database& database, const BackfillRange& range,
                                  const Place& place, int limit, Instant now) {
    auto row = database.query(
        "SELECT w.id FROM window w JOIN requirement r ON r.id = w.requirement"
        " WHERE (w.end_at_ms, w.id) >= (?1, ?2) AND w.end_at_ms <= ?3"
        " AND w.verdict IS NOT NULL AND w.local_end > ?4 AND w.local_end <= ?5"
        " AND (?6 IS NULL OR r.session = ?6) AND (?7 IS NULL OR r.metric = ?7)"
        " ORDER BY w.end_at_ms, w.id LIMIT ?8");
    const auto after_last = range.to + std::chrono::days{1};
    row.bind(place.end, place.id,
             std::min(utc_midnight(range.to + kZoneSlack + std::chrono::days{1}), now),
             to_text(range.from), to_text(after_last), range.session, range.metric, limit + 1);
    std::vector<WindowId> found;
    while (row.step()) found.push_back({row.integer(0)});
    return found;
}

std::vector<CountedProof> find_ignored_proofs(Database& database, WindowId window) {
    auto row = database.query(
        "SELECT id, amount FROM proof WHERE window = ?1 AND counted = 0 ORDER BY received_at_ms, "
        "id");
    row.bind(window);
    std::vector<CountedProof> found;
    while (row.step()) found.push_back({{row.text(0)}, row.integer(1)});
    return found;
}

// Without leave to punish, a backfill never turns anything into a miss.
Verdict bounded(const Verdict& before, const Verdict& after, const BackfillRange& range) {
    const bool new_miss = after.kind == VerdictKind::Missed && before.kind != VerdictKind::Missed;
    if (new_miss && !range.punish) return before;
    // Why it was excused first is what happened; another reason would be no better.
    const bool still_excused =
        before.kind == VerdictKind::Excused && after.kind == VerdictKind::Excused;
    return still_excused ? before : after;
}

Rejudged describe(const WindowRow& window, const Verdict& after) {
    return {.window = window.id,
            .session = window.session,
            .metric = window.metric,
            .local_start = parse_date(window.local_start),
            .local_end = parse_date(window.local_end),
            .before = *window.verdict,
            .after = after,
            .deliveries = {}};
}

Rejudged rejudge_window(Database& database, WindowId id, const BackfillRange& range,
                        const cadence::Policy& policy, Instant now) {
    const WindowRow before = load_window(database, id);
    const auto rules = load_rules(database, before.requirement, before.generation);
    const auto ignored = find_ignored_proofs(database, id);
    for (const CountedProof& proof : ignored) count_proof(database, before, rules, proof, now);
    const WindowRow window = load_window(database, id);
    const Verdict after = bounded(*window.verdict, judge_stored(database, window, rules), range);
    Rejudged rejudged = describe(window, after);
    if (!ignored.empty()) rejudged.deliveries.emplace_back("progress");
    store_verdict(database, window, after, now);
    const bool was_missed = window.verdict->kind == VerdictKind::Missed;
    if (was_missed && after.kind != VerdictKind::Missed) {
        if (forgive(database, window, rules, now)) rejudged.deliveries.emplace_back("undo");
    }
    if (range.punish && punish(database, window, rules, after, policy, now)) {
        rejudged.deliveries.emplace_back("punishment");
    }
    if (!rejudged.changes()) return rejudged;
    if (find_session(database, window.session)->ended()) {
        waive_undelivered(database, window.session, "lock_ended", now);
    }
    refresh_lane(database, window.session, now);
    return rejudged;
}

}  // namespace

engine::BackfillChunk rejudge(Database& database, const BackfillRange& range,
                              const std::optional<WindowId>& cursor, int limit,
                              const cadence::Policy& policy, Instant now) {
    engine::BackfillChunk chunk;
    auto found = find_closed(database, range, first_place(database, range, cursor), limit, now);
    if (found.size() > static_cast<std::size_t>(limit)) {
        chunk.next = found.back();
        found.pop_back();
    }
    Savepoint part(database);
    for (const WindowId id : found) {
        chunk.windows.push_back(rejudge_window(database, id, range, policy, now));
    }
    if (range.dry_run) {
        part.undo();
    } else {
        part.keep();
    }
    return chunk;
}

}  // namespace ledger
