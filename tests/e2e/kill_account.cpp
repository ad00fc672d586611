#include "tests/e2e/kill_account.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

namespace e2e {
namespace {

using Json = nlohmann::json;

// "cadenced-DELIVERY-ATTEMPT" -> DELIVERY
std::string delivery_of(const Json& effect) {
    auto const key = effect.at("idempotencyKey").get<std::string>();
    auto const begin = key.find('-') + 1;
    return key.substr(begin, key.rfind('-') - begin);
}

}  // namespace

Account draw_up(const Sandbox& sandbox, const DaemonProcess& daemon, const ProofBackend& backend,
                const std::string& session, const std::string& punished_metric) {
    Account account;
    std::map<std::string, Json> deliveries;
    for (auto& delivery : daemon.all("/v1/deliveries?sessionId=" + session)) {
        deliveries[delivery.at("id").get<std::string>()] = delivery;
    }
    std::map<std::string, int> effects_of_delivery;
    std::map<std::string, int> effects_of_window;
    for (const auto& effect : sandbox.effects(session)) {
        if (effect.at("kind") == "progress") {
            account.progress += effect.at("params").at("amount").get<std::int64_t>();
            continue;
        }
        auto const delivery = delivery_of(effect);
        ++account.effects;
        ++effects_of_delivery[delivery];
        ++effects_of_window[deliveries.at(delivery).at("windowId").get<std::string>()];
    }
    for (const auto& [window, count] : effects_of_window) account.punished_twice += count > 1;
    for (const auto& [id, delivery] : deliveries) {
        if (delivery.at("state") != "held") continue;
        ++account.held;
        if (delivery.at("kind") == "progress") ++account.held_progress;
        account.held_not_applied +=
            delivery.at("kind") == "punishment" && effects_of_delivery[id] == 0;
    }
    auto const windows =
        daemon.all("/v1/sessions/" + session + "/windows?metric=" + punished_metric);
    for (const auto& window : windows) account.missed += window.at("verdict") == "missed";
    for (const auto& window : daemon.all("/v1/sessions/" + session + "/windows")) {
        account.counted += window.at("count").get<std::int64_t>();
    }
    account.acknowledged = static_cast<int>(backend.acknowledged().size());
    account.forgotten = backend.forgotten();
    account.stuck = daemon.unsettled();
    return account;
}

std::vector<std::string> Account::violations(int kills_in_flight) const {
    std::vector<std::string> all;
    auto const demand = [&all](bool holds, std::string sentence) {
        if (!holds) all.push_back(std::move(sentence));
    };
    demand(punished_twice == 0, fmt::format("{} windows were punished twice", punished_twice));
    demand(effects + held_not_applied == missed,
           fmt::format("effects {} + held-not-applied {} are not the {} missed windows", effects,
                       held_not_applied, missed));
    demand(held <= kills_in_flight,
           fmt::format("{} held, but only {} kills hit a write in flight", held, kills_in_flight));
    demand(forgotten == 0, fmt::format("{} acknowledged proofs were lost", forgotten));
    demand(counted >= acknowledged,
           fmt::format("{} proofs were acknowledged, the windows count {}", acknowledged, counted));
    demand(held_progress > 0 || progress >= acknowledged,
           fmt::format("{} proofs were acknowledged, progress of {} arrived and none is held",
                       acknowledged, progress));
    demand(stuck == 0, fmt::format("{} deliveries are neither final nor held", stuck));
    return all;
}

}  // namespace e2e
