#include "platform/chastify/interpret.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "platform/chastify/context.hpp"
#include "platform/chastify/error_body.hpp"
#include "platform/chastify/http_time.hpp"

namespace chastify {
namespace {

using cadence::Answer;
using cadence::AnswerKind;
using cadence::ErrorCode;
using cadence::Instant;

struct KnownCode {
    std::string_view code;
    AnswerKind kind;
};

// The documented codes. A 403 with any other one is a dead token's, for the platform does not
// document that one's code.
constexpr std::array kKnownCodes{
    KnownCode{"extension_not_enabled", AnswerKind::Suspended},      // documentation, 403
    KnownCode{"lock_ended", AnswerKind::SessionEnded},              // documentation, 409
    KnownCode{"no_active_lock_session", AnswerKind::SessionEnded},  // seen in a client, 409
    KnownCode{"pillory_not_active", AnswerKind::Rejected},          // seed document, pillory.end
};

const KnownCode* find_known(std::string_view code) {
    const auto* found = std::find_if(kKnownCodes.begin(), kKnownCodes.end(),
                                     [code](const KnownCode& known) { return known.code == code; });
    return found == kKnownCodes.end() ? nullptr : found;
}

// `cut`: the body broke off. It is not applied then either, but which of its meanings a 403 or a
// 409 had cannot be told: a dead token, an ended lock and a suspended one look alike. So it is the
// host's fault, and the next answer says.
AnswerKind kind_of_client_error(int status, const ErrorBody& body, bool cut) {
    if (status == 401) return AnswerKind::TokenRefused;
    if (status == 408 || status == 425 || status == 429) return AnswerKind::Throttled;
    if (const KnownCode* known = find_known(body.code)) return known->kind;
    if (cut && !body.json && (status == 403 || status == 409)) return AnswerKind::HostFault;
    if (status == 403) {
        return body.empty || body.json ? AnswerKind::TokenRefused : AnswerKind::HostFault;
    }
    if (status == 404) return body.code.empty() ? AnswerKind::HostFault : AnswerKind::SessionEnded;
    return AnswerKind::Rejected;
}

AnswerKind kind_of_failure(int status, const ErrorBody& body, bool cut) {
    if (status >= 400 && status < 500) return kind_of_client_error(status, body, cut);
    return AnswerKind::Unknown;
}

Answer without_response(const net::HttpsOutcome& outcome, const Redaction& redaction) {
    Answer answer;
    answer.kind = outcome.bytes_sent ? AnswerKind::Unknown : AnswerKind::NotSent;
    answer.code = to_string(outcome.error.code);
    answer.detail = redaction.shown(outcome.error.detail);
    answer.elapsed = outcome.elapsed;
    return answer;
}

void read_times(Answer& answer, const net::HttpHeaders& headers, Instant now) {
    if (const auto date = headers.find("date")) answer.server_time = parse_http_date(*date);
    if (const auto after = headers.find("retry-after")) {
        answer.retry_after = parse_retry_after(*after, answer.server_time.value_or(now));
    }
}

}  // namespace

Answer interpret_write(const net::HttpsOutcome& outcome, const Redaction& redaction, Instant now) {
    if (!outcome.response) return without_response(outcome, redaction);
    const net::HttpsResponse& response = *outcome.response;
    Answer answer;
    answer.http_status = response.status;
    answer.elapsed = outcome.elapsed;
    read_times(answer, response.headers, now);
    answer.kind = AnswerKind::Applied;
    if (response.status >= 200 && response.status < 300) return answer;  // whatever its body says
    const ErrorBody body = parse_error_body(response.body);
    answer.kind = kind_of_failure(response.status, body, !response.body_complete);
    // A platform that echoes a token as its code is not quoted.
    if (!redaction.betrays(body.code)) answer.code = body.code;
    answer.detail = redaction.shown(body.text);
    return answer;
}

engine::ContextAnswer interpret_read(const net::HttpsOutcome& outcome, const Redaction& redaction,
                                     Instant now) {
    engine::ContextAnswer result{interpret_write(outcome, redaction, now), std::nullopt};
    Answer& answer = result.answer;
    if (answer.kind == AnswerKind::Applied) {
        result.context = parse_context(outcome.response->body, now);
        if (result.context) return result;
        answer.kind = AnswerKind::HostFault;
        answer.code = "unreadable_context";
        answer.detail = redaction.shown(outcome.response->body);
    } else if (answer.kind == AnswerKind::Unknown) {
        const bool ours = !outcome.response && outcome.error.code == ErrorCode::Cancelled;
        answer.kind = ours ? AnswerKind::NotSent : AnswerKind::HostFault;
    }
    return result;
}

}  // namespace chastify
