#include "platform/chastify/interpret.hpp"

#include <gtest/gtest.h>

namespace {

using namespace chastify;
using namespace std::chrono_literals;
using cadence::Answer;
using cadence::AnswerKind;
using cadence::ErrorCode;
using cadence::Secret;

constexpr cadence::Instant kAnsweredAt = cadence::from_ms(784'111'777'000);  // 1994-11-06T08:49:37Z
constexpr const char* kHtml = "<!doctype html><h1>Forbidden</h1>";

Redaction redaction() {
    return Redaction({Secret("dev-key-secret"), Secret("launch-token-secret")});
}

net::HttpsOutcome answered(int status, std::string body, bool complete = true) {
    net::HttpsOutcome outcome;
    outcome.response.emplace();
    outcome.response->status = status;
    outcome.response->body = std::move(body);
    outcome.response->body_complete = complete;
    outcome.bytes_sent = true;
    outcome.elapsed = 42ms;
    return outcome;
}

net::HttpsOutcome broken(ErrorCode code, bool bytes_sent) {
    net::HttpsOutcome outcome;
    outcome.error = {code, "it broke", {}};
    outcome.bytes_sent = bytes_sent;
    return outcome;
}

Answer of_write(const net::HttpsOutcome& outcome) {
    return interpret_write(outcome, redaction(), kAnsweredAt);
}
Answer of_read(const net::HttpsOutcome& outcome) {
    return interpret_read(outcome, redaction(), kAnsweredAt).answer;
}

struct StatusCase {
    int status;
    const char* body;
    AnswerKind write;
    AnswerKind read;
    const char* code;
};

const StatusCase kTable[] = {
    {401, "", AnswerKind::TokenRefused, AnswerKind::TokenRefused, ""},
    {401, R"({"error":"lock_ended"})", AnswerKind::TokenRefused, AnswerKind::TokenRefused,
     "lock_ended"},
    {401, kHtml, AnswerKind::TokenRefused, AnswerKind::TokenRefused, ""},
    {403, "", AnswerKind::TokenRefused, AnswerKind::TokenRefused, ""},
    {403, " \n", AnswerKind::TokenRefused, AnswerKind::TokenRefused, ""},
    {403, "{}", AnswerKind::TokenRefused, AnswerKind::TokenRefused, ""},
    {403, R"({"error":"token_expired"})", AnswerKind::TokenRefused, AnswerKind::TokenRefused,
     "token_expired"},
    {403, R"({"error":"extension_not_enabled"})", AnswerKind::Suspended, AnswerKind::Suspended,
     "extension_not_enabled"},
    {403, R"({"error":{"code":"extension_not_enabled"}})", AnswerKind::Suspended,
     AnswerKind::Suspended, "extension_not_enabled"},
    {403, R"({"code":"extension_not_enabled","message":"m"})", AnswerKind::Suspended,
     AnswerKind::Suspended, "extension_not_enabled"},
    {403, R"({"error":"lock_ended"})", AnswerKind::SessionEnded, AnswerKind::SessionEnded,
     "lock_ended"},
    {403, R"({"error":"pillory_not_active"})", AnswerKind::Rejected, AnswerKind::Rejected,
     "pillory_not_active"},
    {403, kHtml, AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {403, "Forbidden", AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {403, R"({"error":"exten)", AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {404, "", AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {404, "{}", AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {404, kHtml, AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {404, R"({"error":"Not Found"})", AnswerKind::HostFault, AnswerKind::HostFault, ""},
    {404, R"({"error":"session_not_found"})", AnswerKind::SessionEnded, AnswerKind::SessionEnded,
     "session_not_found"},
    {404, R"({"error":"pillory_not_active"})", AnswerKind::Rejected, AnswerKind::Rejected,
     "pillory_not_active"},
    {409, R"({"error":"lock_ended"})", AnswerKind::SessionEnded, AnswerKind::SessionEnded,
     "lock_ended"},
    {409, R"({"error":"no_active_lock_session"})", AnswerKind::SessionEnded,
     AnswerKind::SessionEnded, "no_active_lock_session"},
    {409, R"({"error":"pillory_not_active"})", AnswerKind::Rejected, AnswerKind::Rejected,
     "pillory_not_active"},
    {409, "", AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {409, kHtml, AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {408, "", AnswerKind::Throttled, AnswerKind::Throttled, ""},
    {425, "", AnswerKind::Throttled, AnswerKind::Throttled, ""},
    {429, kHtml, AnswerKind::Throttled, AnswerKind::Throttled, ""},
    {429, R"({"error":"rate_limited"})", AnswerKind::Throttled, AnswerKind::Throttled,
     "rate_limited"},
    {400, R"({"error":"pillory_not_enabled"})", AnswerKind::Rejected, AnswerKind::Rejected,
     "pillory_not_enabled"},
    {400, "", AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {400, kHtml, AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {402, "", AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {405, "", AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {410, R"({"error":"lock_ended"})", AnswerKind::SessionEnded, AnswerKind::SessionEnded,
     "lock_ended"},
    {413, "", AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {422, R"({"code":"validation_error"})", AnswerKind::Rejected, AnswerKind::Rejected,
     "validation_error"},
    {499, "", AnswerKind::Rejected, AnswerKind::Rejected, ""},
    {0, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {100, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {101, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {199, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {300, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {302, kHtml, AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {304, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {307, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {500, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {500, R"({"error":"lock_ended"})", AnswerKind::Unknown, AnswerKind::HostFault, "lock_ended"},
    {502, kHtml, AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {503, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {504, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {599, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {600, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {999, "", AnswerKind::Unknown, AnswerKind::HostFault, ""},
    {200, "", AnswerKind::Applied, AnswerKind::HostFault, ""},
    {200, kHtml, AnswerKind::Applied, AnswerKind::HostFault, ""},
    {200, R"({"error":"lock_ended"})", AnswerKind::Applied, AnswerKind::HostFault, ""},
    {201, R"({"ok":tr)", AnswerKind::Applied, AnswerKind::HostFault, ""},
    {204, "", AnswerKind::Applied, AnswerKind::HostFault, ""},
    {299, "{}", AnswerKind::Applied, AnswerKind::HostFault, ""},
};

// Whose code decides, and cannot be told when its body broke off.
bool is_told_by_its_body(const StatusCase& one) {
    return (one.status == 403 || one.status == 409) && one.body[0] != '{';
}

TEST(Interpret, StatusAndBody_Table) {
    for (const StatusCase& one : kTable) {
        for (const bool complete : {true, false}) {
            if (!complete && is_told_by_its_body(one)) continue;
            const auto outcome = answered(one.status, one.body, complete);
            const Answer write = of_write(outcome);
            EXPECT_STREQ(to_string(write.kind), to_string(one.write))
                << one.status << " " << one.body;
            EXPECT_EQ(write.code, one.code) << one.status << " " << one.body;
            EXPECT_EQ(write.http_status, one.status);
            EXPECT_EQ(write.elapsed, 42ms);
            const Answer read = of_read(outcome);
            EXPECT_STREQ(to_string(read.kind), to_string(one.read))
                << one.status << " " << one.body;
            const bool unreadable = one.write == AnswerKind::Applied;
            EXPECT_EQ(read.code, unreadable ? "unreadable_context" : one.code);
        }
    }
}

TEST(Interpret, RefusalWhoseBodyBrokeOff_IsTheHostsFaultAndNotTheTokensOrTheLocks) {
    for (const int status : {403, 409}) {
        for (const char* body :
             {"", "{", R"({"error":"lock_en)", R"({"error":"extension_not_ena)"}) {
            const auto cut = answered(status, body, false);
            EXPECT_EQ(of_write(cut).kind, AnswerKind::HostFault) << status << body;
            EXPECT_EQ(of_read(cut).kind, AnswerKind::HostFault) << status << body;
        }
        const auto told = answered(status, R"({"error":"lock_ended"})", false);
        EXPECT_EQ(of_write(told).kind, AnswerKind::SessionEnded) << "all that mattered had come";
    }
}

struct FailureCase {
    ErrorCode code;
    bool bytes_sent;
    AnswerKind write;
    AnswerKind read;
};

TEST(Interpret, NoResponse_Table) {
    const FailureCase cases[] = {
        {ErrorCode::CannotConnect, false, AnswerKind::NotSent, AnswerKind::NotSent},
        {ErrorCode::TimedOut, false, AnswerKind::NotSent, AnswerKind::NotSent},
        {ErrorCode::Cancelled, false, AnswerKind::NotSent, AnswerKind::NotSent},
        {ErrorCode::InvalidArgument, false, AnswerKind::NotSent, AnswerKind::NotSent},
        {ErrorCode::Interrupted, false, AnswerKind::NotSent, AnswerKind::NotSent},
        {ErrorCode::TimedOut, true, AnswerKind::Unknown, AnswerKind::HostFault},
        {ErrorCode::Interrupted, true, AnswerKind::Unknown, AnswerKind::HostFault},
        {ErrorCode::Malformed, true, AnswerKind::Unknown, AnswerKind::HostFault},
        {ErrorCode::Cancelled, true, AnswerKind::Unknown, AnswerKind::NotSent},
    };
    for (const FailureCase& one : cases) {
        const auto outcome = broken(one.code, one.bytes_sent);
        EXPECT_STREQ(to_string(of_write(outcome).kind), to_string(one.write))
            << to_string(one.code);
        EXPECT_STREQ(to_string(of_read(outcome).kind), to_string(one.read)) << to_string(one.code);
        EXPECT_EQ(of_write(outcome).code, to_string(one.code));
        EXPECT_EQ(of_write(outcome).http_status, 0);
        EXPECT_EQ(of_write(outcome).detail, "it broke");
    }
}

TEST(Interpret, ReadableContext_IsHandedOn) {
    const auto outcome = answered(200, R"({"role":"wearer","lockData":{"frozen":false}})");
    const auto result = interpret_read(outcome, redaction(), kAnsweredAt);
    EXPECT_EQ(result.answer.kind, AnswerKind::Applied);
    ASSERT_TRUE(result.context);
    EXPECT_EQ(result.context->role, "wearer");
    EXPECT_EQ(result.context->lock.at, kAnsweredAt);
}

TEST(Interpret, RetryAfter_IsRelativeToTheAnswersOwnDate) {
    auto outcome = answered(429, "");
    outcome.response->headers.add("Retry-After", "Sun, 06 Nov 1994 09:00:00 GMT");
    EXPECT_EQ(of_write(outcome).retry_after, 10min + 23s);
    outcome.response->headers.add("Date", "Sun, 06 Nov 1994 08:59:00 GMT");
    EXPECT_EQ(of_write(outcome).retry_after, 60s);
    EXPECT_EQ(of_write(outcome).server_time, kAnsweredAt + 9min + 23s);
}

TEST(Interpret, RetryAfterInSeconds_IsPassedOnUnclamped) {
    auto outcome = answered(429, "");
    outcome.response->headers.add("Retry-After", "86400");
    EXPECT_EQ(of_write(outcome).retry_after, 24h);
}

TEST(Interpret, TimeHeadersThatMakeNoSense_AreAbsent) {
    auto outcome = answered(429, "");
    outcome.response->headers.add("Retry-After", "later");
    outcome.response->headers.add("Date", "today");
    EXPECT_FALSE(of_write(outcome).retry_after);
    EXPECT_FALSE(of_write(outcome).server_time);
}

TEST(Interpret, DateOfASuccess_IsReadForTheSkew) {
    auto outcome = answered(200, "");
    outcome.response->headers.add("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(of_write(outcome).server_time, kAnsweredAt);
}

TEST(Interpret, SecretsEchoedAnywhere_AreInNoAnswer) {
    const char* bodies[] = {
        "token launch-token-secret of dev-key-secret",
        R"({"error":"launch-token-secret"})",
        R"({"error":"dev-key-secret","message":"dev-key-secret"})",
        R"({"error":{"code":"x","message":"bad launch-token-secret"}})",
        R"({"token":"launch\u002dtoken\u002dsecret"})",
        "<p>dev-key-secret</p> launch-token-sec",
        R"({"error":"launch-token-sec"})",
    };
    for (const char* body : bodies) {
        for (const int status : {200, 302, 400, 401, 403, 404, 409, 429, 500}) {
            for (const Answer& answer :
                 {of_write(answered(status, body)), of_read(answered(status, body, false))}) {
                const std::string shown = answer.code + " " + answer.detail;
                EXPECT_EQ(shown.find("token-sec"), std::string::npos) << shown;
                EXPECT_EQ(shown.find("dev-key"), std::string::npos) << shown;
            }
        }
    }
    auto failed = broken(ErrorCode::Interrupted, true);
    failed.error.detail = "while sending dev-key-secret";
    EXPECT_EQ(of_write(failed).detail, "while sending [redacted]");
}

}  // namespace
