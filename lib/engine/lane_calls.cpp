// The lane's dealings with the platform: admission, connection, context, and what answers mean for
// all lanes.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cadence/printable.hpp"
#include "engine/answer_text.hpp"
#include "engine/lane.hpp"

namespace engine {

using cadence::AnswerKind;
using cadence::CallClass;

boost::asio::awaitable<bool> Lane::read_context(UsableToken token, PlatformGate* gate) {
    auto found = co_await find_context(std::move(token), gate);
    if (!found) co_return false;
    auto const recorded = co_await record(*std::move(found));
    co_return recorded;
}

boost::asio::awaitable<std::optional<ContextFound>> Lane::find_context(UsableToken token,
                                                                       PlatformGate* gate) {
    auto& ports = shared_->ports;
    auto const admitted = co_await enter(gate, CallClass::Read);
    if (!admitted) co_return std::nullopt;
    auto const open = co_await open_channel(gate);
    if (!open) co_return std::nullopt;
    auto const asked_at = ports.clock.steady_now();
    auto read = co_await channel_->load_context(session_, std::move(token.secret));
    if (read.context) {
        auto& lock = read.context->lock;
        lock.took = std::chrono::ceil<cadence::Duration>(ports.clock.steady_now() - asked_at);
        lock.platform_time = read.answer.server_time;
        shared_->failures.erase(session_);
        if (!read.context->requirements) {
            log(Level::Warning,
                "event=context_says_no_requirements note=\"whether the platform punishes is not "
                "known from it\"");
        }
        co_await heard(gate, platform_, CallClass::Read, std::move(read.answer));
        ContextFound found{session_, token.hash, *std::move(read.context),
                           shared_->settings.enrolment_defaults};
        co_return found;
    }
    log(Level::Warning, fmt::format("event=context_not_read {}", text_of(read.answer)));
    channel_.reset();
    auto const now = ports.clock.now();
    auto const wait = next_backoff(gate, read.answer);
    auto const recorded =
        co_await ports.outbox.record_refusal(session_, token.hash, read.answer, wait, now);
    co_await heard(gate, platform_, CallClass::Read, std::move(read.answer));
    if (!recorded) co_await refused(recorded.error());
    co_return std::nullopt;
}

boost::asio::awaitable<bool> Lane::record(ContextFound found) {
    auto& ports = shared_->ports;
    auto const recorded = co_await ports.intake.record_context(
        std::move(found), shared_->settings.policy, ports.clock.now());
    if (!recorded) {
        co_await refused(recorded.error());
        co_return false;
    }
    shared_->ledger_rest.worked();
    warn_of(*recorded);
    co_return true;
}

boost::asio::awaitable<bool> Lane::record_unused(BeginAttempt begin) {
    if (!begin.found) co_return true;
    auto const recorded = co_await record(*std::move(begin.found));
    co_return recorded;
}

void Lane::warn_of(const ContextRecorded& recorded) const {
    for (const auto& delivery : recorded.doubled) {
        log(Level::Error,
            fmt::format("event=doubled_write delivery={} note=\"the platform applied it twice: an "
                        "attempt that broke off arrived more than a minute later; one of the two "
                        "is taken back where it can be\"",
                        delivery.value));
    }
    for (const auto& refusal : recorded.requirements_refused) {
        log(Level::Warning,
            fmt::format("event=requirement_refused detail={} remedy=\"mend it in the extension's "
                        "configuration, or enrol the lock session yourself\"",
                        cadence::to_quoted(refusal)));
    }
}

boost::asio::awaitable<bool> Lane::hold_unrecorded(cadence::DeliveryId delivery, int number) {
    auto& ports = shared_->ports;
    auto const held = co_await ports.outbox.hold_unrecorded(delivery, number, ports.clock.now());
    if (held) {
        tell_settled(delivery, held->state, held->reason);
    } else {
        ledger_failed(held.error());
    }
    co_return held || held.error().code == cadence::ErrorCode::Internal ||
        recovery_of(held.error().code) == cadence::Recovery::Permanent;
}

boost::asio::awaitable<bool> Lane::make_way(PlatformGate* gate) {
    auto const admitted = co_await enter(gate, CallClass::Action);
    if (!admitted) co_return false;
    auto const open = co_await open_channel(gate);
    co_return open;
}

boost::asio::awaitable<bool> Lane::open_channel(PlatformGate* gate) {
    if (channel_ && channel_->ready()) co_return true;
    channel_.reset();
    auto opened = co_await gate->platform().connect();
    if (opened.channel) {
        channel_ = std::move(opened.channel);
        co_return true;
    }
    log(Level::Warning, fmt::format("event=not_connected {}", text_of(opened.answer)));
    auto const wait = next_backoff(gate, opened.answer);
    co_await heard(gate, platform_, std::nullopt, std::move(opened.answer));
    co_await defer(wait, "not_connected");
    co_return false;
}

boost::asio::awaitable<void> Lane::heard(PlatformGate* gate, std::string platform,
                                         std::optional<CallClass> call_class,
                                         cadence::Answer answer) {
    auto& ports = shared_->ports;
    auto const turn =
        gate->answered(session_, call_class, answer, ports.clock.now(), ports.clock.steady_now());
    if (answer.server_time && gate->clocks_disagree()) shared_->clock_watch.disagreed();
    if (answer.server_time && !gate->clocks_disagree()) shared_->clock_watch.agreed();
    if (turn == PlatformGate::Turn::HostWorks) {
        for (const auto& [name, other] : shared_->gates) {
            if (other.shares_host_with(*gate)) shared_->recovered.insert(name);
        }
    }
    if (turn == PlatformGate::Turn::CredentialWorks) {
        log(Level::Info, fmt::format("event=credential_accepted platform={}", platform));
        shared_->recovered.insert(platform);
    }
    if (turn == PlatformGate::Turn::CredentialRefused) {
        log(Level::Error,
            fmt::format("event=credential_refused platform={} remedy=\"check the developer key and "
                        "reload; it is probed every 30 s\"",
                        platform));
    }
    auto const blameless = answer.kind == AnswerKind::TokenRefused && gate->credential_at_fault();
    if (!blameless) co_return;
    auto const revived = co_await ports.outbox.revive_tokens(platform, ports.clock.now());
    if (!revived) ledger_failed(revived.error());
}

boost::asio::awaitable<bool> Lane::enter(PlatformGate* gate, CallClass call_class) {
    auto& ports = shared_->ports;
    auto const wait =
        gate->enter(session_, call_class, ports.entropy.uniform(), ports.clock.steady_now());
    if (wait == cadence::Duration::zero()) co_return true;
    const char* const why = call_class == CallClass::Read ? "reads_wait" : "actions_wait";
    co_await defer(wait, why);
    co_return false;
}

cadence::Duration Lane::next_backoff(PlatformGate* gate, const cadence::Answer& answer) {
    auto const own = answer.retry_after ? cadence::clamp_retry_after(*answer.retry_after)
                                        : cadence::backoff(++shared_->failures[session_],
                                                           shared_->ports.entropy.uniform());
    return std::max(own, retry_turn(gate, answer));
}

cadence::Duration Lane::retry_turn(PlatformGate* gate, const cadence::Answer& answer) {
    auto& ports = shared_->ports;
    return gate->retry_turn(answer, ports.entropy.uniform(), ports.clock.steady_now());
}

}  // namespace engine
