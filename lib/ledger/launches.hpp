// Launch tokens as they come in. Used inside a unit of work; the contract is engine::Intake's.
#pragma once

#include <string>
#include <string_view>

#include "cadence/error.hpp"
#include "cadence/zones.hpp"
#include "engine/intake.hpp"
#include "ledger/database.hpp"

namespace ledger {

// How long a launch token lives, as the platform documents it.
constexpr std::chrono::hours kTokenLife{10};

// A token is known by this for ever: its SHA-256 in lower-case hex.
[[nodiscard]] std::string hash_of_token(std::string_view secret);

[[nodiscard]] cadence::Result<engine::LaunchTaken> add_launch(Database& database,
                                                              cadence::Zones& zones,
                                                              const engine::Launch& launch,
                                                              const cadence::Policy& policy,
                                                              cadence::Instant now);

}  // namespace ledger
