#include "tests/simulation/audit_windows.hpp"

#include <fmt/format.h>

#include <utility>

#include "tests/simulation/civil.hpp"

namespace simulation {
namespace {

std::string named(const Rows& row) {
    return fmt::format("window {} of {} {}", row.number(0), row.text(1), row.text(2));
}

// Whole local days, one after the other; each as the calendar has it.
void check_bounds(sqlite3* database, Stage& stage) {
    Rows row(database,
             "SELECT w.id, r.session, r.metric, w.requirement, w.start_at_ms, w.end_at_ms,"
             " w.local_start, w.local_end, w.zone, g.unit, g.every,"
             " (SELECT count(*) FROM generation WHERE requirement = r.id)"
             " FROM window w JOIN requirement r ON r.id = w.requirement JOIN generation g"
             "  ON g.requirement = r.id AND g.ordinal = w.generation"
             " ORDER BY w.requirement, w.start_at_ms");
    std::int64_t requirement = 0;
    Instant end{};
    while (row.next()) {
        auto const same = std::exchange(requirement, row.number(3)) == row.number(3);
        if (same && end != row.instant(4)) {
            stage.violated(named(row) + " does not begin where the one before ends");
        }
        end = row.instant(5);
        if (row.instant(5) != midnight_of(row.text(7), row.text(8))) {
            stage.violated(named(row) + " does not end at midnight");
        }
        // With one set of rules for ever the grid never moves.
        if (row.number(11) != 1) continue;
        auto const length = days_of(row.text(7)) - days_of(row.text(6));
        auto const owed = row.number(10) * (row.text(9) == "week" ? 7 : 1);
        if (length != owed || row.instant(4) != midnight_of(row.text(6), row.text(8))) {
            stage.violated(named(row) + " is not the stretch of days that was agreed");
        }
    }
}

// Those of another time, which only a wrong clock may have brought here.
bool strangers_are_excused(const Model& model, sqlite3* database, const Rows& window) {
    Rows stranger(database,
                  "SELECT p.id FROM proof p JOIN window w ON w.id = p.window WHERE w.id = ?1 AND"
                  " (p.happened_at_ms < w.start_at_ms OR p.happened_at_ms >= w.end_at_ms)",
                  window.number(0));
    while (stranger.next()) {
        if (!model.may_have_counted(stranger.text(0), window.instant(9), window.instant(10))) {
            return false;
        }
    }
    return true;
}

// What lies in a window counts in it, and nothing else does.
void check_counts(const Model& model, sqlite3* database, Stage& stage) {
    Rows row(database,
             "SELECT w.id, r.session, r.metric, w.count,"
             " (SELECT ifnull(sum(amount), 0) FROM proof WHERE window = w.id AND counted = 1),"
             " (SELECT count(*) FROM proof WHERE window = w.id"
             "  AND (happened_at_ms < w.start_at_ms OR happened_at_ms >= w.end_at_ms)),"
             " (SELECT count(*) FROM proof WHERE window = w.id AND counted = 1"
             "  AND delivery IS NULL),"
             " (SELECT count(*) FROM proof WHERE window = w.id AND counted = 0), g.late_proof,"
             " w.start_at_ms, w.end_at_ms,"
             " (SELECT count(*) FROM proof WHERE window = w.id AND requirement <> w.requirement)"
             " FROM window w JOIN requirement r ON r.id = w.requirement JOIN generation g"
             "  ON g.requirement = r.id AND g.ordinal = w.generation");
    while (row.next()) {
        if (row.number(3) != row.number(4)) stage.violated(named(row) + " has a wrong count");
        if (row.number(11) != 0) stage.violated(named(row) + " holds another's proof");
        if (row.number(5) != 0 && !strangers_are_excused(model, database, row)) {
            stage.violated(named(row) + " holds a proof of another time");
        }
        if (row.number(6) != 0) stage.violated(named(row) + " has a proof that nothing carries");
        if (row.number(7) != 0 && row.text(8) != "ignore") {
            stage.violated(named(row) + " ignores a proof against its rules");
        }
    }
}

// By the proofs that it has in the ledger, and by those that were handed in.
void check_count(const Model& model, const Rows& row, Stage& stage) {
    auto const verdict = row.text(3);
    auto const reached = row.number(4) >= row.number(5);
    if (!verdict.empty() && reached && verdict != "met") {
        stage.violated(named(row) + " was met and is " + verdict);
    }
    auto const start = row.instant(13);
    auto const end = row.instant(14);
    if (!reached && verdict == "met" &&
        !model.may_have_counted(row.text(1), row.text(2), start, end)) {
        stage.violated(fmt::format("{} [{}, {}) is met without reason", named(row), text_of(start),
                                   text_of(end)));
    }
    if (verdict != "missed") return;
    WindowSeen window;
    window.session = row.text(1);
    window.metric = row.text(2);
    window.start = start;
    window.end = end;
    window.grace = Duration{row.number(15)};
    window.required = row.number(5);
    window.late_proof = row.text(16);
    if (model.is_surely_met(window)) {
        stage.violated(named(row) + " was met by proofs handed in on time and is missed");
    }
}

void check_verdicts(const Model& model, sqlite3* database, Stage& stage, Instant wall) {
    Rows row(database,
             "SELECT w.id, r.session, r.metric, ifnull(w.verdict, ''), w.count, g.required_count,"
             " w.judge_at_ms, g.punishment_type, w.past, r.punish_past, w.reason,"
             " (SELECT count(*) FROM delivery WHERE window = w.id AND kind = 'punishment'),"
             " w.first = 1 AND g.first_window = 'grace', w.start_at_ms, w.end_at_ms, g.grace_ms,"
             " g.late_proof"
             " FROM window w JOIN requirement r ON r.id = w.requirement JOIN generation g"
             "  ON g.requirement = r.id AND g.ordinal = w.generation");
    auto const overdue = cadence::to_ms(wall - std::chrono::minutes{5});
    while (row.next()) {
        auto const verdict = row.text(3);
        stage.count("windows " + (verdict.empty() ? std::string{"open"} : verdict));
        if (verdict.empty() && row.number(6) < overdue) {
            stage.violated(named(row) + " was not judged in time");
        }
        check_count(model, row, stage);
        if (verdict != "missed") continue;
        if (row.number(12) != 0)
            stage.violated(named(row) + " is missed in the first window's grace");
        auto const owed = row.text(7) != "none" && (row.number(8) == 0 || row.number(9) != 0);
        if (owed && row.number(11) != 1) {
            stage.violated(
                fmt::format("{} is missed and has {} punishments", named(row), row.number(11)));
        }
    }
}

}  // namespace

void audit_windows(const Model& model, sqlite3* database, Stage& stage, Instant wall) {
    check_bounds(database, stage);
    check_counts(model, database, stage);
    check_verdicts(model, database, stage, wall);
}

}  // namespace simulation
