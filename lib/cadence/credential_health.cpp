#include "cadence/credential_health.hpp"

#include <cstddef>

namespace cadence {

bool CredentialHealth::refused(const SessionId& session, Monotonic now) {
    std::erase_if(refusals_, [now](const auto& entry) { return now - entry.second > kWithin; });
    refusals_[session] = now;
    if (at_fault_ || refusals_.size() < std::size_t{kSessionsAtFault}) return false;
    at_fault_ = true;
    next_probe_ = now + kProbeEvery;
    return true;
}

bool CredentialHealth::accepted() {
    // The credential works, so the refusals of before were those of the tokens.
    refusals_.clear();
    const bool ended_a_fault = at_fault_;
    at_fault_ = false;
    return ended_a_fault;
}

void CredentialHealth::reloaded() {
    // The refusals were those of the old credential; a fault lasts until the new one is accepted.
    refusals_.clear();
    next_probe_ = Monotonic::min();
}

bool CredentialHealth::may_call(Monotonic now) {
    if (!at_fault_) return true;
    if (now < next_probe_) return false;
    next_probe_ = now + kProbeEvery;
    return true;
}

}  // namespace cadence
