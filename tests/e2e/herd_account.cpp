// What truly happened to the herd, counted from the sandbox's journal and the daemon's outbox.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/e2e/herd.hpp"

namespace e2e {
namespace {

std::chrono::milliseconds at_share(const std::vector<std::int64_t>& sorted, double share) {
    if (sorted.empty()) return {};
    auto const last = static_cast<double>(sorted.size() - 1);
    return std::chrono::milliseconds{sorted[static_cast<std::size_t>(last * share)]};
}

}  // namespace

HerdTimes Herd::times() const {
    std::vector<std::int64_t> quiet;
    std::int64_t last = 0;
    for (const Member& member : members_) {
        auto const found = effects_.find(member.id);
        if (member.noisy || found == effects_.end()) continue;
        auto const at = found->second.back() - launched_at_ms_;
        last = std::max(last, at);
        if (member.owes == 1) quiet.push_back(at);
    }
    std::sort(quiet.begin(), quiet.end());
    return {at_share(quiet, 0.5), at_share(quiet, 0.99), at_share(quiet, 1.0),
            std::chrono::milliseconds{last}};
}

void Herd::count_requests(HerdAccount& account) const {
    constexpr std::size_t kPage = 20'000;
    std::uint64_t after = 0;
    for (;;) {
        auto const page =
            sandbox_.get(fmt::format("/requests?after={}&limit={}", after, kPage)).at("items");
        for (const auto& request : page) {
            after = request.at("number").get<std::uint64_t>();
            ++account.requests;
            auto const status = request.at("status");
            auto const refused = status == 429 || status == 503;
            if (!refused) continue;
            ++(request.at("faults").empty() ? account.refused : account.refused_at_will);
        }
        if (page.size() < kPage) return;
    }
}

// Unknown, held, rejected and waived ones; there is none that should be.
void Herd::count_deliveries(HerdAccount& account) const {
    std::set<std::string> noisy;
    for (const Member& member : members_) {
        if (member.noisy) noisy.insert(member.id);
    }
    for (const auto* state : {"unknown", "held", "rejected", "waived"}) {
        for (const auto& delivery : daemon_.all(fmt::format("/v1/deliveries?state={}", state))) {
            auto const session = delivery.at("sessionId").get<std::string>();
            if (noisy.count(session) == 0) account.astray.push_back(session + ": " + state);
        }
    }
}

HerdAccount Herd::account() {
    watched_ = watch_.stop();
    count_effects();
    HerdAccount account;
    for (const Member& member : members_) {
        auto const found = effects_.find(member.id);
        auto const times = found == effects_.end() ? 0 : static_cast<int>(found->second.size());
        (member.noisy ? account.noisy_expected : account.expected) += member.owes;
        (member.noisy ? account.noisy_applied : account.applied) += std::min(times, member.owes);
        account.too_often += std::max(times - member.owes, 0);
    }
    count_requests(account);
    count_deliveries(account);
    account.times = times();
    return account;
}

}  // namespace e2e
