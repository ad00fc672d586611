#include "ledger/timeline.hpp"

#include <limits>

#include "cadence/verdict.hpp"
#include "ledger/judgement.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Policy;
using cadence::RequirementId;
using cadence::Result;
using cadence::WindowBounds;

constexpr auto kColumns =
    "SELECT id, session, metric, enabled, active_from_ms, enrolled_at_ms, next_window_at_ms,"
    " (SELECT max(ordinal) FROM generation WHERE requirement = requirement.id) FROM requirement ";

RequirementRow requirement_of(const Query& row) {
    return {.id = {row.integer(0)},
            .session = {row.text(1)},
            .metric = row.text(2),
            .enabled = row.boolean(3),
            .active_from = row.instant(4),
            .enrolled_at = row.instant(5),
            .next_window_at = row.maybe_instant(6),
            .newest_generation = static_cast<int>(row.integer(7))};
}

// What new windows of a requirement are made from.
struct Maker {
    RequirementRow requirement;
    cadence::Rules rules;
    std::shared_ptr<const cadence::ZoneRules> zone;
};

Result<Maker> make_maker(Database& database, cadence::Zones& zones, RequirementId id) {
    Maker maker{load_requirement(database, id), {}, {}};
    maker.rules = load_rules(database, id, maker.requirement.newest_generation);
    auto zone = zones.find_zone(maker.rules.zone);
    if (!zone) return tl::unexpected(zone.error());
    maker.zone = *zone;
    return maker;
}

Result<WindowBounds> bounds_after(Database& database, const Maker& maker,
                                  const NewestWindow& newest) {
    const auto& cadence = maker.rules.cadence;
    const auto made_by = load_rules(database, maker.requirement.id, newest.generation);
    if (cadence::same_grid(made_by, maker.rules)) {
        auto bounds = cadence::window_after(*maker.zone, cadence, newest.end);
        // Where the zone's rules have changed since, the newest window may end off the grid.
        if (!bounds || bounds->start == newest.end) return bounds;
    }
    return cadence::first_window_of_generation(*maker.zone, cadence, newest.end);
}

std::optional<std::string> fixed_of(const Maker& maker, const WindowBounds& bounds,
                                    const Policy& policy) {
    if (bounds.end >= maker.requirement.enrolled_at - policy.caps.proof_max_age) return {};
    return "too_old";
}

cadence::WindowId insert_window(Database& database, const Maker& maker, const WindowBounds& bounds,
                                bool first, const Policy& policy) {
    const RequirementRow& requirement = maker.requirement;
    const Instant judge_at =
        when_to_judge(database, bounds.end, maker.rules.grace, requirement.enrolled_at, policy);
    database.execute(
        "INSERT INTO window (id, requirement, generation, idx, start_at_ms, end_at_ms, local_start,"
        " local_end, zone, zone_version, first, past, fixed, judge_at_ms)"
        " VALUES (1 + max(ifnull((SELECT max(id) FROM window), 0),"
        " ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'highest_window'), 0)),"
        " ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        requirement.id, requirement.newest_generation, bounds.index, bounds.start, bounds.end,
        to_text(bounds.local_start), to_text(bounds.local_end), maker.zone->name(),
        maker.zone->version(), first, bounds.end <= requirement.enrolled_at,
        fixed_of(maker, bounds, policy), judge_at);
    const cadence::WindowId made{database.last_insert_id()};
    note_edition(database, *maker.zone);
    return made;
}

void plan_next(Database& database, RequirementId requirement, Instant at) {
    database.execute("UPDATE requirement SET next_window_at_ms = ?2 WHERE id = ?1", requirement,
                     at);
}

}  // namespace

void note_edition(Database& database, const cadence::ZoneRules& zone) {
    database.execute("INSERT OR IGNORE INTO zone_edition (zone, version) VALUES (?1, ?2)",
                     zone.name(), zone.version());
}

RequirementRow load_requirement(Database& database, RequirementId id) {
    auto row = database.query(std::string(kColumns) + "WHERE id = ?1");
    row.bind(id);
    if (!row.step()) {
        throw StorageFailure({cadence::ErrorCode::NotFound, "there is no such requirement", {}});
    }
    return requirement_of(row);
}

std::optional<RequirementRow> find_requirement(Database& database,
                                               const cadence::SessionId& session,
                                               const std::string& metric) {
    auto row = database.query(std::string(kColumns) + "WHERE session = ?1 AND metric = ?2");
    row.bind(session, metric);
    if (!row.step()) return std::nullopt;
    return requirement_of(row);
}

std::optional<NewestWindow> find_newest_window(Database& database, RequirementId requirement) {
    auto row = database.query(
        "SELECT id, generation, end_at_ms FROM window WHERE requirement = ?1"
        " ORDER BY start_at_ms DESC LIMIT 1");
    row.bind(requirement);
    if (!row.step()) return std::nullopt;
    return NewestWindow{{row.integer(0)}, static_cast<int>(row.integer(1)), row.instant(2)};
}

Instant when_to_judge(Database& database, Instant end, cadence::Duration grace, Instant enrolled_at,
                      const Policy& policy) {
    return cadence::judge_at(end, grace, enrolled_at, load_outages(database, end, end),
                             policy.outage_grace);
}

Result<void> start_windows(Database& database, cadence::Zones& zones, RequirementId requirement,
                           const Policy& policy, Instant now) {
    const auto maker = make_maker(database, zones, requirement);
    if (!maker) return tl::unexpected(maker.error());
    const auto first = cadence::window_containing(*maker->zone, maker->rules.cadence,
                                                  maker->requirement.active_from);
    if (!first) return tl::unexpected(first.error());
    insert_window(database, *maker, *first, true, policy);
    plan_next(database, requirement, first->end);
    const auto opened =
        open_windows(database, zones, requirement, policy, now, std::numeric_limits<int>::max());
    if (!opened) return tl::unexpected(opened.error());
    return {};
}

Result<int> open_windows(Database& database, cadence::Zones& zones, RequirementId requirement,
                         const Policy& policy, Instant now, int limit) {
    auto newest = find_newest_window(database, requirement);
    if (!newest || newest->end > now) return 0;
    const auto maker = make_maker(database, zones, requirement);
    if (!maker) return tl::unexpected(maker.error());
    if (!maker->requirement.next_window_at) return 0;
    int opened = 0;
    for (; newest->end <= now && opened < limit; ++opened) {
        const auto bounds = bounds_after(database, *maker, *newest);
        if (!bounds) return tl::unexpected(bounds.error());
        const auto made = insert_window(database, *maker, *bounds, false, policy);
        newest = NewestWindow{made, maker->requirement.newest_generation, bounds->end};
        plan_next(database, requirement, newest->end);
    }
    return opened;
}

Result<void> resume_windows(Database& database, cadence::Zones& zones, RequirementId requirement,
                            const std::string& reason, const Policy& policy, Instant now) {
    auto newest = find_newest_window(database, requirement);
    if (!newest) return start_windows(database, zones, requirement, policy, now);
    const auto maker = make_maker(database, zones, requirement);
    if (!maker) return tl::unexpected(maker.error());
    while (newest->end <= now) {
        const auto bounds = bounds_after(database, *maker, *newest);
        if (!bounds) return tl::unexpected(bounds.error());
        const bool running = bounds->end > now;
        const auto made = insert_window(database, *maker, *bounds, running, policy);
        if (!running) excuse(database, load_window(database, made), reason, now);
        newest = NewestWindow{made, maker->requirement.newest_generation, bounds->end};
    }
    plan_next(database, requirement, newest->end);
    return {};
}

}  // namespace ledger
