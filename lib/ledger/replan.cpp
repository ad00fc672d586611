#include "ledger/replan.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/rows.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Instant;

struct Edition {
    std::string zone;
    std::string version;
};

struct Running {
    cadence::WindowId id;
    cadence::RequirementId requirement;
    Instant start;
    Instant end;
    cadence::LocalDate local_end;
    cadence::Duration grace;
};

std::vector<Edition> find_editions(Database& database) {
    auto row = database.query("SELECT zone, version FROM zone_edition");
    std::vector<Edition> found;
    while (row.step()) found.push_back({row.text(0), row.text(1)});
    return found;
}

// A window that another one follows keeps its end: that is where the other begins.
std::vector<Running> find_running(Database& database, const Edition& edition, Instant now) {
    auto row = database.query(
        "SELECT w.id, w.requirement, w.start_at_ms, w.end_at_ms, w.local_end, g.grace_ms"
        " FROM window w JOIN generation g ON g.requirement = w.requirement"
        " AND g.ordinal = w.generation WHERE w.end_at_ms > ?1 AND w.zone = ?2"
        " AND w.zone_version = ?3 AND NOT EXISTS (SELECT 1 FROM window n"
        "  WHERE n.requirement = w.requirement AND n.start_at_ms > w.start_at_ms)");
    row.bind(now, edition.zone, edition.version);
    std::vector<Running> found;
    while (row.step()) {
        found.push_back({{row.integer(0)},
                         {row.integer(1)},
                         row.instant(2),
                         row.instant(3),
                         parse_date(row.text(4)),
                         cadence::Duration{row.integer(5)}});
    }
    return found;
}

void move_end(Database& database, const Running& window, Instant end, const std::string& version,
              const cadence::Policy& policy, Instant now) {
    const RequirementRow requirement = load_requirement(database, window.requirement);
    database.execute(
        "UPDATE window SET end_at_ms = ?2, judge_at_ms = ?3, zone_version = ?4,"
        " revision = revision + 1 WHERE id = ?1",
        window.id, end, when_to_judge(database, end, window.grace, requirement.enrolled_at, policy),
        version);
    database.execute(
        "UPDATE requirement SET next_window_at_ms = ?2"
        " WHERE id = ?1 AND next_window_at_ms IS NOT NULL",
        window.requirement, end);
    record_event(database, now, "window.replanned", requirement.session, window.id, std::nullopt,
                 event_detail({{"endBefore", std::to_string(cadence::to_ms(window.end))},
                               {"end", std::to_string(cadence::to_ms(end))},
                               {"zoneVersion", version}}));
}

// What could not be moved is looked at again by the next start, as long as it is open.
void forget_if_unused(Database& database, const Edition& edition, Instant now) {
    database.execute(
        "DELETE FROM zone_edition WHERE zone = ?1 AND version = ?2 AND NOT EXISTS"
        " (SELECT 1 FROM window WHERE end_at_ms > ?3 AND zone = ?1 AND zone_version = ?2)",
        edition.zone, edition.version, now);
}

}  // namespace

int replan_open_windows(Database& database, cadence::Zones& zones, const cadence::Policy& policy,
                        Instant now) {
    int moved = 0;
    for (const Edition& edition : find_editions(database)) {
        const auto zone = zones.find_zone(edition.zone);
        if (!zone || (*zone)->version() == edition.version) continue;
        for (const Running& window : find_running(database, edition, now)) {
            const Instant end = (*zone)->day_start(window.local_end);
            const bool unknown = (*zone)->valid_until() && end >= *(*zone)->valid_until();
            if (unknown || end == window.end || end <= std::max(now, window.start)) continue;
            move_end(database, window, end, (*zone)->version(), policy, now);
            ++moved;
        }
        if (moved > 0) note_edition(database, **zone);
        forget_if_unused(database, edition, now);
    }
    return moved;
}

}  // namespace ledger
