// The verdict over one stored window: its facts gathered, judged by the domain, and stored together
// with what it owes. Used inside a unit of work; the docket, late proofs and the backfill share it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/time.hpp"
#include "cadence/verdict.hpp"
#include "ledger/database.hpp"
#include "ledger/deliveries.hpp"

namespace ledger {

struct WindowRow {
    cadence::WindowId id;
    cadence::RequirementId requirement;
    cadence::SessionId session;
    std::string metric;
    int generation{1};
    cadence::Instant start;
    cadence::Instant end;
    std::string local_start;
    std::string local_end;
    bool first{false};
    bool past{false};
    bool punish_past{false};
    std::optional<std::string> fixed;
    std::int64_t count{0};
    std::optional<cadence::Verdict> verdict;
};

// Throws StorageFailure when there is no such window.
[[nodiscard]] WindowRow load_window(Database& database, cadence::WindowId window);
[[nodiscard]] DeliveryHome home_of(const WindowRow& window);

// Of a window that stays met though its proof has turned out to belong to another (stamps).
inline constexpr const char* kMetByWrongClock{"met_by_wrong_clock"};

// Those that have an instant of [from, until] in them, their ends included.
[[nodiscard]] std::vector<cadence::Interval> load_outages(Database& database, cadence::Instant from,
                                                          cadence::Instant until);

// What the window is, by everything that is stored; changes nothing.
[[nodiscard]] cadence::Verdict judge_stored(Database& database, const WindowRow& window,
                                            const cadence::Rules& rules);

// Stores the verdict (again), and the trail's line when it differs from the one before.
void store_verdict(Database& database, const WindowRow& window, const cadence::Verdict& verdict,
                   cadence::Instant now);

// The punishment that a verdict of missed owes, waived at once where it is the platform's. Nothing
// where none is owed or the window has had its own.
std::optional<cadence::DeliveryId> punish(Database& database, const WindowRow& window,
                                          const cadence::Rules& rules,
                                          const cadence::Verdict& verdict,
                                          const cadence::Policy& policy, cadence::Instant now);

// A miss that turned out to be none: what was owed for it is not wanted any more. Returns the undo,
// where the rules compensate.
std::optional<cadence::DeliveryId> forgive(Database& database, const WindowRow& window,
                                           const cadence::Rules& rules, cadence::Instant now);

// Who punishes a miss of such a window, by the contexts seen. A requirement that merely follows the
// platform's (enrolled by a launch, owner auto) is never ours to punish: what the platform does not
// punish there, it does not want punished.
[[nodiscard]] cadence::PunishedBy punisher_of(Database& database, const cadence::SessionId& session,
                                              const std::string& metric,
                                              cadence::Instant window_end,
                                              const cadence::Rules& rules);

// Who punishes a miss of this window, by the contexts seen so far.
[[nodiscard]] cadence::PunishedBy find_punisher(Database& database, cadence::WindowId window);

// Excuses the window at once unless it is judged already, for good: `reason` is one of
// window.fixed.
void excuse(Database& database, const WindowRow& window, const std::string& reason,
            cadence::Instant now);

}  // namespace ledger
