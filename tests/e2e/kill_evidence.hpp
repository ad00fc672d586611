// What one SIGKILL fell into: the ledger as the dead daemon left it, beside what the sandbox had
// seen by then.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/e2e/sandbox.hpp"

namespace e2e {

enum class KillPoint {
    BeforeInFlight,
    InFlightUnsent,
    SentUnapplied,
    AppliedUnanswered,
    AnsweredUncommitted,
};
inline constexpr std::array kKillPoints{KillPoint::BeforeInFlight, KillPoint::InFlightUnsent,
                                        KillPoint::SentUnapplied, KillPoint::AppliedUnanswered,
                                        KillPoint::AnsweredUncommitted};
[[nodiscard]] const char* to_string(KillPoint point);

// Idempotency keys (cadenced-DELIVERY-ATTEMPT) of the attempts that were inFlight at the kill.
[[nodiscard]] std::vector<std::string> keys_in_flight(const std::filesystem::path& database);

// What SQLite says of the file of a daemon that does not run: "ok" if it is sound.
[[nodiscard]] std::string integrity_of(const std::filesystem::path& database);

// Where the kill at `killed_at_ms` (wall clock) fell.
[[nodiscard]] KillPoint classify(const std::vector<std::string>& keys, const Sandbox& sandbox,
                                 std::int64_t killed_at_ms);

[[nodiscard]] std::int64_t wall_ms();

}  // namespace e2e
