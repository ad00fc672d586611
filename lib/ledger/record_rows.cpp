#include "ledger/record_rows.hpp"

#include "ledger/readings.hpp"
#include "ledger/rows.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using engine::AttemptRecord;
using engine::DeliveryRecord;
using engine::ProofRecord;
using engine::WindowRecord;

std::optional<cadence::Verdict> verdict_of(const Query& row, int word, int reason) {
    if (row.is_null(word)) return std::nullopt;
    const std::string text = row.text(word);
    cadence::Verdict verdict{cadence::VerdictKind::Missed, row.text(reason)};
    if (text == "met") verdict.kind = cadence::VerdictKind::Met;
    if (text == "excused") verdict.kind = cadence::VerdictKind::Excused;
    return verdict;
}

// Where the row itself gives no reason, its times do.
std::string reason_of(const ProofRecord& proof, const WindowRecord& window) {
    if (!proof.reason.empty() || !proof.counted) return proof.reason;
    if (proof.received_at < window.end) return "in_time";
    return proof.received_at < window.judge_at ? "in_grace" : "late";
}

}  // namespace

const std::string kSelectWindows =
    "SELECT w.id, r.session, r.metric, w.idx, w.start_at_ms, w.end_at_ms, w.local_start,"
    " w.local_end, w.zone, w.zone_version, g.required_count, w.count, w.verdict, w.reason,"
    " w.judge_at_ms, w.generation FROM window w JOIN requirement r ON r.id = w.requirement"
    " JOIN generation g ON g.requirement = w.requirement AND g.ordinal = w.generation ";

const std::string kSelectDeliveries =
    "SELECT d.id, d.session, r.metric, d.window, d.kind, d.state, d.reason, d.write,"
    " d.platform_key, d.amount, d.seconds, d.note, d.wanted, d.created_at_ms, d.updated_at_ms,"
    " d.due_at_ms FROM delivery d JOIN requirement r ON r.id = d.requirement ";

WindowRecord window_record(const Query& row) {
    WindowRecord record;
    record.id = {row.integer(0)};
    record.session = {row.text(1)};
    record.metric = row.text(2);
    record.index = row.integer(3);
    record.start = row.instant(4);
    record.end = row.instant(5);
    record.local_start = parse_date(row.text(6));
    record.local_end = parse_date(row.text(7));
    record.zone = row.text(8);
    record.zone_version = row.text(9);
    record.required_count = static_cast<int>(row.integer(10));
    record.count = row.integer(11);
    record.verdict = verdict_of(row, 12, 13);
    record.judge_at = row.instant(14);
    record.generation = static_cast<int>(row.integer(15));
    return record;
}

DeliveryRecord delivery_record(const Query& row) {
    DeliveryRecord record;
    record.id = {row.integer(0)};
    record.session = {row.text(1)};
    record.metric = row.text(2);
    record.window = {row.integer(3)};
    record.kind = cadence::parse_delivery_kind(row.text(4)).value();
    record.state = cadence::parse_delivery_state(row.text(5)).value();
    record.reason = row.text(6);
    record.write = {.kind = cadence::parse_write_kind(row.text(7)).value(),
                    .key = row.text(8),
                    .amount = row.integer(9),
                    .seconds = std::chrono::seconds{row.integer(10)},
                    .reason = row.text(11)};
    record.wanted = row.boolean(12);
    record.created_at = row.instant(13);
    record.updated_at = row.instant(14);
    record.due_at = row.maybe_instant(15);
    return record;
}

std::vector<AttemptRecord> load_attempts(Database& database, DeliveryId delivery) {
    auto row = database.query(
        "SELECT a.n, a.started_at_ms, a.outcome, a.http_status, a.code, a.detail, a.duration_ms,"
        " b.at_ms, b.frozen, b.time_remaining_seconds, b.time_locked_seconds, b.took_ms,"
        " b.others_seconds, b.platform_ms, a.given_up_at_ms, a.settled, a.settled_because FROM "
        "attempt a"
        " LEFT JOIN reading b ON b.delivery = a.delivery AND b.attempt = a.n"
        "  AND b.role = 'baseline' WHERE a.delivery = ?1 ORDER BY a.n");
    row.bind(delivery);
    std::vector<AttemptRecord> attempts;
    while (row.step()) {
        AttemptRecord attempt{.number = static_cast<int>(row.integer(0)),
                              .at = row.instant(1),
                              .outcome = row.maybe_text(2).value_or("inFlight"),
                              .http_status = static_cast<int>(row.integer(3)),
                              .code = row.text(4),
                              .detail = row.text(5),
                              .duration = std::nullopt,
                              .baseline = reading_of(row, 7),
                              .settlement = std::nullopt};
        if (!row.is_null(6)) attempt.duration = cadence::Duration{row.integer(6)};
        if (const auto given_up_at = row.maybe_instant(14)) {
            attempt.settlement = {.given_up_at = *given_up_at,
                                  .outcome = row.maybe_text(15).value_or(""),
                                  .because = row.text(16),
                                  .readings = load_evidence(database, delivery, attempt.number)};
        }
        attempts.push_back(std::move(attempt));
    }
    return attempts;
}

std::vector<ProofRecord> load_proofs(Database& database, const WindowRecord& window) {
    auto row = database.query(
        "SELECT id, amount, happened_at_ms, received_at_ms, counted, reason, delivery FROM proof"
        " WHERE window = ?1 ORDER BY happened_at_ms, id");
    row.bind(window.id);
    std::vector<ProofRecord> proofs;
    while (row.step()) {
        ProofRecord proof{.id = {row.text(0)},
                          .amount = row.integer(1),
                          .happened_at = row.instant(2),
                          .received_at = row.instant(3),
                          .counted = row.boolean(4),
                          .reason = row.text(5),
                          .delivery = std::nullopt};
        if (!row.is_null(6)) proof.delivery = DeliveryId{row.integer(6)};
        proof.reason = reason_of(proof, window);
        proofs.push_back(std::move(proof));
    }
    return proofs;
}

}  // namespace ledger
