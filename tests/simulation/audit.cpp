#include "tests/simulation/audit.hpp"

#include <fmt/format.h>

#include "tests/simulation/audit_windows.hpp"

namespace simulation {
namespace {

int effects_of(const Model& model, std::int64_t delivery, std::int64_t attempt) {
    auto const found = model.left().find(fmt::format("cadenced-{}-{}", delivery, attempt));
    return found == model.left().end() ? 0 : found->second.effects;
}

int effects_of(const Model& model, std::int64_t delivery) {
    int effects = 0;
    for (const auto& [mark, left] : model.left()) {
        if (left.delivery == delivery) effects += left.effects;
    }
    return effects;
}

// What each answer said of its attempt is what truly happened.
void check_attempts(const Model& model, sqlite3* database, Stage& stage) {
    Rows rows(database,
              "SELECT a.delivery, a.n, ifnull(a.outcome, ''), d.kind FROM attempt a"
              " JOIN delivery d ON d.id = a.delivery ORDER BY a.delivery, a.n");
    while (rows.next()) {
        auto const outcome = rows.text(2);
        auto const effects = effects_of(model, rows.number(0), rows.number(1));
        auto const mark = fmt::format("cadenced-{}-{}", rows.number(0), rows.number(1));
        if (outcome == "applied" && effects != 1) {
            stage.violated(mark + " is said to be applied and was not");
        } else if (outcome == "unknown") {
            continue;
        } else if (outcome.empty()) {
            stage.violated(mark + " is in flight long after everything has come home");
        } else if (outcome != "applied" && effects != 0) {
            stage.violated(mark + " is said not to be applied (" + outcome + ") and was");
        }
    }
}

// What looking at the lock came to is what truly happened, where nobody else had his hands in it.
void check_settled(const Model& model, sqlite3* database, Stage& stage) {
    Rows rows(database,
              "SELECT a.delivery, a.n, a.settled, a.settled_because FROM attempt a"
              " JOIN delivery d ON d.id = a.delivery WHERE a.outcome = 'unknown'"
              " AND a.settled IN ('applied', 'not_applied') AND a.settled_because <> 'by_person'"
              " AND d.kind = 'punishment'");
    while (rows.next()) {
        auto const mark = fmt::format("cadenced-{}-{}", rows.number(0), rows.number(1));
        auto const found = model.left().find(mark);
        // Died between the commit and the first byte.
        auto const left = found == model.left().end() ? Left{} : found->second;
        if (left.delivery != 0 && model.was_touched(left.session, left.at)) continue;
        auto const applied = rows.text(2) == "applied";
        stage.count(std::string{"settled by looking: "} + rows.text(3));
        // Which of a delivery's attempts it was that a reading shows nobody can tell.
        if (applied ? effects_of(model, rows.number(0)) > 0 : left.effects == 0 || left.late) {
            continue;
        }
        if (applied && model.looks_like_a_late_one(left)) continue;
        stage.violated(fmt::format("{} was settled as {} ({}) and that is wrong", mark,
                                   rows.text(2), rows.text(3)));
    }
}

// A punishment that the platform has doubled, and shown so, is alarmed and one of the two taken
// back; nothing else is said to be doubled.
void check_doubled(const Model& model, sqlite3* database, Stage& stage) {
    Rows rows(database,
              "SELECT d.window, d.doubled, EXISTS (SELECT 1 FROM delivery u WHERE u.undoes = d.id"
              " AND u.ordinal = 2 AND (u.state IN ('applied', 'queued', 'waiting', 'unknown', "
              "'held', 'rejected')"
              " OR u.reason <> '')), d.write FROM delivery d WHERE d.kind = 'punishment' AND "
              "d.attempts > 0");
    while (rows.next()) {
        auto const found = model.reckonings().find(rows.number(0));
        auto const reckoning = found == model.reckonings().end() ? Reckoning{} : found->second;
        auto const alarmed = rows.number(1) != 0;
        auto const what = fmt::format("the punishment of window {}", rows.number(0));
        if (alarmed) stage.count("punishments doubled, and alarmed");
        if (!alarmed && model.surely_shown(reckoning)) {
            stage.violated(what + " was doubled, and shown so, and not alarmed");
        }
        if (alarmed && reckoning.effects != 2 && !model.may_be_mistaken(reckoning) &&
            !model.was_touched(reckoning.session, reckoning.first_left)) {
            stage.violated(what + " is said to be doubled and is not");
        }
        if (alarmed && rows.text(3) == "add_time" && rows.number(2) == 0) {
            stage.violated(what + " was doubled, and nothing takes one of the two back");
        }
        if (alarmed && reckoning.undone > 0)
            stage.count("punishments doubled, and taken back once");
    }
}

// Every delivery is at its end, or says what it waits for.
void check_deliveries(const Model& model, sqlite3* database, Stage& stage, Instant wall) {
    Rows rows(database,
              "SELECT d.id, d.state, d.reason, d.kind, d.due_at_ms, s.state, d.unknowns,"
              " (SELECT count(*) FROM token WHERE session = s.id AND died_at_ms IS NULL"
              "  AND set_aside_until_ms IS NULL),"
              " (SELECT ifnull(max(until_at_ms), 0) FROM pause WHERE session = s.id),"
              " EXISTS (SELECT 1 FROM brake)"
              " FROM delivery d JOIN session s ON s.id = d.session ORDER BY d.id");
    auto const patience = cadence::to_ms(wall - std::chrono::hours{1});
    while (rows.next()) {
        auto const state = rows.text(1);
        auto const what = fmt::format("delivery {} ({}) is {} for no reason that can be named",
                                      rows.number(0), rows.text(3), state);
        stage.count("deliveries " + state + ", " + rows.text(3));
        if (state == "inFlight" || (state == "unknown" && rows.number(4) < patience)) {
            stage.violated(what);
        } else if ((state == "held" || state == "waived") && rows.text(2).empty()) {
            stage.violated(what);
        } else if (state == "waiting" && rows.number(7) > 0 && rows.text(5) == "active") {
            stage.violated(what);
        } else if (state == "queued") {
            auto const stopped = rows.number(9) != 0 || rows.number(8) > cadence::to_ms(wall);
            auto const paused = rows.text(3) != "progress" && stopped;
            if (rows.number(4) < patience && !paused) stage.violated(what);
        }
        if (state == "waived" && rows.text(3) == "progress" && rows.text(2) != "merged" &&
            !model.was_decided(rows.number(0)) && rows.text(2) != "lock_ended") {
            stage.violated(what + ": " + rows.text(2));
        }
    }
}

// A progress call carries exactly the proofs that it names, of its window as long as it has not
// left nor come to nothing: a proof that is stamped anew afterwards stays with it.
void check_progress(sqlite3* database, Stage& stage) {
    Rows rows(database,
              "SELECT d.id, d.amount, d.proofs, (SELECT ifnull(sum(amount), 0) FROM proof"
              " WHERE delivery = d.id), (SELECT count(*) FROM proof WHERE delivery = d.id),"
              " (SELECT count(*) FROM proof WHERE delivery = d.id AND window <> d.window"
              "  AND d.attempts = 0 AND d.state IN ('waiting', 'queued'))"
              " FROM delivery d WHERE d.kind = 'progress' AND d.reason <> 'merged'");
    while (rows.next()) {
        if (rows.number(1) == rows.number(3) && rows.number(2) == rows.number(4) &&
            rows.number(5) == 0) {
            continue;
        }
        stage.violated(
            fmt::format("progress delivery {} carries other proofs than it says: {} of {}, not {} "
                        "of {}, and {} of another window",
                        rows.number(0), rows.number(4), rows.number(3), rows.number(2),
                        rows.number(1), rows.number(5)));
    }
}

// How often nobody knew what had become of a write, and how often a person had to say it.
void count_ambiguous(sqlite3* database, Stage& stage) {
    Rows rows(database,
              "SELECT d.write, EXISTS (SELECT 1 FROM event WHERE delivery = d.id"
              "  AND kind = 'delivery.held') FROM delivery d WHERE EXISTS"
              " (SELECT 1 FROM attempt WHERE delivery = d.id AND outcome = 'unknown')");
    while (rows.next()) {
        stage.count("ambiguous " + rows.text(0));
        if (rows.number(1) != 0) stage.count("ambiguous and held " + rows.text(0));
    }
    // Why: by the last thing that was said of one of its attempts before.
    Rows held(database,
              "SELECT d.write, ifnull((SELECT json_extract(s.detail, '$.because') FROM event s"
              " WHERE s.delivery = d.id AND s.kind = 'delivery.settled' AND s.id < e.id"
              " ORDER BY s.id DESC LIMIT 1), json_extract(e.detail, '$.reason')) FROM event e"
              " JOIN delivery d ON d.id = e.delivery WHERE e.kind = 'delivery.held'");
    while (held.next()) stage.count("held " + held.text(0) + ": " + held.text(1));
    Rows waived(database, "SELECT reason FROM delivery WHERE state = 'waived'");
    while (waived.next()) stage.count("waived " + waived.text(0));
}

void check_whole(sqlite3* database, Stage& stage) {
    Rows whole(database, "PRAGMA integrity_check(1)");
    if (!whole.next() || whole.text(0) != "ok") stage.violated("the database is not whole");
    Rows strangers(database, "PRAGMA foreign_key_check");
    if (strangers.next()) stage.violated("a row refers to one that is not there");
    Rows totals(database,
                "SELECT name FROM counter WHERE (name LIKE 'delivery.%' AND value <>"
                " (SELECT count(*) FROM delivery WHERE state = substr(name, 10)))"
                " OR (name LIKE 'window.%' AND value <>"
                " (SELECT count(*) FROM window WHERE ifnull(verdict, 'open') = substr(name, 8)))"
                " OR (name = 'proof.submitted' AND value <> (SELECT count(*) FROM proof p"
                "  JOIN delivery d ON d.id = p.delivery WHERE d.state = 'applied'))");
    while (totals.next()) stage.violated("the counter " + totals.text(0) + " is wrong");
}

}  // namespace

void check_acknowledged(const Model& model, sqlite3* database, Stage& stage) {
    std::map<std::string, std::int64_t> stored;
    Rows rows(database, "SELECT id, amount FROM proof");
    while (rows.next()) stored.emplace(rows.text(0), rows.number(1));
    for (const auto& [id, proof] : model.proofs()) {
        auto const found = stored.find(id);
        if (found == stored.end()) {
            stage.violated("an acknowledged proof is lost: " + id);
        } else if (found->second != proof.amount) {
            stage.violated("an acknowledged proof has changed: " + id);
        }
    }
}

void audit(const Model& model, sqlite3* database, Stage& stage, Instant wall) {
    check_whole(database, stage);
    check_acknowledged(model, database, stage);
    check_attempts(model, database, stage);
    check_settled(model, database, stage);
    check_doubled(model, database, stage);
    check_deliveries(model, database, stage, wall);
    check_progress(database, stage);
    audit_windows(model, database, stage, wall);
    count_ambiguous(database, stage);
}

}  // namespace simulation
