// engine::Records over a read-only connection.
#pragma once

#include "engine/records.hpp"
#include "ledger/reader.hpp"

namespace ledger {

class SqliteRecords final : public engine::Records {
  public:
    // `reader` outlives this and every call that is under way.
    explicit SqliteRecords(Reader& reader) : reader_(reader) {}

    template <class T>
    using Task = boost::asio::awaitable<cadence::Result<T>>;

    Task<engine::LedgerStatus> load_status(cadence::Policy policy, cadence::Instant now) override;
    Task<engine::Page<engine::SessionRecord>> list_sessions(int limit,
                                                            std::optional<std::string> cursor,
                                                            cadence::Policy policy,
                                                            cadence::Instant now) override;
    Task<engine::SessionRecord> load_session(cadence::SessionId session, cadence::Policy policy,
                                             cadence::Instant now) override;
    Task<engine::Page<engine::WindowRecord>> list_windows(engine::WindowQuery query) override;
    Task<engine::WindowExplained> explain_window(cadence::WindowId window) override;
    Task<engine::Page<engine::DeliveryRecord>> list_deliveries(
        engine::DeliveryQuery query) override;
    Task<engine::DeliveryRecord> load_delivery(cadence::DeliveryId delivery) override;

  private:
    Reader& reader_;
};

}  // namespace ledger
