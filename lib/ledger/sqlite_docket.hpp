// engine::Docket over the ledger's one writer.
#pragma once

#include "cadence/zones.hpp"
#include "engine/docket.hpp"
#include "ledger/writer.hpp"

namespace ledger {

class SqliteDocket final : public engine::Docket {
  public:
    // Both outlive this and every call that is under way. `zones` is asked on the writer's thread.
    SqliteDocket(Writer& writer, cadence::Zones& zones) : writer_(writer), zones_(zones) {}

    template <class T>
    using Task = boost::asio::awaitable<cadence::Result<T>>;

    Task<engine::Recovery> recover(cadence::Policy policy, cadence::Instant now,
                                   engine::MachineTime machine) override;
    Task<engine::DocketPass> work_off(cadence::Policy policy, cadence::Instant now,
                                      int limit) override;
    Task<engine::LedgerTrouble> find_trouble(cadence::Policy policy, cadence::Instant now) override;
    Task<engine::DocketPass> beat_and_work_off(cadence::Policy policy, engine::Heartbeat beat,
                                               int limit) override;
    Task<int> reopen(cadence::Policy policy, cadence::Duration step, cadence::Instant now,
                     cadence::Duration uptime) override;
    Task<engine::BackfillChunk> rejudge(engine::BackfillRange range,
                                        std::optional<cadence::WindowId> cursor, int limit,
                                        cadence::Policy policy, cadence::Instant now) override;

  private:
    Writer& writer_;
    cadence::Zones& zones_;
};

}  // namespace ledger
