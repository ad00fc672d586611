#include "engine/platform_gate.hpp"

#include <algorithm>

namespace engine {
namespace {

using cadence::AnswerKind;

constexpr std::chrono::minutes kTolerableSkew{2};
constexpr cadence::Duration kShortestWait{50};
// While another call probes a host that failed.
constexpr std::chrono::seconds kWhileProbed{5};

cadence::Duration until(cadence::Monotonic at, cadence::Monotonic now) {
    auto const left = std::chrono::ceil<cadence::Duration>(at - now);
    return std::max(left, kShortestWait);
}

// A Date header has whole seconds, rounded down: a second's difference is none.
cadence::Duration skew_between(cadence::Instant theirs, cadence::Instant ours) {
    auto const skew = std::chrono::floor<std::chrono::seconds>(theirs - ours);
    return std::chrono::abs(skew) <= std::chrono::seconds{1} ? cadence::Duration{0} : skew;
}

// Host faults are what the breaker counts; a broken or missing answer is one, too.
bool blames_host(AnswerKind kind) {
    return kind == AnswerKind::HostFault || kind == AnswerKind::NotSent ||
           kind == AnswerKind::Unknown;
}

void note(std::optional<cadence::Instant>& since, bool holds, cadence::Instant now) {
    if (!holds) since.reset();
    if (holds && !since) since = now;
}

// All our own connections were lent: that says nothing of the platform.
bool is_ours(const cadence::Answer& answer) {
    return answer.code == to_string(cadence::ErrorCode::Crowded);
}

}  // namespace

cadence::Duration PlatformGate::enter(const cadence::SessionId& session,
                                      cadence::CallClass call_class, double uniform,
                                      cadence::Monotonic now) {
    auto& calls = calls_[{session, call_class}];
    auto const limited = calls.wait(platform_->limit(call_class), now);
    if (limited > cadence::Duration::zero()) return limited;
    auto const crowded = slow_.wait(session, platform_->capacity(), uniform);
    if (crowded > cadence::Duration::zero()) return crowded;
    auto const broken = wait_for_host(session, uniform, now);
    if (broken > cadence::Duration::zero()) return broken;
    if (!trusted()) host_->prober = Prober{platform_, session, call_class};
    calls.called(now);
    slow_.calls(session);
    return cadence::Duration::zero();
}

cadence::Duration PlatformGate::wait_for_host(const cadence::SessionId& session, double uniform,
                                              cadence::Monotonic now) {
    auto& breaker = host_->breaker;
    if (!breaker.may_call(session, now)) {
        // Those who wait are called as soon as a probe succeeds: this is for the next probe.
        auto const probed = breaker.state() == cadence::BreakerState::HalfOpen;
        auto const pause = probed ? cadence::Duration{0} : until(breaker.retry_at(), now);
        return pause + std::chrono::ceil<cadence::Duration>(kWhileProbed * (1 + uniform) / 2);
    }
    if (credential_.may_call(now)) return cadence::Duration::zero();
    breaker.probe_unused();
    return until(credential_.next_probe(), now);
}

void PlatformGate::unused(const cadence::SessionId& session, cadence::CallClass call_class) {
    if (host_->prober == Prober{platform_, session, call_class}) host_->breaker.probe_unused();
    calls_[{session, call_class}].not_made();
    slow_.ended(session);
}

void PlatformGate::broke_down(const cadence::SessionId& session) {
    if (has_probed(session)) host_->breaker.probe_unused();
    slow_.ended(session);
}

bool PlatformGate::has_probed(const cadence::SessionId& session) const {
    auto const& prober = host_->prober;
    return prober && prober->platform == platform_ && prober->session == session;
}

PlatformGate::Turn PlatformGate::answered(const cadence::SessionId& session,
                                          std::optional<cadence::CallClass> call_class,
                                          const cadence::Answer& answer, cadence::Instant wall,
                                          cadence::Monotonic now) {
    slow_.ended(session);
    if (call_class) count({session, *call_class}, answer, now);
    auto const trusted_before = trusted();
    auto const turn = judge(session, answer, wall, now);
    note(host_->not_closed_since, !trusted(), wall);
    note(credential_refused_since_, credential_at_fault(), wall);
    note(clocks_disagree_since_, clocks_disagree(), wall);
    auto const works_again = !trusted_before && trusted();
    return turn == Turn::Nothing && works_again ? Turn::HostWorks : turn;
}

void PlatformGate::count(const Caller& caller, const cadence::Answer& answer,
                         cadence::Monotonic now) {
    if (answer.kind == AnswerKind::NotSent) return;
    slow_.answered(caller.first, answer.elapsed);
    auto& calls = calls_[caller];
    calls.answered(now);
    constexpr int kTooManyRequests = 429;
    if (answer.http_status != kTooManyRequests) return;
    auto const closed_for =
        answer.retry_after ? cadence::clamp_retry_after(*answer.retry_after) : cadence::Duration{0};
    calls.refused(platform_->limit(caller.second), closed_for, now);
}

cadence::Duration PlatformGate::retry_turn(const cadence::Answer& answer, double uniform,
                                           cadence::Monotonic now) {
    auto const failed =
        answer.kind == AnswerKind::Throttled || (blames_host(answer.kind) && !is_ours(answer));
    return failed ? host_->retries.spend(now, uniform) : cadence::Duration{0};
}

PlatformGate::Turn PlatformGate::judge(const cadence::SessionId& session,
                                       const cadence::Answer& answer, cadence::Instant wall,
                                       cadence::Monotonic now) {
    if (answer.server_time) skew_ = skew_between(*answer.server_time, wall);
    if (answer.http_status != 0) round_trip_ = (round_trip_ * 7 + answer.elapsed) / 8;
    auto& breaker = host_->breaker;
    if (is_ours(answer)) {
        if (has_probed(session)) breaker.probe_unused();
        return Turn::Nothing;
    }
    if (answer.kind != AnswerKind::Applied) {
        auto const code = answer.code.empty() ? std::string{to_string(answer.kind)} : answer.code;
        last_error_ = PlatformHealth::LastError{wall, code, answer.detail};
    }
    if (answer.kind == AnswerKind::NotSent) breaker.unreachable(now);
    if (answer.kind != AnswerKind::NotSent && blames_host(answer.kind)) {
        breaker.failed(session, now);
    }
    if (blames_host(answer.kind)) return Turn::Nothing;
    breaker.succeeded();
    if (answer.kind == AnswerKind::TokenRefused) {
        return credential_.refused(session, now) ? Turn::CredentialRefused : Turn::Nothing;
    }
    if (answer.kind == AnswerKind::Applied) {
        last_success_at_ = wall;
        host_->retries.succeeded(now);
    }
    return credential_.accepted() ? Turn::CredentialWorks : Turn::Nothing;
}

bool PlatformGate::clocks_disagree() const {
    return skew_ > kTolerableSkew || skew_ < -kTolerableSkew;
}

PlatformHealth PlatformGate::health() const {
    PlatformHealth health;
    health.breaker = host_->breaker.state();
    health.last_success_at = last_success_at_;
    health.last_error = last_error_;
    health.has_credential = platform_->has_credential();
    health.credential_refused = credential_.at_fault();
    health.clock_skew = skew_;
    health.breaker_not_closed_since = host_->not_closed_since;
    health.credential_refused_since = credential_refused_since_;
    health.clocks_disagree_since = clocks_disagree_since_;
    return health;
}

void PlatformGate::forget_idle(cadence::Monotonic now) {
    std::erase_if(calls_, [this, now](const auto& entry) {
        auto const idle = entry.second.idle(platform_->limit(entry.first.second), now);
        if (idle) slow_.forget(entry.first.first);
        return idle;
    });
}

}  // namespace engine
