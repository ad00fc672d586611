#include "engine/lane.hpp"

#include <fmt/format.h>

#include <boost/asio/this_coro.hpp>
#include <utility>

#include "cadence/printable.hpp"
#include "engine/answer_text.hpp"
#include "engine/waypoint.hpp"

namespace engine {
namespace {

using cadence::AnswerKind;
using cadence::CallClass;
using cadence::DeliveryKind;

constexpr int kStallsBeforePause = 3;
constexpr std::chrono::seconds kAfterStall{5};
constexpr std::chrono::seconds kWhileClocksDisagree{60};
constexpr std::chrono::seconds kWithoutPlatform{300};
constexpr std::chrono::seconds kWhileOwnerUnknown{300};
constexpr int kMostFaults = 3;
// What one lock session's unit of work met a fault of ours in, or a zone that cannot be read.
constexpr std::chrono::seconds kAfterRefusal{60};

const char* word_of(Begun begun) {
    switch (begun) {
        case Begun::Started:
            return "started";
        case Begun::NotDue:
            return "not_due";
        case Begun::Waived:
            return "waived";
        case Begun::Settled:
            return "settled";
        case Begun::Braked:
            return "braked";
        case Begun::Paused:
            return "paused";
        case Begun::TokenGone:
            return "token_gone";
        case Begun::Busy:
            return "busy";
        case Begun::OwnerUnknown:
            return "owner_unknown";
        case Begun::Later:
            return "later";
    }
    return "not_due";
}

// Not the disk's: the same again will meet the same.
bool is_ours(cadence::ErrorCode code) {
    return code == cadence::ErrorCode::Internal ||
           recovery_of(code) == cadence::Recovery::Permanent;
}

Level level_of(AnswerKind kind) {
    switch (kind) {
        case AnswerKind::Applied:
            return Level::Info;
        case AnswerKind::Rejected:
            return Level::Error;
        default:
            return Level::Warning;
    }
}

}  // namespace

Lane::Lane(cadence::SessionId session, Shared& shared)
    : session_(std::move(session)), shared_(&shared) {}

boost::asio::awaitable<void> Lane::run() {
    // A cancelled write still has to be recorded; the calls below report cancellation as a value.
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    int stalls = 0;
    while (!shared_->stopping) {
        auto const done = co_await step();
        if (done == Step::Done) break;
        stalls = done == Step::Stalled ? stalls + 1 : 0;
        if (stalls < kStallsBeforePause) continue;
        co_await defer(kAfterStall, "no_progress");
        break;
    }
}

boost::asio::awaitable<std::optional<LaneHead>> Lane::find_head() {
    if (next_) co_return std::exchange(next_, std::nullopt);
    auto& ports = shared_->ports;
    auto const known = shared_->gates.find(platform_);
    auto const round_trip =
        known == shared_->gates.end() ? cadence::Duration{2000} : known->second.round_trip();
    auto head = co_await ports.outbox.load_lane(session_, shared_->settings.policy,
                                                ports.clock.now(), round_trip);
    if (head) co_return *std::move(head);
    co_await refused(head.error());
    co_return std::nullopt;
}

Lane::Next Lane::step() {
    auto head = co_await find_head();
    if (!head) co_return Step::Done;
    if (head->todo == LaneHead::Todo::Nothing) co_return Step::Done;
    if (head->todo == LaneHead::Todo::Settle && head->kind == DeliveryKind::Progress) {
        auto const settled = co_await settle_unread(head->delivery);
        co_return settled;
    }
    platform_ = head->platform;
    auto const gate = shared_->gates.find(platform_);
    if (gate == shared_->gates.end()) {
        co_await defer(kWithoutPlatform, "platform_not_configured");
        co_return Step::Done;
    }
    auto next = carry_out(*std::move(head), &gate->second);
    auto const step = co_await std::move(next);
    co_return step;
}

Lane::Next Lane::carry_out(LaneHead head, PlatformGate* gate) {
    switch (head.todo) {
        case LaneHead::Todo::Verify:
            return verify(std::move(head), gate);
        case LaneHead::Todo::Settle:
            return settle_by_reading(std::move(head), gate);
        case LaneHead::Todo::Send:
        case LaneHead::Todo::Nothing:
            break;
    }
    return send(std::move(head), gate);
}

Lane::Next Lane::verify(LaneHead head, PlatformGate* gate) {
    auto const read = co_await read_context(std::move(*head.token), gate);
    co_return read ? Step::Progressed : Step::Done;
}

Lane::Next Lane::settle_unread(cadence::DeliveryId delivery) {
    auto& ports = shared_->ports;
    auto const settled = co_await ports.outbox.settle_unread(delivery, ports.clock.now());
    if (!settled) {
        co_await refused(settled.error());
        co_return Step::Done;
    }
    tell_settled(delivery, settled->state, settled->reason);
    co_return Step::Progressed;
}

Lane::Next Lane::settle_by_reading(LaneHead head, PlatformGate* gate) {
    auto found = co_await find_context(*std::move(head.token), gate);
    if (!found) co_return Step::Done;
    if (!time_is_sure(*gate)) {
        auto const waits = co_await wait_for_clocks(*std::move(found));
        co_return waits;
    }
    pass(Waypoint::LockReadUnwritten, session_);
    auto& ports = shared_->ports;
    auto const settled = co_await ports.outbox.settle_by_reading(
        head.delivery, *std::move(found), shared_->settings.policy, ports.clock.now());
    if (!settled) {
        co_await refused(settled.error());
        co_return Step::Done;
    }
    pass(Waypoint::ReadingWritten, session_);
    shared_->ledger_rest.worked();
    warn_of(settled->recorded);
    tell_settled(head.delivery, settled->state, settled->reason);
    co_return Step::Progressed;
}

void Lane::tell_settled(cadence::DeliveryId delivery, cadence::DeliveryState state,
                        const std::string& reason) const {
    auto const level = state == cadence::DeliveryState::Held      ? Level::Error
                       : state == cadence::DeliveryState::Unknown ? Level::Debug
                                                                  : Level::Warning;
    log(level, fmt::format("event=settled delivery={} state={} reason={}", delivery.value,
                           to_string(state), reason));
}

Lane::Next Lane::send(LaneHead head, PlatformGate* gate) {
    auto next = head.kind == DeliveryKind::Progress ? send_progress(std::move(head), gate)
                                                    : send_with_baseline(std::move(head), gate);
    auto const step = co_await std::move(next);
    co_return step;
}

Lane::Next Lane::send_progress(LaneHead head, PlatformGate* gate) {
    // A host that failed is probed with a read: a write would be one more of unknown outcome.
    if (!gate->trusted()) {
        auto const read = co_await read_context(*head.token, gate);
        co_return read ? Step::Progressed : Step::Done;
    }
    auto const clear = co_await make_way(gate);
    if (!clear) co_return Step::Done;
    BeginAttempt begin{head.delivery, head.token->hash, std::nullopt};
    auto const step = co_await attempt(std::move(head), gate, std::move(begin));
    co_return step;
}

// What the context says is recorded by the unit of work that begins the attempt: a commit less for
// each. Where none is begun it is recorded alone.
Lane::Next Lane::send_with_baseline(LaneHead head, PlatformGate* gate) {
    auto found = co_await find_context(*head.token, gate);
    if (!found) co_return Step::Done;
    if (!time_is_sure(*gate)) {
        auto const waits = co_await wait_for_clocks(*std::move(found));
        co_return waits;
    }
    BeginAttempt begin{head.delivery, head.token->hash, std::move(found)};
    auto const clear = co_await make_way(gate);
    if (!clear) {
        co_await record_unused(std::move(begin));
        co_return Step::Done;
    }
    auto const step = co_await attempt(std::move(head), gate, std::move(begin));
    co_return step;
}

bool Lane::time_is_sure(const PlatformGate& gate) const {
    auto const& clock_watch = shared_->clock_watch;
    return !gate.clocks_disagree() && clock_watch.followed() && !clock_watch.doubtful();
}

// What was found says who punishes, whatever the time is.
Lane::Next Lane::wait_for_clocks(ContextFound found) {
    auto const recorded = co_await record(std::move(found));
    if (!recorded) co_return Step::Done;
    co_await postpone_punishments(kWhileClocksDisagree, "clocks_disagree");
    co_return Step::Progressed;
}

// The channel is connected and verified first, so that as little time as can be lies between the
// compare-and-set, which sees a pause or an end, and the first byte.
Lane::Next Lane::attempt(LaneHead head, PlatformGate* gate, BeginAttempt begin) {
    auto& ports = shared_->ports;
    if (!channel_->ready() || shared_->stopping) {
        channel_.reset();
        gate->unused(session_, CallClass::Action);
        auto const recorded = co_await record_unused(std::move(begin));
        co_return recorded ? Step::Stalled : Step::Done;
    }
    pass(Waypoint::BeforeInFlight, session_);
    // The read before it has taken its time: the token has to last for the write still.
    auto policy = shared_->settings.policy;
    policy.token_margin += gate->round_trip();
    auto begun = co_await ports.outbox.begin_attempt(begin, policy, ports.clock.now());
    if (!begun || begun->begun != Begun::Started) gate->unused(session_, CallClass::Action);
    if (!begun) {
        co_await refused(begun.error());
        co_await record_unused(std::move(begin));
        co_return Step::Done;
    }
    shared_->ledger_rest.worked();
    warn_of(begun->recorded);
    auto next = begun->begun == Begun::Started ? carry(std::move(head), gate, std::move(*begun))
                                               : not_begun(std::move(head), std::move(*begun));
    auto step = co_await std::move(next);
    while (begun_) {
        auto following =
            carry(*std::exchange(next_, std::nullopt), gate, *std::exchange(begun_, std::nullopt));
        step = co_await std::move(following);
    }
    co_return step;
}

Lane::Next Lane::not_begun(LaneHead head, Attempt begun) {
    log(Level::Info, fmt::format("event=not_sent delivery={} why={} reason={}", head.delivery.value,
                                 word_of(begun.begun), begun.reason));
    if (begun.begun == Begun::OwnerUnknown) {
        co_await postpone_punishments(kWhileOwnerUnknown, "owner_unknown");
        co_return Step::Progressed;
    }
    if (begun.begun == Begun::Settled) tell_settled(head.delivery, begun.state, begun.reason);
    auto const over = begun.begun == Begun::Waived || begun.begun == Begun::Settled ||
                      begun.begun == Begun::Later;
    co_return over ? Step::Progressed : Step::Stalled;
}

Lane::Next Lane::carry(LaneHead head, PlatformGate* gate, Attempt begun) {
    pass(Waypoint::InFlightUnsent, session_);
    cadence::Answer answer;
    auto const fresh = channel_->ready();
    if (fresh) {
        auto const key = fmt::format("cadenced-{}-{}", head.delivery.value, begun.number);
        answer =
            co_await channel_->submit(session_, std::move(head.token->secret), begun.write, key);
    } else {
        // The commit took longer than a connection stays trusted: our disk's fault, nobody else's.
        answer.kind = AnswerKind::NotSent;
        answer.code = "stale_connection";
        answer.detail = "the commit before the send took too long; nothing was sent";
        channel_.reset();
        gate->unused(session_, CallClass::Action);
    }
    pass(Waypoint::AnsweredUnwritten, session_);
    log(level_of(answer.kind), fmt::format("event=sent delivery={} attempt={} kind={} write={} {}",
                                           head.delivery.value, begun.number, to_string(head.kind),
                                           to_string(begun.write.kind), text_of(answer)));
    // A refusal is heard once it is written down: what it says of tokens may be taken back then.
    auto const applied = answer.kind == AnswerKind::Applied;
    if (fresh) answer.not_again_within = retry_turn(gate, answer);
    if (applied) co_await heard(gate, head.platform, CallClass::Action, answer);
    auto const finished = co_await finish(head.delivery, begun.number, answer, gate);
    if (fresh && !applied)
        co_await heard(gate, head.platform, CallClass::Action, std::move(answer));
    co_return finished;
}

// A write in a row with this one needs no commit of its own to become inFlight, if it may go out at
// once on the channel that has just answered. Punishments read the context first.
Onward Lane::make_onward(const cadence::Answer& answer, PlatformGate* gate) {
    Onward onward{shared_->settings.policy, gate->round_trip(), false};
    if (answer.kind != AnswerKind::Applied || shared_->stopping) return onward;
    if (!gate->trusted() || !channel_->ready()) return onward;
    auto& ports = shared_->ports;
    auto const wait =
        gate->enter(session_, CallClass::Action, ports.entropy.uniform(), ports.clock.steady_now());
    onward.may_send = wait == cadence::Duration::zero();
    if (onward.may_send) pass(Waypoint::BeforeInFlight, session_);
    return onward;
}

// The platform has spoken: this is written down however often the disk refuses. If the daemon stops
// before that, the row is inFlight and the next start calls it unknown. What no disk that works can
// mend is a person's to settle.
Lane::Next Lane::finish(cadence::DeliveryId delivery, int number, cadence::Answer answer,
                        PlatformGate* gate) {
    auto& ports = shared_->ports;
    auto const uniform = ports.entropy.uniform();
    auto onward = make_onward(answer, gate);
    for (int faults = 0;;) {
        auto const now = ports.clock.now();
        auto finished =
            co_await ports.outbox.finish_attempt(delivery, number, answer, uniform, onward, now);
        auto const asked = std::exchange(onward.may_send, false);
        if (asked && !(finished && finished->begun)) gate->unused(session_, CallClass::Action);
        if (finished) {
            pass(Waypoint::OutcomeWritten, session_);
            shared_->ledger_rest.worked();
            // No reading could settle it: a person must know at once.
            if (finished->state == cadence::DeliveryState::Held) {
                tell_settled(delivery, finished->state, finished->reason);
            }
            log(Level::Debug,
                fmt::format("event=delivery delivery={} state={} reason={}", delivery.value,
                            to_string(finished->state), finished->reason));
            begun_ = std::move(finished->begun);
            // What else an answer has set in motion is not in it yet.
            if (answer.kind == AnswerKind::Applied) next_ = std::move(finished->next);
            co_return finished->session_ended ? Step::Done : Step::Progressed;
        }
        if (asked) continue;  // whatever the next one met, this one is written down alone
        ledger_failed(finished.error());
        if (is_ours(finished.error().code) && ++faults >= kMostFaults) {
            auto const over = co_await hold_unrecorded(delivery, number);
            if (over) co_return Step::Done;
        }
        if (shared_->stopping) co_return Step::Done;
        auto const rest = shared_->ledger_rest.left(ports.clock.steady_now());
        auto const pause = ports.clock.make_alarm();
        co_await pause->wait_until(now + rest);
    }
}

boost::asio::awaitable<void> Lane::defer(cadence::Duration wait, std::string why) {
    auto& ports = shared_->ports;
    log(Level::Debug, fmt::format("event=deferred ms={} reason={}", wait.count(), why));
    auto const deferred = co_await ports.outbox.defer_lane(session_, ports.clock.now() + wait);
    if (!deferred) ledger_failed(deferred.error());
}

boost::asio::awaitable<void> Lane::postpone_punishments(cadence::Duration wait, std::string why) {
    auto& ports = shared_->ports;
    auto const now = ports.clock.now();
    log(Level::Info, fmt::format("event=punishments_postponed ms={} reason={}", wait.count(), why));
    auto const done =
        co_await ports.outbox.postpone_punishments(session_, now + wait, std::move(why), now);
    if (!done) ledger_failed(done.error());
}

// One lock session's trouble is put off with it; a database that cannot even do that rests.
boost::asio::awaitable<void> Lane::refused(cadence::Error error) {
    log(Level::Error, fmt::format("event=lane_refused code={} detail={}", to_string(error.code),
                                  cadence::to_quoted(error.detail)));
    co_await defer(kAfterRefusal, to_string(error.code));
}

void Lane::ledger_failed(const cadence::Error& error) const {
    log(Level::Error, fmt::format("event=ledger_failed code={} detail={}", to_string(error.code),
                                  cadence::to_quoted(error.detail)));
    shared_->ledger_rest.failed(shared_->ports.clock.steady_now());
}

void Lane::log(Level level, const std::string& line) const {
    shared_->ports.journal.write(level, fmt::format("{} session={}", line, session_.value));
}

}  // namespace engine
