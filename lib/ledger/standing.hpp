// What a proof is judged by: the lock session, what it owes by one metric, and the window of an
// instant with its rules and what carries its proofs, all in one look-up. Used inside a unit of
// work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cadence/ids.hpp"
#include "cadence/time.hpp"
#include "ledger/database.hpp"

namespace ledger {

struct StandingWindow {
    cadence::WindowId id;
    int generation{1};
    cadence::Instant start;
    cadence::Instant end;
    std::int64_t count{0};
    std::int64_t required_count{1};
    bool met{false};
    bool ignores{false};  // judged, not met, and its rules ignore what comes after that
    std::string key;      // the platform's
    std::optional<cadence::DeliveryId> carrier;  // the progress delivery that still takes proofs
};

struct Standing {
    bool ended{false};
    std::optional<cadence::RequirementId> requirement;  // empty: it has none by that metric
    std::optional<StandingWindow> window;               // empty: none contains the instant
};

// Nothing when there is no such lock session.
[[nodiscard]] std::optional<Standing> find_standing(Database& database,
                                                    const cadence::SessionId& session,
                                                    const std::string& metric,
                                                    cadence::Instant instant);

}  // namespace ledger
