// The port for deliveries: what is due, the compare-and-set before each send, what came of it, and
// what a person decides. Units of work as in intake.hpp.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cadence/delivery.hpp"
#include "cadence/error.hpp"
#include "cadence/ids.hpp"
#include "cadence/secret.hpp"
#include "engine/intake.hpp"

namespace engine {

struct DueLanes {
    std::vector<cadence::SessionId> sessions;  // with something to do now, longest due first
    std::optional<cadence::Instant> next_due;  // the earliest of what is due later
};

// A write that the platform may have counted lately.
struct RecentCall {
    cadence::SessionId session;
    std::string platform;
    cadence::Instant at;  // at the latest
};

// Punishments of requirements in force that exceed a cap: each is waived when it is due.
struct AboveCap {
    std::string punishment;  // its type
    std::int64_t requirements{0};
};

struct UsableToken {
    std::string hash;  // SHA-256, hex
    cadence::Secret secret;
    cadence::Instant expires_at;
    bool verified{false};  // a context was read with it since its launch
};

// The next thing to do for one lock session: the lane's head.
struct LaneHead {
    enum class Todo {
        Nothing,  // until next_due, or until something happens
        Verify,   // read the context with `token`
        Settle,   // `delivery` is unknown and its wait is over; but for progress, with `token`
        Send,     // `delivery`, with `token`
    };
    Todo todo{Todo::Nothing};
    std::string platform;
    std::optional<UsableToken> token;
    cadence::DeliveryId delivery{};
    cadence::DeliveryKind kind{cadence::DeliveryKind::Progress};
    std::optional<cadence::Instant> next_due;
};

// Why the compare-and-set sent nothing; the row already says so.
// OwnerUnknown: no context says yet whether the platform punishes.
// Later: it would change nothing while a freeze of ours runs; it waits for that one's end.
// Settled: the baseline shows that an earlier attempt of unknown outcome was applied after all, or
// that nobody can know (held).
enum class Begun {
    Started,
    NotDue,
    Waived,
    Settled,
    Braked,
    Paused,
    TokenGone,
    Busy,
    OwnerUnknown,
    Later,
};

struct BeginAttempt {
    cadence::DeliveryId delivery;
    std::string token_hash;
    // Of punishments and undos: read just before with that token. Its lock is the baseline.
    std::optional<ContextFound> found;
};

struct Attempt {
    Begun begun{Begun::NotDue};
    std::string reason;                                            // of Waived and Settled
    cadence::DeliveryState state{cadence::DeliveryState::Queued};  // of Settled
    int number{0};
    cadence::Write write;      // frozen from here on
    ContextRecorded recorded;  // of what was found
};

// What may follow an attempt in the commit that finishes it.
struct Onward {
    cadence::Policy policy;
    cadence::Duration round_trip{0};
    bool may_send{false};  // the lane could carry a progress call at once
};

struct FinishedAttempt {
    cadence::DeliveryState state{cadence::DeliveryState::Queued};
    std::string reason;
    bool session_ended{false};
    ContextRecorded recorded;      // of settle_by_reading: of what was found
    std::optional<LaneHead> next;  // of finish_attempt: what load_lane would say
    std::optional<Attempt> begun;  // `next` is progress and inFlight now: Started
};

struct BulkFilter {
    std::optional<cadence::SessionId> session;
    std::optional<cadence::DeliveryKind> kind;
    std::optional<cadence::DeliveryState> state;
    [[nodiscard]] bool empty() const { return !session && !kind && !state; }
};

enum class Settlement { Applied, NotApplied };

class Outbox {
  public:
    virtual ~Outbox() = default;

    // Lock sessions that have something to do at `now`: an unverified live token, a due delivery
    // that a live token can carry, an unknown write whose wait is over.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<DueLanes>> find_due_lanes(
        cadence::Policy policy, cadence::Instant now, int limit) = 0;
    // The order of work on a launch: verify; settle; progress, oldest window first; undo;
    // punishments, oldest first. Nothing is sent with a token that expires within margin +
    // `round_trip`. While a punishment or undo is unknown no other one is sent.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<LaneHead>> load_lane(
        cadence::SessionId session, cadence::Policy policy, cadence::Instant now,
        cadence::Duration round_trip) = 0;

    // queued -> inFlight, committed and synced when this comes home Started. Checks again, in the
    // same transaction: still queued and wanted, the window still missed, the lock session active
    // and not paused, no brake, a context seen, who punishes, misfire policy, caps, the token. What
    // may not be sent any more is waived there. What was found is recorded first, as
    // Intake::record_context does, so that the checks look at it; it stays recorded whatever they
    // say. With an error nothing has changed: then what was found is not recorded either.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<Attempt>> begin_attempt(
        BeginAttempt begin, cadence::Policy policy, cadence::Instant now) = 0;
    // What came back. Also buries or sets aside the token, ends or suspends the lock session.
    // `uniform` spreads the next try. Where the lane may send and its head is progress, this is
    // that one's begin_attempt, too: one commit instead of two for each of many writes in a row.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<FinishedAttempt>> finish_attempt(
        cadence::DeliveryId delivery, int attempt, cadence::Answer answer, double uniform,
        Onward onward, cadence::Instant now) = 0;
    // What came back cannot be written down, by a fault of ours: the attempt is not in flight for
    // ever, but held, for a person to settle; waived if it is not wanted any more.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<FinishedAttempt>> hold_unrecorded(
        cadence::DeliveryId delivery, int attempt, cadence::Instant now) = 0;
    // Unknown progress, which no reading settles (cadence::settle_unread).
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<FinishedAttempt>> settle_unread(
        cadence::DeliveryId delivery, cadence::Instant now) = 0;

    // What was found is recorded, as Intake::record_context does, and its lock is evidence about
    // this unknown punishment or undo: it is settled by it, held, or looked at again (Unknown).
    // One that is not unknown any more stays as it is.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<FinishedAttempt>>
    settle_by_reading(cadence::DeliveryId delivery, ContextFound found, cadence::Policy policy,
                      cadence::Instant now) = 0;

    // A context could not be read with this token: as far as `answer` speaks of the token or the
    // lock session, that is recorded; else the token is verified, or the punishments of the lock
    // session are looked at, again after `wait`.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> record_refusal(
        cadence::SessionId session, std::string token_hash, cadence::Answer answer,
        cadence::Duration wait, cadence::Instant now) = 0;
    // No punishment and no undo of this lock session is looked at before `until`; progress flows.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> postpone_punishments(
        cadence::SessionId session, cadence::Instant until, std::string reason,
        cadence::Instant now) = 0;
    // Nothing of this lock session is looked at before `until` (a rate limit, a breaker, a
    // credential at fault).
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> defer_lane(
        cadence::SessionId session, cadence::Instant until) = 0;
    // What the lock sessions of `platform` were put off for is over (a new credential, say): of
    // at most `limit` of them. How many; to be repeated while that is the limit.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<int>> end_waits(
        std::string platform, cadence::Instant now, int limit) = 0;
    // The writes of the last minute, oldest first: a platform's limits know nothing of our starts.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<std::vector<RecentCall>>>
    find_recent_calls(cadence::Instant now) = 0;
    // Enrolment refuses them; a cap may have been lowered since. One a type. Costs what is
    // enrolled.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<std::vector<AboveCap>>>
    find_above_cap(std::chrono::seconds cap) = 0;
    // The credential is at fault, not these tokens: those set aside on `platform` live again.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<int>> revive_tokens(
        std::string platform, cadence::Instant now) = 0;

    // A person's decisions. Errors: NotFound; Conflict in a state where it makes no sense.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> retry(
        cadence::DeliveryId delivery, std::string reason, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> waive(
        cadence::DeliveryId delivery, std::string reason, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<void>> settle(
        cadence::DeliveryId delivery, Settlement outcome, std::string reason,
        cadence::Instant now) = 0;
    // The bulk forms change the rows in a fitting state, skip the others, and say how many; not
    // all at once, so that a pause comes between. An empty filter is InvalidArgument.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<int>> waive_all(
        BulkFilter filter, std::string reason, cadence::Instant now) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Result<int>> settle_all(
        BulkFilter filter, Settlement outcome, std::string reason, cadence::Instant now) = 0;
};

}  // namespace engine
