#include "tests/e2e/herd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "tests/e2e/world.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr int kSeconds = 60;         // of a punishment
constexpr int kHungryPast = 25;      // days missed before this one
constexpr int kNoisyPast = 29;       // of two requirements
constexpr int kSandboxActions = 20;  // of the preset "lower", which is what the daemon keeps to
constexpr const char* kPausable = "pausable";

std::string configuration(const HerdPlan& plan) {
    return fmt::format(R"(
limits = {{ action = {}, write = 60, read = 120 }}
[defaults]
grace = "0s"
first_window = "strict"
)",
                       plan.daemon_actions);
}

// Calls `work` with every number below `count`, from many threads; throws what one of them threw.
template <class Work>
void side_by_side(std::size_t count, const Work& work) {
    constexpr int kThreads = 32;
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([&next, &mutex, &failure, &work, count] {
            try {
                for (auto at = next++; at < count; at = next++) work(at);
            } catch (...) {
                const std::lock_guard lock(mutex);
                failure = std::current_exception();
                next = count;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
}

void expect(const Answer& answer, int status, const std::string& what) {
    if (answer.status == status) return;
    throw std::runtime_error(fmt::format("{} -> {} {}", what, answer.status, answer.body));
}

// In force for so many whole days before this one, by the shifted clock.
Json missed(const std::string& metric, int past, std::int64_t today_ms) {
    auto requirement = World::daily(metric, kSeconds);
    if (past > 0) {
        requirement["activeFrom"] = rfc3339(today_ms - past * kDayMs);
        requirement["punishPast"] = true;
    }
    return requirement;
}

}  // namespace

Herd::Herd(HerdPlan plan)
    : plan_(std::move(plan)),
      midnight_ms_((now_ms() / kDayMs + 1) * kDayMs),
      real_midnight_ms_(now_ms() + milliseconds{plan_.lead}.count()),
      environment_(shifted_clock(milliseconds{midnight_ms_ - real_midnight_ms_})),
      sandbox_(directory_.path(), environment_),
      daemon_(directory_.path(), sandbox_,
              {std::filesystem::path{CADENCED_BIN_DIR} / "cadenced", configuration(plan_),
               environment_, plan_.log_level}),
      watch_(daemon_, kPausable, rfc3339(midnight_ms_ + kDayMs)) {
    auto const quiet = plan_.lock_sessions - plan_.hungry - plan_.noisy;
    for (int i = 0; i < plan_.lock_sessions; ++i) {
        // The noisy and the hungry are everywhere among the others.
        auto const spread = [this](int some, int at) {
            return some > 0 &&
                   at * some / plan_.lock_sessions != (at + 1) * some / plan_.lock_sessions;
        };
        members_.push_back({fmt::format("wearer-{}", i), 1, false, {}});
        if (spread(plan_.noisy, i)) {
            members_.back() = {fmt::format("noisy-{}", i), 2 * (kNoisyPast + 1), true, {}};
        } else if (spread(plan_.hungry, plan_.lock_sessions - 1 - i)) {
            members_.back() = {fmt::format("hungry-{}", i), kHungryPast + 1, false, {}};
        }
    }
    if (quiet <= 0) throw std::runtime_error("a herd needs quiet ones");
}

void Herd::add(Member& member) const {
    auto const today_ms = midnight_ms_ - kDayMs;
    auto requirements = Json::array();
    auto const past = member.noisy ? kNoisyPast : member.owes - 1;
    requirements.push_back(missed("check_in", past, today_ms));
    if (member.noisy) requirements.push_back(missed("steps", past, today_ms));
    member.token = sandbox_.add_session(member.id, {{"timeRemainingSeconds", 10'000'000}});
    expect(daemon_.put("/v1/sessions/" + member.id,
                       {{"timezone", "UTC"}, {"requirements", std::move(requirements)}}),
           201, member.id);
}

// Of three noisy ones the first is answered late, the second with 429, the third with 503. Without
// noisy ones the rules are there all the same: with them the sandbox reads byte by byte.
void Herd::make_noise() const {
    auto faults = Json::array();
    int number = 0;
    auto const strike = [&faults, &number](const std::string& id) {
        Json fault = {{"match", {{"session", id}}}};
        switch (number++ % 3) {
            case 0:
                fault.update({{"fault", "slow_before"}, {"ms", 3000}});
                break;
            case 1:
                fault.update({{"fault", "retry_after"}, {"status", 429}});
                break;
            default:
                fault.update({{"fault", "status_before"}, {"status", 503}});
        }
        faults.push_back(std::move(fault));
    };
    for (const Member& member : members_) {
        if (member.noisy) strike(member.id);
    }
    if (number == 0) strike("nobody");
    sandbox_.post("/faults", faults);
}

void Herd::enrol() {
    daemon_.start_and_wait();
    sandbox_.post("/limits", {{"preset", "lower"}});
    make_noise();
    expect(daemon_.put("/v1/sessions/" + std::string{kPausable},
                       {{"timezone", "UTC"}, {"requirements", Json::array()}}),
           201, kPausable);
    watch_.start();
    side_by_side(members_.size(), [this](std::size_t at) { add(members_[at]); });
    if (now_ms() < real_midnight_ms_) return;
    throw MidnightCameFirst(
        fmt::format("midnight came {} ms before all were enrolled: give them more time (lead)",
                    now_ms() - real_midnight_ms_));
}

int Herd::expected_windows() const {
    int windows = 0;
    for (const Member& member : members_) windows += member.owes;
    return windows;
}

milliseconds Herd::wait_for_midnight() {
    auto const judged = eventually(plan_.lead + std::chrono::minutes{2}, [this] {
        return daemon_.status().at("windows").at("missed").get<int>() >= expected_windows();
    });
    if (!judged) throw std::runtime_error("not judged: " + daemon_.status().dump());
    return milliseconds{now_ms() - real_midnight_ms_};
}

milliseconds Herd::launch_all() {
    auto const begin = now_ms();
    launched_at_ms_ = begin - real_midnight_ms_ + midnight_ms_;
    side_by_side(members_.size(), [this](std::size_t at) {
        auto const& member = members_[at];
        expect(
            daemon_.post("/v1/sessions/" + member.id + "/launches", {{"mainToken", member.token}}),
            202, member.id + "/launches");
    });
    return milliseconds{now_ms() - begin};
}

void Herd::count_effects() {
    auto const more = sandbox_.get(fmt::format("/effects?after={}", last_effect_)).at("items");
    for (const auto& effect : more) {
        last_effect_ = effect.at("sequence").get<std::uint64_t>();
        effects_[effect.at("sessionId").get<std::string>()].push_back(
            effect.at("atMs").get<std::int64_t>());
    }
}

bool Herd::served(Until until) const {
    return std::all_of(members_.begin(), members_.end(), [this, until](const Member& member) {
        if (member.noisy) return true;
        auto const wanted =
            until == Until::AllServed ? member.owes : std::min(member.owes, kSandboxActions);
        auto const found = effects_.find(member.id);
        return found != effects_.end() && static_cast<int>(found->second.size()) >= wanted;
    });
}

bool Herd::serve(Until until, std::chrono::seconds patience) {
    auto const give_up = std::chrono::steady_clock::now() + patience;
    for (;;) {
        count_effects();
        if (served(until)) break;
        if (std::chrono::steady_clock::now() > give_up) return false;
        constexpr milliseconds kBetweenLooks{100};
        static_cast<void>(eventually(kBetweenLooks, [] { return false; }));
    }
    if (until == Until::QuietServed || plan_.noisy > 0) return true;
    return eventually(std::chrono::seconds{30}, [this] { return daemon_.unsettled() == 0; });
}

}  // namespace e2e
