#include "ledger/standing.hpp"

namespace ledger {
namespace {

std::optional<StandingWindow> window_of(const Query& row, cadence::Instant instant) {
    if (row.is_null(2) || row.instant(5) <= instant) return std::nullopt;
    StandingWindow window{.id = {row.integer(2)},
                          .generation = static_cast<int>(row.integer(3)),
                          .start = row.instant(4),
                          .end = row.instant(5),
                          .count = row.integer(6),
                          .required_count = row.integer(7),
                          .met = row.boolean(8),
                          .ignores = row.boolean(9),
                          .key = row.text(10),
                          .carrier = {}};
    if (const auto carrier = row.maybe_integer(11)) window.carrier = {*carrier};
    return window;
}

}  // namespace

std::optional<Standing> find_standing(Database& database, const cadence::SessionId& session,
                                      const std::string& metric, cadence::Instant instant) {
    auto row = database.query(
        "SELECT s.state = 'ended', r.id, w.id, w.generation, w.start_at_ms, w.end_at_ms, w.count,"
        " g.required_count, w.verdict IS 'met', w.verdict <> 'met' AND g.late_proof = 'ignore',"
        " g.platform_key,"
        " (SELECT id FROM delivery WHERE window = w.id AND kind = 'progress'"
        " AND state IN ('waiting', 'queued') AND unknowns = 0)"
        " FROM session s LEFT JOIN requirement r ON r.session = s.id AND r.metric = ?2"
        " LEFT JOIN window w ON w.id = (SELECT id FROM window WHERE requirement = r.id"
        " AND start_at_ms <= ?3 ORDER BY start_at_ms DESC LIMIT 1)"
        " LEFT JOIN generation g ON g.requirement = w.requirement AND g.ordinal = w.generation"
        " WHERE s.id = ?1");
    row.bind(session, metric, instant);
    if (!row.step()) return std::nullopt;
    Standing standing{.ended = row.boolean(0), .requirement = {}, .window = {}};
    if (const auto requirement = row.maybe_integer(1)) standing.requirement = {*requirement};
    standing.window = window_of(row, instant);
    return standing;
}

}  // namespace ledger
