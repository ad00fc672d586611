#include "cadence/delivery.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cadence/words.hpp"

namespace cadence {
namespace {

constexpr Duration kResendAfter{std::chrono::seconds{60}};
constexpr Duration kShortestBackoff{50};
constexpr Duration kFirstBackoff{500};
constexpr Duration kLongestBackoff{std::chrono::minutes{5}};
constexpr Duration kShortestRetryAfter{std::chrono::seconds{1}};
constexpr Duration kLongestRetryAfter{std::chrono::minutes{15}};

[[noreturn]] void broken_invariant(const char* what) {
    std::fprintf(stderr, "cadenced: broken invariant: %s\n", what);
    std::abort();
}

// Not applied, for certain, and worth another try after `wait`.
Transition again(const AttemptFacts& facts, std::string reason, Duration wait) {
    if (!facts.wanted) return {DeliveryState::Waived, "unwanted", Duration{0}};
    return {DeliveryState::Queued, std::move(reason), wait};
}

Transition not_applied(const AttemptFacts& facts, DeliveryState state, std::string reason) {
    if (!facts.wanted) return {DeliveryState::Waived, "unwanted", Duration{0}};
    return {state, std::move(reason), Duration{0}};
}

Transition after_unknown(const AttemptFacts& facts, const Answer& answer) {
    const bool progress = facts.kind == DeliveryKind::Progress;
    if (progress && facts.unknowns > 0) return settle_unread(facts);
    return {DeliveryState::Unknown, answer.code.empty() ? "no_answer" : answer.code,
            progress ? kResendAfter : Duration{0}};
}

}  // namespace

const char* to_string(DeliveryKind kind) { return words::word_of(words::kDeliveryKinds, kind); }
const char* to_string(DeliveryState state) { return words::word_of(words::kDeliveryStates, state); }
const char* to_string(WriteKind kind) { return words::word_of(words::kWriteKinds, kind); }

std::optional<DeliveryKind> parse_delivery_kind(const std::string& text) {
    return words::find_word(words::kDeliveryKinds, text);
}

std::optional<DeliveryState> parse_delivery_state(const std::string& text) {
    return words::find_word(words::kDeliveryStates, text);
}

std::optional<WriteKind> parse_write_kind(const std::string& text) {
    return words::find_word(words::kWriteKinds, text);
}

Write write_of(const Punishment& punishment) {
    Write write{.kind = WriteKind::AddTime,
                .key = {},
                .amount = 0,
                .seconds = punishment.seconds,
                .reason = {}};
    switch (punishment.type) {
        case PunishmentType::None:
            broken_invariant("a punishment of type none has no write");
        case PunishmentType::AddTime:
            return write;
        case PunishmentType::Freeze:
            write.kind = WriteKind::Freeze;
            return write;
        case PunishmentType::Pillory:
            write.kind = WriteKind::Pillory;
            write.reason = punishment.reason;
            return write;
    }
    broken_invariant("a punishment of no known type");
}

Write inverse_of(const Write& punishment) {
    Write write{.kind = WriteKind::RemoveTime,
                .key = {},
                .amount = 0,
                .seconds = punishment.seconds,
                .reason = {}};
    switch (punishment.kind) {
        case WriteKind::AddTime:
            return write;
        case WriteKind::Freeze:
            write.kind = WriteKind::Unfreeze;
            return write;
        case WriteKind::Pillory:
            write.kind = WriteKind::PilloryEnd;
            return write;
        case WriteKind::Progress:
        case WriteKind::RemoveTime:
        case WriteKind::Unfreeze:
        case WriteKind::PilloryEnd:
            break;
    }
    broken_invariant("only a punishment can be undone");
}

const char* to_string(AnswerKind kind) {
    switch (kind) {
        case AnswerKind::Applied:
            return "applied";
        case AnswerKind::NotSent:
            return "not_sent";
        case AnswerKind::Throttled:
            return "throttled";
        case AnswerKind::TokenRefused:
            return "token_refused";
        case AnswerKind::SessionEnded:
            return "session_ended";
        case AnswerKind::Suspended:
            return "suspended";
        case AnswerKind::HostFault:
            return "host_fault";
        case AnswerKind::Rejected:
            return "rejected";
        case AnswerKind::Unknown:
            return "unknown";
    }
    return "unknown";
}

Transition after_answer(const AttemptFacts& facts, const Answer& answer, double uniform) {
    switch (answer.kind) {
        case AnswerKind::Applied:
            return {DeliveryState::Applied, "", Duration{0}};
        case AnswerKind::Unknown:
            return after_unknown(facts, answer);
        case AnswerKind::SessionEnded:
            return {DeliveryState::Waived, "lock_ended", Duration{0}};
        case AnswerKind::Suspended:
            return not_applied(facts, DeliveryState::Waiting, "extension_not_enabled");
        case AnswerKind::Rejected:
            return not_applied(facts, DeliveryState::Rejected,
                               answer.code.empty() ? "rejected" : answer.code);
        case AnswerKind::TokenRefused:
            return again(facts, "token_refused", Duration{0});
        case AnswerKind::Throttled:
            return again(facts, "throttled",
                         std::max(answer.not_again_within,
                                  answer.retry_after ? clamp_retry_after(*answer.retry_after)
                                                     : backoff(facts.attempt, uniform)));
        case AnswerKind::NotSent:
        case AnswerKind::HostFault:
            return again(facts, to_string(answer.kind),
                         std::max(answer.not_again_within, backoff(facts.attempt, uniform)));
    }
    return after_unknown(facts, answer);
}

Transition settle_unread(const AttemptFacts& facts) {
    const bool progress = facts.kind == DeliveryKind::Progress;
    if (!progress && !facts.wanted) return {DeliveryState::Waived, "unwanted", Duration{0}};
    if (facts.on_unknown == OnUnknown::AssumeApplied) {
        return {DeliveryState::Applied, "assumed_applied", Duration{0}};
    }
    if (progress && facts.on_unknown == OnUnknown::Resend && facts.unknowns == 0) {
        return {DeliveryState::Queued, "resend", Duration{0}};
    }
    return {DeliveryState::Held, "outcome_unknown", Duration{0}};
}

Duration backoff(int attempt, double uniform) {
    // Ten doublings pass the longest pause already.
    const int doublings = std::clamp(attempt - 1, 0, 10);
    const Duration longest = std::min(kFirstBackoff * (1 << doublings), kLongestBackoff);
    const auto share = static_cast<Duration::rep>(static_cast<double>(longest.count()) * uniform);
    return std::clamp(Duration{share}, kShortestBackoff, longest);
}

Duration clamp_retry_after(Duration sent) {
    return std::clamp(sent, kShortestRetryAfter, kLongestRetryAfter);
}

bool may_retry(DeliveryState state) {
    return state == DeliveryState::Rejected || state == DeliveryState::Waiting ||
           state == DeliveryState::Queued;
}

bool may_waive(DeliveryState state) {
    return state == DeliveryState::Waiting || state == DeliveryState::Queued ||
           state == DeliveryState::Rejected || state == DeliveryState::Held ||
           state == DeliveryState::Unknown;
}

bool may_settle(DeliveryState state) {
    return state == DeliveryState::Unknown || state == DeliveryState::Held;
}

}  // namespace cadence
