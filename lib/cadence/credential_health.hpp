// Tells a dead token from a refused credential: one wearer's 401 is their token's, those of three
// lock sessions within a minute are the developer key's. Pure; one per credential.
#pragma once

#include <map>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"

namespace cadence {

class CredentialHealth {
  public:
    static constexpr int kSessionsAtFault = 3;
    static constexpr std::chrono::seconds kWithin{60};
    static constexpr std::chrono::seconds kProbeEvery{30};

    // True when this refusal is the one that turns the fault to the credential.
    bool refused(const SessionId& session, Monotonic now);
    // Any call the platform did not answer with a refusal proves that the credential works. True
    // when that ended a fault.
    bool accepted();
    // The operator reloaded: the next call is a probe.
    void reloaded();

    [[nodiscard]] bool at_fault() const { return at_fault_; }
    // Whether a call may be made: always while healthy; one probe per 30 s while at fault. A true
    // answer while at fault takes the probe.
    bool may_call(Monotonic now);
    [[nodiscard]] Monotonic next_probe() const { return next_probe_; }

  private:
    std::map<SessionId, Monotonic> refusals_;
    bool at_fault_{false};
    Monotonic next_probe_{};
};

}  // namespace cadence
