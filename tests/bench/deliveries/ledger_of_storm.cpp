#include "tests/bench/deliveries/ledger_of_storm.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "ledger/contexts.hpp"
#include "ledger/lane.hpp"
#include "ledger/launches.hpp"
#include "ledger/store.hpp"

namespace bench {
namespace {

using cadence::Instant;

// Launches that name no zone need none.
class NoZones final : public cadence::Zones {
  public:
    cadence::Result<std::shared_ptr<const cadence::ZoneRules>> find_zone(
        const std::string& name) override {
        return cadence::fail(cadence::ErrorCode::NotFound, "no zone " + name);
    }
};

// What the peer's context says, too (peer.cpp).
engine::Context make_context() {
    engine::PlatformRequirement own;
    own.metric = "metric-00";
    engine::Context context;
    context.requirements = {own};
    return context;
}

void launch(ledger::Database& database, const std::string& session, Instant now) {
    NoZones zones;
    const cadence::Policy policy;
    engine::Launch launch;
    launch.session = {session};
    launch.token = cadence::Secret("launch-token-of-" + session);
    launch.launched_at = now;
    launch.platform = "chastify";
    const auto hash = ledger::hash_of_token(launch.token.reveal());
    const auto taken = ledger::add_launch(database, zones, launch, policy, now);
    if (!taken) throw std::runtime_error(taken.error().detail);
    const engine::ContextFound found{launch.session, hash, make_context(), {}};
    const auto recorded = ledger::record_context(database, zones, found, policy, now);
    if (!recorded) throw std::runtime_error(recorded.error().detail);
}

}  // namespace

std::string session_name(int number) { return fmt::format("wearer-{:04}", number); }

Instant launch_all(const std::filesystem::path& database, int sessions, cadence::Duration wait) {
    auto opened = ledger::open_ledger(database.string());
    if (!opened) throw std::runtime_error(opened.error().detail);
    auto& writable = opened->database;
    const auto now = std::chrono::floor<cadence::Duration>(std::chrono::system_clock::now());
    writable.execute("BEGIN IMMEDIATE");
    for (int number = 0; number < sessions; ++number) {
        launch(writable, session_name(number), now);
    }
    const auto due = std::chrono::floor<cadence::Duration>(std::chrono::system_clock::now()) + wait;
    for (int number = 0; number < sessions; ++number) {
        ledger::defer_lane(writable, {session_name(number)}, due);
    }
    ledger::mark_clean_stop(writable, now);
    writable.execute("COMMIT");
    return due;
}

}  // namespace bench
