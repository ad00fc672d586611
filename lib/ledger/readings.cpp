#include "ledger/readings.hpp"

#include "ledger/rows.hpp"

namespace ledger {

using cadence::DeliveryId;
using cadence::LockReading;

std::optional<LockReading> reading_of(const Query& row, int first) {
    const auto at = row.maybe_instant(first);
    if (!at) return std::nullopt;
    LockReading reading{.at = *at,
                        .frozen = std::nullopt,
                        .time_remaining_seconds = row.maybe_integer(first + 2),
                        .time_locked_seconds = row.maybe_integer(first + 3),
                        .took = cadence::Duration{row.integer(first + 4)}};
    if (!row.is_null(first + 1)) reading.frozen = row.boolean(first + 1);
    return reading;
}

UnknownAttempt load_unknown_attempt(Database& database, DeliveryId delivery, int attempt) {
    UnknownAttempt found;
    {
        auto row = database.query(
            "SELECT d.window, d.write, d.seconds, ifnull(a.given_up_at_ms, a.started_at_ms),"
            " a.started_at_ms, b.at_ms, b.frozen, b.time_remaining_seconds, b.time_locked_seconds,"
            " b.took_ms FROM delivery d JOIN attempt a ON a.delivery = d.id AND a.n = ?2"
            " LEFT JOIN reading b ON b.delivery = d.id AND b.attempt = a.n AND b.role = 'baseline'"
            " WHERE d.id = ?1");
        row.bind(delivery, attempt);
        if (!row.step()) {
            throw StorageFailure({cadence::ErrorCode::Internal, "there is no such attempt", {}});
        }
        found.window = {row.integer(0)};
        found.write.kind = cadence::parse_write_kind(row.text(1)).value();
        found.write.seconds = std::chrono::seconds{row.integer(2)};
        found.given_up_at = row.instant(3);
        found.started_at = row.instant(4);
        found.baseline = reading_of(row, 5);
    }
    found.reads = load_readings(database, delivery, attempt);
    return found;
}

std::vector<int> find_unknown_attempts(Database& database, DeliveryId delivery,
                                       const std::string& settled) {
    auto row = database.query(
        "SELECT n FROM attempt WHERE delivery = ?1 AND outcome = 'unknown' AND settled = ?2"
        " ORDER BY n");
    row.bind(delivery, settled);
    std::vector<int> found;
    while (row.step()) found.push_back(static_cast<int>(row.integer(0)));
    return found;
}

void store_reading(Database& database, DeliveryId delivery, int attempt, const char* role,
                   const LockReading& read) {
    database.execute(
        "INSERT INTO reading (delivery, attempt, role, at_ms, frozen, time_remaining_seconds,"
        " time_locked_seconds, took_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        " ON CONFLICT DO NOTHING",
        delivery, attempt, role, read.at, read.frozen, read.time_remaining_seconds,
        read.time_locked_seconds, std::int64_t{read.took.count()});
}

std::optional<LockReading> without_others(Database& database, const cadence::SessionId& session,
                                          DeliveryId delivery, cadence::Instant since,
                                          LockReading read) {
    auto row = database.query(
        "SELECT a.outcome IS 'applied', iif(d.write = 'add_time', d.seconds, -d.seconds)"
        " FROM delivery d INDEXED BY delivery_time JOIN attempt a ON a.delivery = d.id"
        " WHERE d.session = ?1 AND d.write IN ('add_time', 'remove_time')"
        " AND d.updated_at_ms >= ?3 AND a.started_at_ms >= ?3 AND d.id <> ?2"
        " AND (a.outcome IS NULL OR a.outcome IN ('applied', 'unknown'))");
    row.bind(session, delivery, since);
    while (row.step()) {
        if (!row.boolean(0)) return std::nullopt;
        if (read.time_remaining_seconds) *read.time_remaining_seconds -= row.integer(1);
    }
    return read;
}

std::vector<LockReading> load_readings(Database& database, DeliveryId delivery, int attempt) {
    auto row = database.query(
        "SELECT at_ms, frozen, time_remaining_seconds, time_locked_seconds, took_ms FROM reading"
        " WHERE delivery = ?1 AND attempt = ?2 AND role = 'settle' ORDER BY at_ms");
    row.bind(delivery, attempt);
    std::vector<LockReading> reads;
    while (row.step()) reads.push_back(reading_of(row, 0).value());
    return reads;
}

}  // namespace ledger
