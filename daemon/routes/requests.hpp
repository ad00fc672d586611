// What the bodies of requests other than an enrolment ask for. Errors as of parse_body, and
// InvalidArgument with the wrong field's path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cadence/error.hpp"
#include "cadence/secret.hpp"
#include "engine/docket.hpp"
#include "engine/intake.hpp"
#include "engine/outbox.hpp"

namespace cadenced::wire {

inline constexpr std::size_t kLongestId = 128;
inline constexpr std::size_t kLongestReason = 500;
inline constexpr std::int64_t kLargestAmount = 1'000'000;

struct LaunchRequest {
    cadence::Secret token;
    std::optional<cadence::Instant> token_exp;
    cadence::Instant launched_at;  // `now` when it was left out
    std::optional<std::string> timezone;
};

// A launch more than 5 minutes after `now` is refused. No error repeats the token.
[[nodiscard]] cadence::Result<LaunchRequest> parse_launch(const std::string& body,
                                                          cadence::Instant now);

// `what`: what an error calls the text.
[[nodiscard]] cadence::Result<engine::Proof> parse_proof(const std::string& body,
                                                         std::string_view what = "the body");
// The well-formed id of a proof that is otherwise wrong; empty when there is none.
[[nodiscard]] std::string find_proof_id(const std::string& body);

struct PauseRequest {
    cadence::Instant until;
    std::string reason;
};

// `until` lies after `now` and at most 366 days away.
[[nodiscard]] cadence::Result<PauseRequest> parse_pause(const std::string& body,
                                                        cadence::Instant now);

// {"reason"}, which is required.
[[nodiscard]] cadence::Result<std::string> parse_reason(const std::string& body);
// {"reason"?} or no body at all; empty when there is none.
[[nodiscard]] cadence::Result<std::string> parse_optional_reason(const std::string& body);

struct SettleRequest {
    engine::Settlement outcome{engine::Settlement::Applied};
    std::string reason;
};
[[nodiscard]] cadence::Result<SettleRequest> parse_settle(const std::string& body);

struct BulkWaiveRequest {
    engine::BulkFilter filter;  // not empty
    std::string reason;
};
[[nodiscard]] cadence::Result<BulkWaiveRequest> parse_bulk_waive(const std::string& body);

struct BulkSettleRequest {
    engine::BulkFilter filter;  // not empty
    SettleRequest settle;
};
[[nodiscard]] cadence::Result<BulkSettleRequest> parse_bulk_settle(const std::string& body);

[[nodiscard]] cadence::Result<engine::BackfillRange> parse_backfill(const std::string& body);

}  // namespace cadenced::wire
