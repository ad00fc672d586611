// A person with nothing but the platform's own page, who says of what is stuck what became of it.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/backend.hpp"

namespace simulation {
namespace {

constexpr std::chrono::seconds kPatience{30};

struct Stuck {
    std::int64_t delivery{0};
    std::string session;
    std::string state;
};

std::vector<Stuck> find_stuck(sqlite3* database, Instant wall) {
    Rows rows(database,
              "SELECT d.id, s.id, d.state FROM delivery d JOIN session s ON s.id = d.session"
              " WHERE d.state IN ('held', 'rejected') AND d.updated_at_ms < ?1"
              " AND s.state <> 'ended' ORDER BY d.id",
              cadence::to_ms(wall - std::chrono::minutes{5}));
    std::vector<Stuck> found;
    while (rows.next()) found.push_back({rows.number(0), rows.text(1), rows.text(2)});
    return found;
}

engine::BulkFilter held_of(const std::string& session) {
    engine::BulkFilter filter;
    filter.session = cadence::SessionId{session};
    filter.state = cadence::DeliveryState::Held;
    return filter;
}

const char* word_of(engine::Settlement outcome) {
    return outcome == engine::Settlement::Applied ? "applied" : "not_applied";
}

}  // namespace

bool Backend::happened(std::int64_t delivery) const {
    auto const& left = model_->left();
    return std::any_of(left.begin(), left.end(), [delivery](const auto& entry) {
        return entry.second.delivery == delivery && entry.second.effects > 0;
    });
}

void Backend::look_after_held() {
    if (!daemon_->alive() || daemon_->ended()) return;
    auto const stuck = find_stuck(daemon_->database(), daemon_->wall());
    if (stuck.size() > 1 && dice_.chance(0.3) && decide_alike(stuck.front().session)) return;
    for (const Stuck& one : stuck) decide(one.delivery, one.state);
}

void Backend::decide(std::int64_t delivery, const std::string& state) {
    const cadence::DeliveryId id{delivery};
    if (dice_.chance(0.1)) {
        stage_->count("writes waived by a person");
        return ask([this, id] { return call_waive(id); }, kPatience);
    }
    if (state == "rejected") {
        if (dice_.chance(0.5)) return;
        stage_->count("rejected writes retried by a person");
        return ask([this, id] { return call_retry(id); }, kPatience);
    }
    auto const outcome =
        happened(delivery) ? engine::Settlement::Applied : engine::Settlement::NotApplied;
    stage_->count("held writes settled by a person");
    ask([this, id, outcome] { return call_settle(id, outcome); }, kPatience);
}

// Nothing where some of them happened and some did not.
std::optional<engine::Settlement> Backend::find_common(const std::string& session) {
    std::optional<engine::Settlement> common;
    for (const Stuck& one : find_stuck(daemon_->database(), Instant::max())) {
        if (one.session != session || one.state != "held") continue;
        auto const outcome =
            happened(one.delivery) ? engine::Settlement::Applied : engine::Settlement::NotApplied;
        if (common && *common != outcome) return std::nullopt;
        common = outcome;
        model_->decided_by_person(one.delivery);
    }
    return common;
}

bool Backend::decide_alike(const std::string& session) {
    auto const outcome = find_common(session);
    if (!outcome) return false;
    if (dice_.chance(0.2)) {
        stage_->count("held writes waived together");
        ask([this, session] { return call_waive_all(session); }, kPatience);
        return true;
    }
    stage_->count("held writes settled together");
    ask([this, session, outcome = *outcome] { return call_settle_all(session, outcome); },
        kPatience);
    return true;
}

using boost::asio::awaitable;

awaitable<bool> Backend::call_settle(cadence::DeliveryId delivery, engine::Settlement outcome) {
    model_->decided_by_person(delivery.value);
    auto const settled =
        co_await daemon_->outbox().settle(delivery, outcome, "looked", daemon_->wall());
    if (!settled) co_return answered(settled.error(), "settle");
    stage_->say(
        fmt::format("told settle delivery={} outcome={}", delivery.value, word_of(outcome)));
    co_return true;
}

awaitable<bool> Backend::call_retry(cadence::DeliveryId delivery) {
    model_->decided_by_person(delivery.value);
    auto const retried = co_await daemon_->outbox().retry(delivery, "again", daemon_->wall());
    if (!retried) co_return answered(retried.error(), "retry");
    stage_->say(fmt::format("told retry delivery={}", delivery.value));
    co_return true;
}

awaitable<bool> Backend::call_waive(cadence::DeliveryId delivery) {
    model_->decided_by_person(delivery.value);
    auto const waived = co_await daemon_->outbox().waive(delivery, "enough", daemon_->wall());
    if (!waived) co_return answered(waived.error(), "waive");
    stage_->say(fmt::format("told waive delivery={}", delivery.value));
    co_return true;
}

awaitable<bool> Backend::call_waive_all(std::string session) {
    static_cast<void>(find_common(session));
    auto const held = held_of(session);
    auto const waived = co_await daemon_->outbox().waive_all(held, "enough", daemon_->wall());
    if (!waived) co_return answered(waived.error(), "waive_all");
    stage_->say(fmt::format("told waive_all deliveries={}", *waived));
    co_return true;
}

awaitable<bool> Backend::call_settle_all(std::string session, engine::Settlement outcome) {
    // What has been held since may be another matter.
    if (find_common(session) != outcome) co_return true;
    auto const settled =
        co_await daemon_->outbox().settle_all(held_of(session), outcome, "looked", daemon_->wall());
    if (!settled) co_return answered(settled.error(), "settle_all");
    stage_->say(
        fmt::format("told settle_all deliveries={} outcome={}", *settled, word_of(outcome)));
    co_return true;
}

}  // namespace simulation
