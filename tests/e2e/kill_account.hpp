// The reckoning after all the kills: what the sandbox saw happen, against what the daemon decided.
#pragma once

#include <string>
#include <vector>

#include "tests/e2e/daemon_process.hpp"
#include "tests/e2e/kill_backend.hpp"
#include "tests/e2e/sandbox.hpp"

namespace e2e {

struct Account {
    int missed{0};             // windows of the punished requirement
    int effects{0};            // punishments that truly happened
    int punished_twice{0};     // windows with more than one
    int held{0};               // deliveries that wait for a person
    int held_progress{0};      // of them
    std::int64_t counted{0};   // the sum of the windows' counts
    int held_not_applied{0};   // punishments held that did not happen
    int acknowledged{0};       // proofs
    int forgotten{0};          // of them
    std::int64_t progress{0};  // the amount that truly arrived
    int stuck{0};              // deliveries neither final nor held

    // Every promise that does not hold, a sentence each.
    [[nodiscard]] std::vector<std::string> violations(int kills_in_flight) const;
};

[[nodiscard]] Account draw_up(const Sandbox& sandbox, const DaemonProcess& daemon,
                              const ProofBackend& backend, const std::string& session,
                              const std::string& punished_metric);

}  // namespace e2e
