// Each call is a unit of work by value: it may run after the caller was cancelled.
#include "ledger/sqlite_outbox.hpp"

#include <algorithm>

#include "ledger/attempts.hpp"
#include "ledger/decisions.hpp"
#include "ledger/lane.hpp"
#include "ledger/recent_calls.hpp"
#include "ledger/refusals.hpp"
#include "ledger/requirements.hpp"
#include "ledger/settlements.hpp"

namespace ledger {

using boost::asio::awaitable;
using cadence::Answer;
using cadence::DeliveryId;
using cadence::Duration;
using cadence::Instant;
using cadence::Policy;
using cadence::Result;
using cadence::SessionId;
using engine::BulkFilter;
using engine::Settlement;

namespace {

constexpr std::ptrdiff_t kPiece = 100;

using Decide = std::function<Result<int>(Database&, const std::vector<FoundDelivery>&)>;

// Of thousands a pause, or a write that is about to leave, waits for a piece.
awaitable<Result<int>> decide_in_pieces(
    Writer& writer, std::function<Result<std::vector<FoundDelivery>>(Database&)> find,
    Decide decide) {
    auto finding = writer.run<std::vector<FoundDelivery>>(std::move(find));
    const auto found = co_await std::move(finding);
    if (!found) co_return tl::unexpected<cadence::Error>(found.error());
    int changed = 0;
    for (auto next = found->begin(); next != found->end();) {
        const auto end = next + std::min(kPiece, found->end() - next);
        std::vector<FoundDelivery> piece(next, end);
        auto deciding = writer.run<int>([decide, piece = std::move(piece)](
                                            Database& database) { return decide(database, piece); },
                                        Writer::Room::Alone);
        const auto decided = co_await std::move(deciding);
        if (!decided) co_return tl::unexpected<cadence::Error>(decided.error());
        changed += *decided;
        next = end;
    }
    co_return changed;
}

}  // namespace

awaitable<Result<engine::DueLanes>> SqliteOutbox::find_due_lanes(Policy /*policy*/, Instant now,
                                                                 int limit) {
    return writer_.run<engine::DueLanes>(
        [now, limit](Database& database) -> Result<engine::DueLanes> {
            return ledger::find_due_lanes(database, now, limit);
        });
}

awaitable<Result<engine::LaneHead>> SqliteOutbox::load_lane(SessionId session, Policy policy,
                                                            Instant now, Duration round_trip) {
    return writer_.run<engine::LaneHead>(
        [session = std::move(session), policy, now, round_trip](Database& database) {
            return ledger::load_lane(database, session, policy, now, round_trip);
        });
}

awaitable<Result<engine::Attempt>> SqliteOutbox::begin_attempt(engine::BeginAttempt begin,
                                                               Policy policy, Instant now) {
    return writer_.run<engine::Attempt>(
        [zones = &zones_, begin = std::move(begin), policy, now](Database& database) {
            return ledger::begin_attempt(database, *zones, begin, policy, now);
        });
}

awaitable<Result<engine::FinishedAttempt>> SqliteOutbox::finish_attempt(DeliveryId delivery,
                                                                        int attempt, Answer answer,
                                                                        double uniform,
                                                                        engine::Onward onward,
                                                                        Instant now) {
    return writer_.run<engine::FinishedAttempt>([zones = &zones_, delivery, attempt,
                                                 answer = std::move(answer), uniform, onward,
                                                 now](Database& database) {
        return ledger::finish_and_go_on(database, *zones, delivery, attempt, answer, uniform,
                                        onward, now);
    });
}

awaitable<Result<engine::FinishedAttempt>> SqliteOutbox::hold_unrecorded(DeliveryId delivery,
                                                                         int attempt, Instant now) {
    return writer_.run<engine::FinishedAttempt>([delivery, attempt, now](Database& database) {
        return ledger::hold_unrecorded(database, delivery, attempt, now);
    });
}

awaitable<Result<engine::FinishedAttempt>> SqliteOutbox::settle_unread(DeliveryId delivery,
                                                                       Instant now) {
    return writer_.run<engine::FinishedAttempt>([delivery, now](Database& database) {
        return ledger::settle_unread(database, delivery, now);
    });
}

awaitable<Result<engine::FinishedAttempt>> SqliteOutbox::settle_by_reading(
    DeliveryId delivery, engine::ContextFound found, Policy policy, Instant now) {
    return writer_.run<engine::FinishedAttempt>(
        [zones = &zones_, delivery, found = std::move(found), policy, now](Database& database) {
            return ledger::settle_by_reading(database, *zones, delivery, found, policy, now);
        });
}

awaitable<Result<void>> SqliteOutbox::record_refusal(SessionId session, std::string token_hash,
                                                     Answer answer, Duration wait, Instant now) {
    return writer_.run<void>([session = std::move(session), hash = std::move(token_hash),
                              answer = std::move(answer), wait, now](Database& database) {
        return ledger::record_refusal(database, session, hash, answer, wait, now);
    });
}

awaitable<Result<void>> SqliteOutbox::postpone_punishments(SessionId session, Instant until,
                                                           std::string reason, Instant now) {
    return writer_.run<void>([session = std::move(session), until, reason = std::move(reason),
                              now](Database& database) -> Result<void> {
        ledger::postpone_punishments(database, session, until, reason, now);
        return {};
    });
}

awaitable<Result<void>> SqliteOutbox::defer_lane(SessionId session, Instant until) {
    return writer_.run<void>(
        [session = std::move(session), until](Database& database) -> Result<void> {
            ledger::defer_lane(database, session, until);
            return {};
        });
}

awaitable<Result<int>> SqliteOutbox::end_waits(std::string platform, Instant now, int limit) {
    return writer_.run<int>(
        [platform = std::move(platform), now, limit](Database& database) -> Result<int> {
            return ledger::end_waits(database, platform, now, limit);
        });
}

awaitable<Result<std::vector<engine::RecentCall>>> SqliteOutbox::find_recent_calls(Instant now) {
    return writer_.run<std::vector<engine::RecentCall>>(
        [now](Database& database) -> Result<std::vector<engine::RecentCall>> {
            return ledger::find_recent_calls(database, now);
        });
}

awaitable<Result<std::vector<engine::AboveCap>>> SqliteOutbox::find_above_cap(
    std::chrono::seconds cap) {
    return writer_.run<std::vector<engine::AboveCap>>(
        [cap](Database& database) -> Result<std::vector<engine::AboveCap>> {
            return ledger::find_above_cap(database, cap);
        });
}

awaitable<Result<int>> SqliteOutbox::revive_tokens(std::string platform, Instant now) {
    return writer_.run<int>(
        [platform = std::move(platform), now](Database& database) -> Result<int> {
            return ledger::revive_tokens(database, platform, now);
        });
}

awaitable<Result<void>> SqliteOutbox::retry(DeliveryId delivery, std::string reason, Instant now) {
    return writer_.run<void>([delivery, reason = std::move(reason), now](Database& database) {
        return ledger::retry(database, delivery, reason, now);
    });
}

awaitable<Result<void>> SqliteOutbox::waive(DeliveryId delivery, std::string reason, Instant now) {
    return writer_.run<void>([delivery, reason = std::move(reason), now](Database& database) {
        return ledger::waive(database, delivery, reason, now);
    });
}

awaitable<Result<void>> SqliteOutbox::settle(DeliveryId delivery, Settlement outcome,
                                             std::string reason, Instant now) {
    return writer_.run<void>(
        [delivery, outcome, reason = std::move(reason), now](Database& database) {
            return ledger::settle(database, delivery, outcome, reason, now);
        });
}

awaitable<Result<int>> SqliteOutbox::waive_all(BulkFilter filter, std::string reason, Instant now) {
    return decide_in_pieces(
        writer_,
        [filter = std::move(filter)](Database& database) {
            return ledger::find_to_waive(database, filter);
        },
        [reason = std::move(reason), now](Database& database, const auto& deliveries) {
            return ledger::waive_each(database, deliveries, reason, now);
        });
}

awaitable<Result<int>> SqliteOutbox::settle_all(BulkFilter filter, Settlement outcome,
                                                std::string reason, Instant now) {
    return decide_in_pieces(
        writer_,
        [filter = std::move(filter)](Database& database) {
            return ledger::find_to_settle(database, filter);
        },
        [outcome, reason = std::move(reason), now](Database& database, const auto& deliveries) {
            return ledger::settle_each(database, deliveries, outcome, reason, now);
        });
}

}  // namespace ledger
