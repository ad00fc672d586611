#include "ledger/sqlite_records.hpp"

#include "ledger/record_lists.hpp"
#include "ledger/record_sessions.hpp"
#include "ledger/record_status.hpp"

namespace ledger {

using boost::asio::awaitable;
using cadence::Instant;
using cadence::Policy;
using cadence::Result;
using engine::DeliveryRecord;
using engine::Page;
using engine::SessionRecord;
using engine::WindowRecord;

awaitable<Result<engine::LedgerStatus>> SqliteRecords::load_status(Policy policy, Instant now) {
    return reader_.ask<engine::LedgerStatus>(
        [policy, now](Database& database) { return ledger::load_status(database, policy, now); });
}

awaitable<Result<Page<SessionRecord>>> SqliteRecords::list_sessions(
    int limit, std::optional<std::string> cursor, Policy policy, Instant now) {
    return reader_.ask<Page<SessionRecord>>(
        [limit, cursor = std::move(cursor), policy, now](Database& database) {
            return ledger::list_sessions(database, limit, cursor, policy, now);
        });
}

awaitable<Result<SessionRecord>> SqliteRecords::load_session(cadence::SessionId session,
                                                             Policy policy, Instant now) {
    return reader_.ask<SessionRecord>(
        [session = std::move(session), policy, now](Database& database) {
            return ledger::load_session(database, session, policy, now);
        });
}

awaitable<Result<Page<WindowRecord>>> SqliteRecords::list_windows(engine::WindowQuery query) {
    return reader_.ask<Page<WindowRecord>>([query = std::move(query)](Database& database) {
        return ledger::list_windows(database, query);
    });
}

awaitable<Result<engine::WindowExplained>> SqliteRecords::explain_window(cadence::WindowId window) {
    return reader_.ask<engine::WindowExplained>(
        [window](Database& database) { return ledger::explain_window(database, window); });
}

awaitable<Result<Page<DeliveryRecord>>> SqliteRecords::list_deliveries(
    engine::DeliveryQuery query) {
    return reader_.ask<Page<DeliveryRecord>>([query = std::move(query)](Database& database) {
        return ledger::list_deliveries(database, query);
    });
}

awaitable<Result<DeliveryRecord>> SqliteRecords::load_delivery(cadence::DeliveryId delivery) {
    return reader_.ask<DeliveryRecord>(
        [delivery](Database& database) { return ledger::load_delivery(database, delivery); });
}

}  // namespace ledger
