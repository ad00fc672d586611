// Each call is a unit of work by value: it may run after the caller was cancelled.
#include "ledger/sqlite_docket.hpp"

#include "ledger/backfill.hpp"
#include "ledger/clock_steps.hpp"
#include "ledger/due_work.hpp"
#include "ledger/heartbeats.hpp"
#include "ledger/stamps.hpp"
#include "ledger/trouble.hpp"

namespace ledger {

using boost::asio::awaitable;
using cadence::Instant;
using cadence::Policy;
using cadence::Result;

awaitable<Result<engine::Recovery>> SqliteDocket::recover(Policy policy, Instant now,
                                                          engine::MachineTime machine) {
    return writer_.run<engine::Recovery>(
        [zones = &zones_, policy, now, machine = std::move(machine)](Database& database) {
            return ledger::recover(database, *zones, policy, now, machine);
        });
}

awaitable<Result<engine::DocketPass>> SqliteDocket::work_off(Policy policy, Instant now,
                                                             int limit) {
    return writer_.run<engine::DocketPass>(
        [zones = &zones_, policy, now, limit](Database& database) -> Result<engine::DocketPass> {
            return ledger::work_off(database, *zones, policy, now, limit);
        });
}

awaitable<Result<engine::LedgerTrouble>> SqliteDocket::find_trouble(Policy policy, Instant now) {
    return writer_.run<engine::LedgerTrouble>(
        [policy, now](Database& database) -> Result<engine::LedgerTrouble> {
            return ledger::find_trouble(database, policy, now);
        });
}

awaitable<Result<engine::DocketPass>> SqliteDocket::beat_and_work_off(Policy policy,
                                                                      engine::Heartbeat beat,
                                                                      int limit) {
    auto joint = writer_.run<engine::DocketPass>(
        [zones = &zones_, policy, beat, limit](Database& database) -> Result<engine::DocketPass> {
            // First of all: what ended during an outage is put off before it is judged.
            const auto outage = ledger::beat(database, policy, beat.at, beat.uptime);
            bound_stamps(database);
            if (beat.confirmed_at) {
                confirm_clock(database, *zones, policy, beat.at, beat.uptime, *beat.confirmed_at);
            }
            auto pass = ledger::work_off(database, *zones, policy, beat.at, limit);
            pass.outage = outage;
            if (!pass.more) pass.trouble = ledger::find_trouble(database, policy, beat.at);
            return pass;
        });
    auto pass = co_await std::move(joint);
    if (pass) co_return pass;
    // Whatever fails in the pass, the daemon lives: else a lasting fault would become an outage.
    auto alone = writer_.run<void>([policy, beat](Database& database) -> Result<void> {
        ledger::beat(database, policy, beat.at, beat.uptime);
        return {};
    });
    auto const beaten = co_await std::move(alone);
    static_cast<void>(beaten);  // the pass's error is told, and says as much
    co_return pass;
}

awaitable<Result<int>> SqliteDocket::reopen(Policy policy, cadence::Duration step, Instant now,
                                            cadence::Duration uptime) {
    return writer_.run<int>(
        [zones = &zones_, policy, step, now, uptime](Database& database) -> Result<int> {
            return ledger::follow_step(database, *zones, policy, step, now, uptime);
        });
}

awaitable<Result<engine::BackfillChunk>> SqliteDocket::rejudge(
    engine::BackfillRange range, std::optional<cadence::WindowId> cursor, int limit, Policy policy,
    Instant now) {
    return writer_.run<engine::BackfillChunk>(
        [range = std::move(range), cursor, limit, policy,
         now](Database& database) -> Result<engine::BackfillChunk> {
            return ledger::rejudge(database, range, cursor, limit, policy, now);
        });
}

}  // namespace ledger
