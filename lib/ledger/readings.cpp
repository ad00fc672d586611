#include "ledger/readings.hpp"

#include "ledger/deliveries.hpp"
#include "ledger/event_json.hpp"
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
                        .took = cadence::Duration{row.integer(first + 4)},
                        .others_seconds = row.integer(first + 5),
                        .platform_time = row.maybe_instant(first + 6)};
    if (!row.is_null(first + 1)) reading.frozen = row.boolean(first + 1);
    return reading;
}

UnknownAttempt load_unknown_attempt(Database& database, DeliveryId delivery, int attempt) {
    UnknownAttempt found;
    {
        auto row = database.query(
            "SELECT d.window, d.write, d.seconds, ifnull(a.given_up_at_ms, a.started_at_ms),"
            " a.started_at_ms, a.comparable, ifnull(a.settled, ''), a.settled_because,"
            " (SELECT count(*) FROM attempt e WHERE e.delivery = a.delivery AND e.n < a.n"
            "  AND e.outcome = 'unknown'),"
            " b.at_ms, b.frozen, b.time_remaining_seconds, b.time_locked_seconds, b.took_ms,"
            " b.others_seconds, b.platform_ms FROM delivery d JOIN attempt a ON a.delivery = d.id "
            "AND a.n = ?2"
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
        found.settled = row.text(6);
        found.because = row.text(7);
        found.earlier = static_cast<int>(row.integer(8));
        found.comparable = row.boolean(5);
        if (found.comparable) found.baseline = reading_of(row, 9);
    }
    for (auto& seen : load_evidence(database, delivery, attempt)) {
        found.reads.push_back(seen.reading);
    }
    return found;
}

std::vector<int> find_unknown_attempts(Database& database, DeliveryId delivery) {
    auto row = database.query(
        "SELECT n FROM attempt WHERE delivery = ?1 AND outcome = 'unknown' ORDER BY n");
    row.bind(delivery);
    std::vector<int> found;
    while (row.step()) found.push_back(static_cast<int>(row.integer(0)));
    return found;
}

namespace {

void store_reading(Database& database, DeliveryId delivery, int attempt, const char* role,
                   const LockReading& read, const char* says) {
    database.execute(
        "INSERT INTO reading (delivery, attempt, role, at_ms, frozen, time_remaining_seconds,"
        " time_locked_seconds, took_ms, others_seconds, platform_ms, says)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
        delivery, attempt, role, read.at, read.frozen, read.time_remaining_seconds,
        read.time_locked_seconds, std::int64_t{read.took.count()}, read.others_seconds,
        read.platform_time, says);
}

}  // namespace

void store_baseline(Database& database, DeliveryId delivery, int attempt, const LockReading& read) {
    store_reading(database, delivery, attempt, "baseline", read, "");
}

void store_evidence(Database& database, DeliveryId delivery, int attempt, const LockReading& read,
                    const char* says) {
    store_reading(database, delivery, attempt, "settle", read, says);
}

std::optional<LockReading> apart_from_others(Database& database, const cadence::SessionId& session,
                                             DeliveryId delivery, const cadence::Write& write,
                                             cadence::Instant since, LockReading read) {
    const bool by_time = cadence::moves_time(write.kind);
    auto row = database.query(
        "SELECT a.outcome IS 'applied' OR a.settled IS 'applied',"
        " iif(d.write = 'add_time', d.seconds, -d.seconds)"
        " FROM delivery d INDEXED BY delivery_seen JOIN attempt a ON a.delivery = d.id"
        " WHERE d.session = ?1 AND d.write IN ('add_time', 'remove_time', 'freeze', 'unfreeze')"
        " AND d.write IN ('add_time', 'remove_time') = ?4"
        " AND d.updated_at_ms >= ?3 AND a.started_at_ms >= ?3 AND d.id <> ?2"
        " AND (a.outcome IS NULL OR a.outcome IN ('applied', 'unknown'))"
        " AND a.settled IS NOT 'not_applied'");
    row.bind(session, delivery, since, by_time);
    while (row.step()) {
        if (!by_time || !row.boolean(0)) return std::nullopt;
        read.others_seconds += row.integer(1);
    }
    return read;
}

std::vector<engine::SettlingReading> load_evidence(Database& database, DeliveryId delivery,
                                                   int attempt) {
    auto row = database.query(
        "SELECT at_ms, frozen, time_remaining_seconds, time_locked_seconds, took_ms,"
        " others_seconds, platform_ms, says FROM reading"
        " WHERE delivery = ?1 AND attempt = ?2 AND role = 'settle' ORDER BY at_ms");
    row.bind(delivery, attempt);
    std::vector<engine::SettlingReading> evidence;
    while (row.step()) evidence.push_back({reading_of(row, 0).value(), row.text(7)});
    return evidence;
}

void close_attempt(Database& database, DeliveryId delivery, int attempt, const char* settled,
                   const std::string& because, cadence::Instant now) {
    database.execute(
        "UPDATE attempt SET settled = ?3, settled_because = ?4 WHERE delivery = ?1 AND n = ?2",
        delivery, attempt, settled, because);
    auto row = database.query("SELECT session, window FROM delivery WHERE id = ?1");
    row.bind(delivery);
    if (!row.step()) return;
    record_event(
        database, now, "delivery.settled", cadence::SessionId{row.text(0)},
        cadence::WindowId{row.integer(1)}, delivery,
        event_detail(
            {{"attempt", std::to_string(attempt)}, {"outcome", settled}, {"because", because}}));
}

}  // namespace ledger
