// engine::Outbox over the ledger's one writer.
#pragma once

#include "cadence/zones.hpp"
#include "engine/outbox.hpp"
#include "ledger/writer.hpp"

namespace ledger {

class SqliteOutbox final : public engine::Outbox {
  public:
    // Both outlive this and every call that is under way. `zones` is asked on the writer's thread.
    SqliteOutbox(Writer& writer, cadence::Zones& zones) : writer_(writer), zones_(zones) {}

    template <class T>
    using Task = boost::asio::awaitable<cadence::Result<T>>;

    Task<engine::DueLanes> find_due_lanes(cadence::Policy policy, cadence::Instant now,
                                          int limit) override;
    Task<engine::LaneHead> load_lane(cadence::SessionId session, cadence::Policy policy,
                                     cadence::Instant now, cadence::Duration round_trip) override;
    Task<engine::Attempt> begin_attempt(engine::BeginAttempt begin, cadence::Policy policy,
                                        cadence::Instant now) override;
    Task<engine::FinishedAttempt> finish_attempt(cadence::DeliveryId delivery, int attempt,
                                                 cadence::Answer answer, double uniform,
                                                 engine::Onward onward,
                                                 cadence::Instant now) override;
    Task<engine::FinishedAttempt> hold_unrecorded(cadence::DeliveryId delivery, int attempt,
                                                  cadence::Instant now) override;
    Task<engine::FinishedAttempt> settle_unread(cadence::DeliveryId delivery,
                                                cadence::Instant now) override;
    Task<engine::FinishedAttempt> settle_by_reading(cadence::DeliveryId delivery,
                                                    engine::ContextFound found,
                                                    cadence::Policy policy,
                                                    cadence::Instant now) override;
    Task<void> record_refusal(cadence::SessionId session, std::string token_hash,
                              cadence::Answer answer, cadence::Duration wait,
                              cadence::Instant now) override;
    Task<void> postpone_punishments(cadence::SessionId session, cadence::Instant until,
                                    std::string reason, cadence::Instant now) override;
    Task<void> defer_lane(cadence::SessionId session, cadence::Instant until) override;
    Task<int> end_waits(std::string platform, cadence::Instant now, int limit) override;
    Task<std::vector<engine::RecentCall>> find_recent_calls(cadence::Instant now) override;
    Task<std::vector<engine::AboveCap>> find_above_cap(std::chrono::seconds cap) override;
    Task<int> revive_tokens(std::string platform, cadence::Instant now) override;
    Task<void> retry(cadence::DeliveryId delivery, std::string reason,
                     cadence::Instant now) override;
    Task<void> waive(cadence::DeliveryId delivery, std::string reason,
                     cadence::Instant now) override;
    Task<void> settle(cadence::DeliveryId delivery, engine::Settlement outcome, std::string reason,
                      cadence::Instant now) override;
    Task<int> waive_all(engine::BulkFilter filter, std::string reason,
                        cadence::Instant now) override;
    Task<int> settle_all(engine::BulkFilter filter, engine::Settlement outcome, std::string reason,
                         cadence::Instant now) override;

  private:
    Writer& writer_;
    cadence::Zones& zones_;
};

}  // namespace ledger
