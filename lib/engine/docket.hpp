// The port for work that the clock makes due: windows that end, verdicts, ages, heartbeats.
// Units of work as in intake.hpp. Each costs what is due, found through indexes.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/requirement.hpp"
#include "cadence/verdict.hpp"

namespace engine {

// One verdict that was reached, for the log.
struct Judged {
    cadence::WindowId window;
    cadence::SessionId session;
    std::string metric;
    cadence::Verdict verdict;
    std::optional<cadence::DeliveryId> punishment;
};

// What an operator is warned of, as far as the ledger knows it. The lock session or delivery that
// is named is the one that has been in this state for longest, or will be first.
struct LedgerTrouble {
    struct Waiting {  // no usable token
        cadence::Instant since;
        cadence::SessionId session;
        std::int64_t sessions{0};
        std::int64_t deliveries{0};
        std::int64_t proofs{0};
    };
    struct Dying {  // the token of a lock session whose work does not move
        cadence::Instant since;
        cadence::Instant ends_at;  // the last that something may be sent
        cadence::SessionId session;
        std::int64_t sessions{0};  // at most kMostCounted
    };
    struct Held {
        cadence::Instant since;
        cadence::SessionId session;
        cadence::DeliveryId delivery;
        std::int64_t deliveries{0};
    };
    static constexpr std::int64_t kMostCounted{10'000};
    // How long before the end of a token's usable life there is still time to look into it.
    static constexpr std::chrono::minutes kNotice{30};
    // Work that a token could carry and that has lain for this long does not move.
    static constexpr std::chrono::minutes kStill{1};

    std::optional<Waiting> waiting;
    std::optional<Dying> dying;
    std::optional<Held> held;
    std::optional<cadence::Instant> braked_since;
};

struct DocketPass {
    std::optional<cadence::Interval> outage;  // that a heartbeat has found
    std::vector<Judged> judged;
    int opened{0};                             // windows begun
    int waived{0};                             // punishments past their age
    int unsettled{0};                          // unknown ones that no reading can settle any more
    int tokens_died{0};                        // expired, or set aside for longer than 60 s
    std::optional<LedgerTrouble> trouble;      // of a heartbeat with nothing left to do
    bool more{false};                          // the limit was met: call again at once
    std::optional<cadence::Instant> next_due;  // when there is something to do again
};

// The clocks of the machine that nobody sets (Clock::boot, Clock::uptime).
struct MachineTime {
    std::string boot;
    cadence::Duration uptime{0};
};

struct Heartbeat {
    cadence::Instant at;
    cadence::Duration uptime{0};
    // The machine's uptime when a platform's Date last agreed with the wall clock, which nobody has
    // set since; empty: none has.
    std::optional<cadence::Duration> confirmed_at{};
};

struct Recovery {
    int unknown{0};    // writes that were inFlight when the daemon died
    int reopened{0};   // windows, because the clock was set back meanwhile
    int replanned{0};  // open windows, because the zone database was replaced meanwhile
    std::optional<cadence::Interval> outage;
};

struct BackfillRange {
    cadence::LocalDate from;
    cadence::LocalDate to;  // inclusive, compared with a window's local_end - 1 day
    std::optional<cadence::SessionId> session;
    std::optional<std::string> metric;
    bool dry_run{true};
    bool punish{false};
};

// One closed window, judged again.
struct Rejudged {
    cadence::WindowId window;
    cadence::SessionId session;
    std::string metric;
    cadence::LocalDate local_start;
    cadence::LocalDate local_end;
    cadence::Verdict before;
    cadence::Verdict after;
    std::vector<std::string> deliveries;  // kinds it would create or has created
    [[nodiscard]] bool changes() const { return !(before == after) || !deliveries.empty(); }
};

struct BackfillChunk {
    std::vector<Rejudged> windows;
    std::optional<cadence::WindowId> next;  // where the next chunk begins; empty: done
};

class Docket {
  public:
    virtual ~Docket() = default;

    // At start, before anything is sent: what was inFlight becomes unknown; the time since the last
    // heartbeat is an outage when longer than Policy::longest_silence; a clock that was set
    // meanwhile is followed as in reopen(), as far as it can be told (after a new start of the
    // machine only that it was set back, by a last heartbeat that lies ahead); open windows are
    // planned anew by the zone rules of today.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<Recovery>> recover(
        cadence::Policy policy, cadence::Instant now, MachineTime machine) = 0;
    // Opens windows, judges those whose time has come, waives the over-aged, buries tokens; at most
    // `limit` rows of each.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<DocketPass>> work_off(
        cadence::Policy policy, cadence::Instant now, int limit) = 0;
    // What to warn of at `now`; changes nothing. Costs the same whatever is stored.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<LedgerTrouble>> find_trouble(
        cadence::Policy policy, cadence::Instant now) = 0;
    // Says that the daemon lives; a gap of more than Policy::longest_silence is an outage. Then,
    // knowing of it, work_off, in the same unit of work: an idle machine is woken once for both.
    // With a clock that is right, an outage that reaches into the future was a clock set ahead, and
    // is taken back; proofs that came in before it was confirmed are stamped for good.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<DocketPass>> beat_and_work_off(
        cadence::Policy policy, Heartbeat beat, int limit) = 0;
    // The clock was set by `step` to `now`. Missed windows whose end and grace lie in the future
    // again are open again and their unsent punishments waived; proofs that came in since a Date
    // last agreed with the clock count for the windows in which, by the clock of now, they did;
    // waits are cut; unknown writes are not settled by readings from before and after it. Returns
    // how many windows.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<int>> reopen(
        cadence::Policy policy, cadence::Duration step, cadence::Instant now,
        cadence::Duration uptime) = 0;
    // Judges closed windows of the range again, from `cursor` on, at most `limit` of them; with
    // dry_run nothing is written.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<BackfillChunk>> rejudge(
        BackfillRange range, std::optional<cadence::WindowId> cursor, int limit,
        cadence::Policy policy, cadence::Instant now) = 0;
};

}  // namespace engine
