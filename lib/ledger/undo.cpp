// Taking back a punishment that a late proof showed to be undeserved (late_proof = "compensate"),
// or one of two that were applied for the same miss.
#include "ledger/undo.hpp"

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
#include "ledger/readings.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::Instant;
using cadence::WriteKind;

// Why a punishment is taken back; the undo's ordinal, so that each happens once.
enum class UndoneAs { Undeserved = 1, Doubled = 2 };

struct Punished {
    DeliveryHome home;
    cadence::Write write;
    std::optional<Instant> sent_at;
    std::optional<bool> frozen_before;
    bool only_assumed{false};  // nobody knows whether it was applied at all
};

std::optional<Punished> find_punished(Database& database, DeliveryId punishment) {
    auto row = database.query(
        "SELECT d.session, d.requirement, d.window, d.window_start_ms, d.write, d.seconds,"
        " a.started_at_ms, r.frozen, a.settled IS 'undecided' AND NOT EXISTS"
        "  (SELECT 1 FROM attempt k WHERE k.delivery = d.id AND k.settled = 'applied')"
        " FROM delivery d"
        " LEFT JOIN attempt a ON a.delivery = d.id AND a.n = d.attempts"
        " LEFT JOIN reading r ON r.delivery = a.delivery AND r.attempt = a.n"
        "  AND r.role = 'baseline'"
        " WHERE d.id = ?1 AND d.kind = 'punishment'");
    row.bind(punishment);
    if (!row.step()) return std::nullopt;
    Punished found;
    found.home = {.session = {row.text(0)},
                  .requirement = {row.integer(1)},
                  .window = {row.integer(2)},
                  .window_start = row.instant(3)};
    found.write.kind = cadence::parse_write_kind(row.text(4)).value();
    found.write.seconds = std::chrono::seconds{row.integer(5)};
    found.sent_at = row.maybe_instant(6);
    if (!row.is_null(7)) found.frozen_before = row.boolean(7);
    found.only_assumed = row.boolean(8);
    return found;
}

bool has_undo(Database& database, DeliveryId punishment, UndoneAs why) {
    auto row = database.query("SELECT 1 FROM delivery WHERE undoes = ?1 AND ordinal = ?2");
    row.bind(punishment, static_cast<int>(why));
    return row.step();
}

std::optional<std::string> pointless(const Punished& punished, Instant now) {
    if (punished.only_assumed) return "outcome_unknown";
    if (punished.write.kind == WriteKind::AddTime) return std::nullopt;
    // Counted from when it was sent: the earliest it can have begun.
    if (!punished.sent_at || *punished.sent_at + punished.write.seconds <= now) {
        return "effect_over";
    }
    // Somebody else's freeze was in force before ours: an unfreeze would end theirs, too.
    const bool frozen_before = punished.frozen_before.value_or(false);
    if (punished.write.kind == WriteKind::Freeze && frozen_before) return "not_ours_alone";
    return std::nullopt;
}

std::optional<DeliveryId> owe(Database& database, DeliveryId punishment, UndoneAs why, int times,
                              Instant now) {
    const auto punished = find_punished(database, punishment);
    if (!punished || has_undo(database, punishment, why) || pointless(*punished, now)) {
        return std::nullopt;
    }
    const DeliveryHome& home = punished->home;
    const cadence::Write write = cadence::inverse_of(punished->write);
    database.execute(
        "INSERT INTO delivery (session, requirement, window, window_start_ms, kind, ordinal, state,"
        " write, seconds, undoes, due_at_ms, created_at_ms, updated_at_ms)"
        " VALUES (?1, ?2, ?3, ?4, 'undo', ?10, ?5, ?6, ?7, ?8, ?9, ?9, ?9)",
        home.session, home.requirement, home.window, home.window_start,
        cadence::to_string(unsent_state(database, home.session, now)),
        cadence::to_string(write.kind), times * std::int64_t{write.seconds.count()}, punishment,
        now, static_cast<int>(why));
    const DeliveryId made{database.last_insert_id()};
    record_event(database, now, "undo.owed", home.session, home.window, made,
                 event_detail({{"undoes", std::to_string(punishment.value)}}));
    return made;
}

}  // namespace

std::optional<std::string> undo_pointless(Database& database, DeliveryId punishment, Instant now) {
    const auto punished = find_punished(database, punishment);
    return punished ? pointless(*punished, now) : std::optional<std::string>{"not_applied"};
}

bool seems_taken_back(Database& database, const cadence::SessionId& session, DeliveryId punishment,
                      const cadence::LockReading& read) {
    // Of several attempts it may have been applied more than once, or by any of them.
    auto row = database.query(
        "SELECT min(n), count(*) FROM attempt"
        " WHERE delivery = ?1 AND outcome IN ('applied', 'unknown')");
    row.bind(punishment);
    if (!row.step() || row.integer(1) != 1) return false;
    const auto attempt =
        load_unknown_attempt(database, punishment, static_cast<int>(row.integer(0)));
    if (!attempt.baseline || !cadence::moves_time(attempt.write.kind)) return false;
    const auto own =
        apart_from_others(database, session, punishment, attempt.write, attempt.baseline->at, read);
    return own &&
           cadence::weigh(attempt.write, *attempt.baseline, *own, 0) == cadence::Finding::Against;
}

std::optional<DeliveryId> owe_undo(Database& database, DeliveryId punishment, Instant now) {
    return owe(database, punishment, UndoneAs::Undeserved, 1, now);
}

std::optional<DeliveryId> owe_undo_of_doubled(Database& database, DeliveryId punishment, int times,
                                              Instant now) {
    return owe(database, punishment, UndoneAs::Doubled, times, now);
}

}  // namespace ledger
