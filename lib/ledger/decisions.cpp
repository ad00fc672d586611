#include "ledger/decisions.hpp"

#include <functional>
#include <vector>

#include "ledger/deliveries.hpp"
#include "ledger/lane.hpp"
#include "ledger/outcomes.hpp"

namespace ledger {
namespace {

using cadence::DeliveryId;
using cadence::DeliveryState;
using cadence::ErrorCode;
using cadence::Instant;
using cadence::Result;
using cadence::Transition;
using engine::Settlement;

constexpr std::size_t kShortReason = 120;

// Cut at a character's boundary: the whole of it is in the trail.
std::string shortened(const std::string& prefix, const std::string& reason) {
    if (reason.empty()) return prefix;
    std::size_t length = reason.size();
    if (length > kShortReason) {
        length = kShortReason;
        while (length > 0 && (static_cast<unsigned char>(reason[length]) & 0xC0U) == 0x80U) {
            --length;
        }
    }
    return prefix + ": " + reason.substr(0, length);
}

tl::unexpected<cadence::Error> out_of_place(const Sent& sent, const std::string& verb) {
    return cadence::fail(ErrorCode::Conflict, "delivery " + std::to_string(sent.id.value) + " is " +
                                                  cadence::to_string(sent.state) +
                                                  " and cannot be " + verb);
}

// What becomes of it, and what its last attempt came to if nobody knew; empty: that stays as it is.
struct Decision {
    Transition transition;
    const char* last_attempt{""};
};

// Why it stayed undecided is not forgotten.
void close_by_person(Database& database, DeliveryId delivery, const char* settled) {
    database.execute(
        "UPDATE attempt SET settled = ?2, settled_because = 'by_person' WHERE delivery = ?1"
        " AND n = (SELECT attempts FROM delivery WHERE id = ?1) AND outcome = 'unknown'"
        " AND (settled IS NULL OR ?2 <> 'undecided')",
        delivery, settled);
}

// Finds it, and lets `decide` say no or what becomes of it.
Result<void> decide_one(Database& database, DeliveryId delivery, const std::string& reason,
                        Instant now, const std::function<Result<Decision>(const Sent&)>& decide) {
    const auto sent = find_sent(database, delivery);
    if (!sent) {
        return cadence::fail(ErrorCode::NotFound,
                             "there is no delivery " + std::to_string(delivery.value));
    }
    auto decision = decide(*sent);
    if (!decision) return tl::unexpected(decision.error());
    // First: whether it is watched for, or taken back, depends on it.
    if (*decision->last_attempt != '\0') {
        close_by_person(database, delivery, decision->last_attempt);
    }
    settle_as(database, *sent, std::move(decision->transition), now,
              reason.empty() ? "yes" : reason);
    refresh_lane(database, sent->session, now);
    return {};
}

Transition settled(const Sent& sent, Settlement outcome, const std::string& reason) {
    const std::string why = shortened("settled_by_person", reason);
    if (outcome == Settlement::Applied) return {DeliveryState::Applied, why, {}};
    if (!sent.wanted) return {DeliveryState::Waived, "unwanted", {}};
    return {DeliveryState::Queued, why, {}};
}

std::vector<FoundDelivery> find_in_state(Database& database, const engine::BulkFilter& filter,
                                         DeliveryState state) {
    std::optional<std::string> session;
    std::optional<std::string> kind;
    if (filter.session) session = filter.session->value;
    if (filter.kind) kind = cadence::to_string(*filter.kind);
    // Two statements, so that each has its index.
    auto row = session ? database.query(
                             "SELECT id FROM delivery WHERE session = ?3 AND state = ?1"
                             " AND (?2 IS NULL OR kind = ?2) ORDER BY id")
                       : database.query(
                             "SELECT id FROM delivery WHERE state = ?1"
                             " AND (?2 IS NULL OR kind = ?2) AND ?3 IS NULL"
                             " ORDER BY id");
    row.bind(cadence::to_string(state), kind, session);
    std::vector<FoundDelivery> found;
    while (row.step()) found.push_back({{row.integer(0)}, state});
    return found;
}

Result<std::vector<FoundDelivery>> find_fitting(Database& database,
                                                const engine::BulkFilter& filter,
                                                bool (*fits)(DeliveryState)) {
    if (filter.empty()) {
        return cadence::fail(ErrorCode::InvalidArgument,
                             "the filter is empty: name a sessionId, a kind or a state", "filter");
    }
    std::vector<FoundDelivery> found;
    for (int value = 0; value <= static_cast<int>(DeliveryState::Waived); ++value) {
        const auto state = static_cast<DeliveryState>(value);
        if (!fits(state) || (filter.state && *filter.state != state)) continue;
        for (const auto& one : find_in_state(database, filter, state)) found.push_back(one);
    }
    return found;
}

bool is_in_state(Database& database, DeliveryId id, DeliveryState state) {
    auto row = database.query("SELECT 1 FROM delivery WHERE id = ?1 AND state = ?2");
    row.bind(id, cadence::to_string(state));
    return row.step();
}

// One that no longer fits is skipped, not an error: it may have changed since it was found.
Result<int> decide_each(Database& database, const std::vector<FoundDelivery>& deliveries,
                        const std::function<Result<void>(DeliveryId)>& decide) {
    int changed = 0;
    for (const auto& [id, state] : deliveries) {
        if (!is_in_state(database, id, state)) continue;
        const Result<void> decided = decide(id);
        if (decided) {
            ++changed;
        } else if (decided.error().code != ErrorCode::Conflict) {
            return tl::unexpected(decided.error());
        }
    }
    return changed;
}

}  // namespace

Result<void> retry(Database& database, DeliveryId delivery, const std::string& reason,
                   Instant now) {
    return decide_one(
        database, delivery, reason, now, [&reason](const Sent& sent) -> Result<Decision> {
            if (!cadence::may_retry(sent.state) || sent.session_ended) {
                return out_of_place(
                    sent, sent.session_ended ? "retried: its lock session has ended" : "retried");
            }
            if (!sent.wanted) {
                return out_of_place(sent, "retried: its window is not missed any more");
            }
            return Decision{{DeliveryState::Queued, shortened("retried_by_person", reason), {}}};
        });
}

Result<void> waive(Database& database, DeliveryId delivery, const std::string& reason,
                   Instant now) {
    return decide_one(
        database, delivery, reason, now, [&reason](const Sent& sent) -> Result<Decision> {
            if (!cadence::may_waive(sent.state)) return out_of_place(sent, "waived");
            return Decision{{DeliveryState::Waived, shortened("by_person", reason), {}},
                            "undecided"};
        });
}

Result<void> settle(Database& database, DeliveryId delivery, Settlement outcome,
                    const std::string& reason, Instant now) {
    const bool applied = outcome == Settlement::Applied;
    auto decided = decide_one(
        database, delivery, reason, now,
        [&reason, outcome, applied](const Sent& sent) -> Result<Decision> {
            if (!cadence::may_settle(sent.state)) return out_of_place(sent, "settled");
            // The next attempt's baseline may still prove this one.
            return Decision{settled(sent, outcome, reason), applied ? "applied" : "not_applied"};
        });
    if (decided && !applied) forget_send(database, delivery);
    return decided;
}

Result<std::vector<FoundDelivery>> find_to_waive(Database& database,
                                                 const engine::BulkFilter& filter) {
    return find_fitting(database, filter, &cadence::may_waive);
}

Result<std::vector<FoundDelivery>> find_to_settle(Database& database,
                                                  const engine::BulkFilter& filter) {
    return find_fitting(database, filter, &cadence::may_settle);
}

Result<int> waive_each(Database& database, const std::vector<FoundDelivery>& deliveries,
                       const std::string& reason, Instant now) {
    return decide_each(database, deliveries, [&database, &reason, now](DeliveryId id) {
        return waive(database, id, reason, now);
    });
}

Result<int> settle_each(Database& database, const std::vector<FoundDelivery>& deliveries,
                        Settlement outcome, const std::string& reason, Instant now) {
    return decide_each(database, deliveries, [&database, &reason, outcome, now](DeliveryId id) {
        return settle(database, id, outcome, reason, now);
    });
}

}  // namespace ledger
