#include "ledger/proofs.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "ledger/counting.hpp"
#include "ledger/deliveries.hpp"
#include "ledger/judgement.hpp"
#include "ledger/lane.hpp"
#include "ledger/rows.hpp"
#include "ledger/savepoint.hpp"
#include "ledger/sessions.hpp"
#include "ledger/timeline.hpp"

namespace ledger {
namespace {

using cadence::Instant;
using cadence::Result;
using cadence::WindowId;
using engine::Proof;
using engine::ProofStatus;
using engine::ProofTaken;

constexpr std::chrono::minutes kClockTolerance{5};

ProofTaken refused(const char* field, std::string detail) {
    return {ProofStatus::Refused, std::string(field) + ": " + std::move(detail), field};
}

// The same id again: the same content (as it was given) is a repetition, anything else a conflict.
std::optional<ProofTaken> find_repetition(Database& database, const Proof& proof) {
    auto row = database.query(
        "SELECT r.session, r.metric, p.amount, p.given_happened_at_ms FROM proof p"
        " JOIN requirement r ON r.id = p.requirement WHERE p.id = ?1");
    row.bind(proof.id);
    if (!row.step()) return std::nullopt;
    const bool same = row.text(0) == proof.session.value && row.text(1) == proof.metric &&
                      row.integer(2) == proof.amount && row.maybe_instant(3) == proof.happened_at;
    if (same) return ProofTaken{ProofStatus::Repeated, {}, {}};
    return ProofTaken{ProofStatus::Conflict,
                      "id: this proof is known with another lock session, metric, amount or "
                      "happenedAt; give every proof an id of its own",
                      "id"};
}

std::string known_metrics(Database& database, const cadence::SessionId& session) {
    auto row = database.query("SELECT metric FROM requirement WHERE session = ?1 ORDER BY metric");
    row.bind(session);
    std::string list;
    while (row.step()) list += (list.empty() ? "" : ", ") + row.text(0);
    return list.empty() ? "it has no requirement yet" : "it has " + list;
}

// Why the lock session takes no such proof; empty when it does.
std::optional<ProofTaken> refuse_by_session(Database& database, const Proof& proof) {
    const auto session = find_session(database, proof.session);
    if (!session) {
        return ProofTaken{ProofStatus::UnknownSession,
                          "there is no lock session '" + proof.session.value +
                              "'; enrol it (PUT) or hand in a launch first",
                          "sessionId"};
    }
    if (session->ended()) {
        return refused("sessionId", "the lock session has ended; enrol it again to go on");
    }
    return std::nullopt;
}

std::optional<Instant> first_window_start(Database& database, cadence::RequirementId requirement) {
    auto row = database.query(
        "SELECT start_at_ms FROM window WHERE requirement = ?1 ORDER BY start_at_ms LIMIT 1");
    row.bind(requirement);
    if (!row.step()) return std::nullopt;
    return row.instant(0);
}

std::optional<ProofTaken> refuse_by_time(Database& database, const Proof& proof,
                                         cadence::RequirementId requirement, Instant happened_at,
                                         const cadence::Policy& policy, Instant now) {
    if (proof.happened_at.value_or(now) > now + kClockTolerance) {
        return refused("happenedAt", "lies more than 5 minutes in the future; check the clocks");
    }
    if (happened_at < now - policy.caps.proof_max_age) {
        return refused("happenedAt",
                       "is older than proof_max_age (caps in the configuration) allows");
    }
    const auto begin = first_window_start(database, requirement);
    if (!begin) return refused("metric", "this requirement has never been in force; enable it");
    if (happened_at < *begin) return refused("happenedAt", "lies before the requirement began");
    return std::nullopt;
}

std::optional<WindowId> find_window_at(Database& database, cadence::RequirementId requirement,
                                       Instant instant) {
    auto row = database.query(
        "SELECT id, end_at_ms FROM window WHERE requirement = ?1 AND start_at_ms <= ?2"
        " ORDER BY start_at_ms DESC LIMIT 1");
    row.bind(requirement, instant);
    if (!row.step() || row.instant(1) <= instant) return std::nullopt;
    return WindowId{row.integer(0)};
}

// `delivery`: what carries it; without one it counts for nothing.
void insert_proof(Database& database, const Proof& proof, const WindowRow& window,
                  std::optional<cadence::DeliveryId> delivery, Instant happened_at, Instant now) {
    database.execute(
        "INSERT INTO proof (id, requirement, window, delivery, amount, given_happened_at_ms,"
        " happened_at_ms, received_at_ms, counted, reason)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        proof.id, window.requirement, window.id, delivery, proof.amount, proof.happened_at,
        happened_at, now, delivery.has_value(), delivery ? "" : "late_ignored");
}

// A window that was judged and not met, under rules that ignore what comes after that.
bool is_ignored(const WindowRow& window, const cadence::Rules& rules) {
    const bool late = window.verdict && window.verdict->kind != cadence::VerdictKind::Met;
    return late && rules.late_proof == cadence::LateProof::Ignore;
}

void take(Database& database, const Proof& proof, WindowId id, Instant happened_at, Instant now) {
    const WindowRow window = load_window(database, id);
    const auto rules = load_rules(database, window.requirement, window.generation);
    if (is_ignored(window, rules)) {
        insert_proof(database, proof, window, std::nullopt, happened_at, now);
        record_event(database, now, "proof.ignored", proof.session, id, std::nullopt);
        return;
    }
    const auto delivery = count_amount(database, window, rules, proof.amount, now);
    insert_proof(database, proof, window, delivery, happened_at, now);
    if (window.count + proof.amount >= rules.required_count) {
        judge_by_count(database, id, rules, now);
    }
}

// What add_proof does, but for the lane.
Result<ProofTaken> accept(Database& database, cadence::Zones& zones, const Proof& proof,
                          const cadence::Policy& policy, Instant now) {
    if (auto known = find_repetition(database, proof)) return *known;
    if (auto refusal = refuse_by_session(database, proof)) return *refusal;
    const auto requirement = find_requirement(database, proof.session, proof.metric);
    if (!requirement) {
        return refused("metric", "the lock session has no requirement '" + proof.metric + "'; " +
                                     known_metrics(database, proof.session));
    }
    const Instant happened_at = std::min(proof.happened_at.value_or(now), now);
    if (auto refusal = refuse_by_time(database, proof, requirement->id, happened_at, policy, now)) {
        return *refusal;
    }
    const auto opened = open_windows(database, zones, requirement->id, policy, now,
                                     std::numeric_limits<int>::max());
    if (!opened) return tl::unexpected(opened.error());
    const auto window = find_window_at(database, requirement->id, happened_at);
    if (!window) return refused("happenedAt", "the requirement is not in force then; enable it");
    take(database, proof, *window, happened_at, now);
    return ProofTaken{ProofStatus::Accepted, {}, {}};
}

}  // namespace

Result<ProofTaken> add_proof(Database& database, cadence::Zones& zones, const Proof& proof,
                             const cadence::Policy& policy, Instant now) {
    auto taken = accept(database, zones, proof, policy, now);
    if (taken && taken->status == ProofStatus::Accepted) {
        refresh_lane(database, proof.session, now);
    }
    return taken;
}

std::vector<ProofTaken> add_proofs(Database& database, cadence::Zones& zones,
                                   const std::vector<Proof>& proofs, const cadence::Policy& policy,
                                   Instant now) {
    std::vector<ProofTaken> all;
    all.reserve(proofs.size());
    std::set<cadence::SessionId> changed;
    for (const Proof& proof : proofs) {
        Savepoint part(database);
        auto taken = accept(database, zones, proof, policy, now);
        if (taken) {
            part.keep();
            if (taken->status == ProofStatus::Accepted) changed.insert(proof.session);
            all.push_back(*std::move(taken));
        } else {
            part.undo();
            all.push_back({ProofStatus::Refused, taken.error().detail, taken.error().field});
        }
    }
    for (const auto& session : changed) refresh_lane(database, session, now);
    return all;
}

}  // namespace ledger
