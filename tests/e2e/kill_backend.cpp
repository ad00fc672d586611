#include "tests/e2e/kill_backend.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace e2e {

ProofBackend::ProofBackend(const DaemonProcess& daemon, std::string session, std::string metric)
    : daemon_(&daemon), session_(std::move(session)), metric_(std::move(metric)) {}

ProofBackend::~ProofBackend() { stop(); }

void ProofBackend::start() {
    stopping_ = false;
    thread_ = std::thread([this] { work(); });
}

void ProofBackend::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

int ProofBackend::hand_in(const std::string& id) const {
    return daemon_->post("/v1/proofs", {{"id", id}, {"sessionId", session_}, {"metric", metric_}})
        .status;
}

void ProofBackend::work() {
    while (!stopping_) {
        auto const id = "proof-" + std::to_string(next_);
        auto const status = hand_in(id);
        if (status == 201 || status == 200) {
            acknowledged_.insert(id);
            ++next_;
        }
        // Progress goes out before punishments: more proofs than this would leave them no turn.
        auto const pause = std::chrono::milliseconds{400};
        static_cast<void>(eventually(pause, [this] { return stopping_.load(); }));
    }
}

int ProofBackend::forgotten() const {
    int count = 0;
    for (const auto& id : acknowledged_) {
        if (hand_in(id) != 200) ++count;
    }
    return count;
}

}  // namespace e2e
