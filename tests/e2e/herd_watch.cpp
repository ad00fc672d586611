#include "tests/e2e/herd_watch.hpp"

#include <algorithm>
#include <utility>

#include "tests/e2e/program.hpp"

namespace e2e {

using Clock = std::chrono::steady_clock;

HerdWatch::HerdWatch(const DaemonProcess& daemon, std::string pausable, const std::string& until)
    : daemon_(&daemon),
      pausable_(std::move(pausable)),
      pause_(R"({"reason":"watch","until":")" + until + "\"}") {}

HerdWatch::~HerdWatch() { static_cast<void>(stop()); }

void HerdWatch::start() {
    thread_ = std::thread([this] { work(); });
}

WatchReport HerdWatch::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return report_;
}

void HerdWatch::work() {
    auto const session = "/v1/sessions/" + pausable_;
    while (!stopping_) {
        time("GET", "/readyz", report_.longest_readyz);
        time("GET", "/v1/status", report_.longest_status);
        time("POST", session + "/pause", report_.longest_pause);
        time("POST", session + "/resume", report_.longest_pause);
        ++report_.asked;
        constexpr std::chrono::milliseconds kPause{20};
        static_cast<void>(eventually(kPause, [this] { return stopping_.load(); }));
    }
}

void HerdWatch::time(const std::string& method, const std::string& target,
                     std::chrono::milliseconds& longest) {
    auto const begin = Clock::now();
    auto const pause = target.find("/pause") != std::string::npos;
    auto const answer = daemon_->call(method, target, pause ? pause_ : "");
    auto const took = std::chrono::ceil<std::chrono::milliseconds>(Clock::now() - begin);
    longest = std::max(longest, took);
    constexpr std::size_t kEnoughToTell = 5;
    if (answer.status == 200 || report_.wrong.size() >= kEnoughToTell) return;
    report_.wrong.push_back(method + " " + target + " -> " + std::to_string(answer.status) + " " +
                            answer.body);
}

}  // namespace e2e
