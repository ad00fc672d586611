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

}  // namespace

cadence::Duration PlatformGate::enter(const cadence::SessionId& session,
                                      cadence::CallClass call_class, cadence::Monotonic now) {
    auto& calls = calls_[{session, call_class}];
    auto const limited = calls.wait(platform_->limit(call_class), now);
    if (limited > cadence::Duration::zero()) return limited;
    if (!breaker_.may_call(now)) {
        auto const probed = breaker_.state() == cadence::BreakerState::HalfOpen;
        return probed ? kWhileProbed : until(breaker_.retry_at(), now);
    }
    if (!credential_.may_call(now)) {
        breaker_.probe_unused();
        return until(credential_.next_probe(), now);
    }
    if (!trusted()) prober_ = Caller{session, call_class};
    calls.called(now);
    return cadence::Duration::zero();
}

void PlatformGate::unused(const cadence::SessionId& session, cadence::CallClass call_class) {
    if (prober_ == Caller{session, call_class}) breaker_.probe_unused();
    calls_[{session, call_class}].not_made();
}

PlatformGate::Turn PlatformGate::answered(const cadence::SessionId& session,
                                          const cadence::Answer& answer, cadence::Instant wall,
                                          cadence::Monotonic now) {
    auto const turn = judge(session, answer, wall, now);
    note(breaker_not_closed_since_, !trusted(), wall);
    note(credential_refused_since_, credential_at_fault(), wall);
    note(clocks_disagree_since_, clocks_disagree(), wall);
    return turn;
}

PlatformGate::Turn PlatformGate::judge(const cadence::SessionId& session,
                                       const cadence::Answer& answer, cadence::Instant wall,
                                       cadence::Monotonic now) {
    if (answer.server_time) skew_ = skew_between(*answer.server_time, wall);
    if (answer.http_status != 0) round_trip_ = (round_trip_ * 7 + answer.elapsed) / 8;
    // All our own connections were lent: that says nothing of the platform, and probed nothing.
    if (answer.code == to_string(cadence::ErrorCode::Crowded)) {
        if (prober_ && prober_->first == session) breaker_.probe_unused();
        return Turn::Nothing;
    }
    if (answer.kind != AnswerKind::Applied) {
        auto const code = answer.code.empty() ? std::string{to_string(answer.kind)} : answer.code;
        last_error_ = PlatformHealth::LastError{wall, code, answer.detail};
    }
    if (blames_host(answer.kind)) {
        breaker_.failed(now);
        return Turn::Nothing;
    }
    breaker_.succeeded();
    if (answer.kind == AnswerKind::TokenRefused) {
        return credential_.refused(session, now) ? Turn::CredentialRefused : Turn::Nothing;
    }
    if (answer.kind == AnswerKind::Applied) last_success_at_ = wall;
    return credential_.accepted() ? Turn::CredentialWorks : Turn::Nothing;
}

bool PlatformGate::clocks_disagree() const {
    return skew_ > kTolerableSkew || skew_ < -kTolerableSkew;
}

PlatformHealth PlatformGate::health() const {
    PlatformHealth health;
    health.breaker = breaker_.state();
    health.last_success_at = last_success_at_;
    health.last_error = last_error_;
    health.has_credential = platform_->has_credential();
    health.credential_refused = credential_.at_fault();
    health.clock_skew = skew_;
    health.breaker_not_closed_since = breaker_not_closed_since_;
    health.credential_refused_since = credential_refused_since_;
    health.clocks_disagree_since = clocks_disagree_since_;
    return health;
}

void PlatformGate::forget_idle(cadence::Monotonic now) {
    std::erase_if(calls_, [now](const auto& entry) { return entry.second.idle(now); });
}

}  // namespace engine
