// The life of one outbound write as a state machine that says what to do next.
// Pure: it knows no clock, no socket and no table; randomness comes in as a number.
//
//   waiting -> queued -> inFlight -> applied | rejected | queued/waiting again | unknown -> held
//   and from every unsent state: waived
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"

namespace cadence {

enum class DeliveryKind { Progress, Punishment, Undo };
enum class DeliveryState { Waiting, Queued, InFlight, Unknown, Applied, Rejected, Held, Waived };

[[nodiscard]] const char* to_string(DeliveryKind kind);    // progress, punishment, undo
[[nodiscard]] const char* to_string(DeliveryState state);  // waiting, queued, inFlight, …
[[nodiscard]] std::optional<DeliveryKind> parse_delivery_kind(const std::string& text);
[[nodiscard]] std::optional<DeliveryState> parse_delivery_state(const std::string& text);

// What one call to the platform asks for.
enum class WriteKind { Progress, AddTime, RemoveTime, Freeze, Unfreeze, Pillory, PilloryEnd };

struct Write {
    WriteKind kind{WriteKind::Progress};
    std::string key;         // Progress
    std::int64_t amount{0};  // Progress, >= 1
    std::chrono::seconds seconds{
        0};              // the timed kinds; for Unfreeze and PilloryEnd: of what they undo
    std::string reason;  // Pillory; may be empty
    friend bool operator==(const Write&, const Write&) = default;
};

[[nodiscard]] const char* to_string(WriteKind kind);  // progress, add_time, …, pillory.end
[[nodiscard]] std::optional<WriteKind> parse_write_kind(const std::string& text);

// The write that applies `punishment`, and the one that undoes it. No punishment of type none.
[[nodiscard]] Write write_of(const Punishment& punishment);
[[nodiscard]] Write inverse_of(const Write& punishment);

// What one call came to, told apart by what it means for us, not by its status alone.
enum class AnswerKind {
    Applied,       // 2xx, also when its body is cut or garbage
    NotSent,       // connect, TLS or DNS failure, or nothing left this machine: not applied
    Throttled,     // 408, 425, 429: not applied
    TokenRefused,  // 401; 403 with an empty or JSON body without a known code
    SessionEnded,  // 409 lock_ended, a coded 404
    Suspended,     // 403 extension_not_enabled
    HostFault,     // HTML, or another 403/404 without a code: not applied, the host is at fault
    Rejected,      // another 4xx: not applied, and asking again would not help
    Unknown,       // 3xx, 5xx, broken or silent after bytes were sent: it may have happened
};
[[nodiscard]] const char* to_string(AnswerKind kind);

struct Answer {
    AnswerKind kind{AnswerKind::Unknown};
    int http_status{0};  // 0: none came
    std::string code;    // the platform's error code, or our ErrorCode's name; may be empty
    std::string detail;  // for people; redacted, at most 300 bytes
    std::optional<Duration> retry_after;  // as sent; clamped here, not there
    std::optional<Instant> server_time;   // the Date header
    Duration elapsed{0};
    Duration not_again_within{0};  // ours: what the retry budget says of trying again
};

// What an answer makes of the delivery that was inFlight.
struct Transition {
    DeliveryState state{DeliveryState::Queued};
    std::string reason;
    Duration wait{0};  // before it may be looked at again (Queued, Unknown)
    friend bool operator==(const Transition&, const Transition&) = default;
};

struct AttemptFacts {
    DeliveryKind kind{DeliveryKind::Progress};
    int attempt{1};   // this one, from 1
    int unknowns{0};  // how many earlier attempts had no known outcome
    bool wanted{true};
    OnUnknown on_unknown{OnUnknown::Hold};  // the rules' policy for this kind
};

// `uniform` in [0, 1) spreads the waits (full jitter). An answer that is no fault of the write's
// (token, host, throttle) gives Queued; whether that means waiting is the token's affair. An
// unwanted punishment that was not applied is waived here. Unknown progress waits 60 s for its one
// resend; the second unknown is settled at once by settle_unread.
[[nodiscard]] Transition after_answer(const AttemptFacts& facts, const Answer& answer,
                                      double uniform);

// What becomes of an unknown write that nothing can settle: progress is sent once more (Queued),
// and held or assumed applied when it is unknown again; a punishment is held, assumed applied, or
// waived when it is not wanted any more.
[[nodiscard]] Transition settle_unread(const AttemptFacts& facts);

// Full jitter: uniform in (0, min(5 min, 500 ms * 2^(attempt-1))], never below 50 ms.
[[nodiscard]] Duration backoff(int attempt, double uniform);

// Retry-After as a platform sent it, clamped to 1 s … 15 min.
[[nodiscard]] Duration clamp_retry_after(Duration sent);

// What a person may do to a delivery in this state (elsewhere it is a conflict).
[[nodiscard]] bool may_retry(DeliveryState state);   // rejected; waiting, queued: at once
[[nodiscard]] bool may_waive(DeliveryState state);   // waiting, queued, rejected, held, unknown
[[nodiscard]] bool may_settle(DeliveryState state);  // unknown, held

}  // namespace cadence
