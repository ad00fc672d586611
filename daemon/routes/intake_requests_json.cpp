// The bodies that bring facts: launches, proofs, pauses, ranges to judge again.
#include <nlohmann/json.hpp>

#include "daemon/routes/body_json.hpp"
#include "daemon/routes/fields.hpp"
#include "daemon/routes/launch_token.hpp"
#include "daemon/routes/plain_proof.hpp"
#include "daemon/routes/requests.hpp"

namespace cadenced::wire {
namespace {

using cadence::Error;

constexpr std::size_t kLongestMetric = 64;
constexpr IntegerRange kAmounts{1, kLargestAmount};
constexpr std::chrono::minutes kClockTolerance{5};
constexpr std::chrono::days kLongestPause{366};
constexpr auto kSessionShape = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ ~ -";
constexpr auto kProofShape = "must be 1 to 128 of the characters A-Z a-z 0-9 . _ : ~ -";
constexpr auto kMetricShape = "must be 1 to 64 of the characters A-Z a-z 0-9 _ : -";

cadence::Instant read_launched_at(const Fields& fields, cadence::Instant now) {
    const auto given = fields.find_instant("launchedAt");
    if (given && *given > now + kClockTolerance) {
        fields.note("launchedAt", "must not be more than 5 minutes in the future");
    }
    return std::min(given.value_or(now), now);
}

std::string read_metric(const Fields& fields) {
    auto metric = fields.text("metric", kLongestMetric);
    if (!cadence::is_metric(metric)) fields.note("metric", kMetricShape);
    return metric;
}

std::string read_session(const Fields& fields) {
    auto session = fields.text("sessionId", kLongestId);
    if (!cadence::is_session_id(session)) fields.note("sessionId", kSessionShape);
    return session;
}

}  // namespace

cadence::Result<LaunchRequest> parse_launch(const std::string& body, cadence::Instant now) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"mainToken", "launchedAt", "timezone"}, errors);
    LaunchRequest launch;
    std::string token = fields.text("mainToken", kLongestToken);
    if (!is_token(token)) {
        fields.note("mainToken", "must be printable ASCII without spaces, at most 16384 bytes");
    }
    launch.token_exp = find_token_expiry(token);
    launch.token = cadence::Secret(std::move(token));
    launch.launched_at = read_launched_at(fields, now);
    launch.timezone = fields.find_text("timezone", kLongestId);
    return errors.unless_noted(std::move(launch));
}

cadence::Result<engine::Proof> parse_proof(const std::string& body, std::string_view what) {
    if (auto plain = find_plain_proof(body)) return *std::move(plain);
    const auto parsed = parse_body(body, what);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"id", "sessionId", "metric", "amount", "happenedAt"}, errors);
    engine::Proof proof;
    proof.id = cadence::ProofId{fields.text("id", kLongestId)};
    if (!cadence::is_proof_id(proof.id.value)) fields.note("id", kProofShape);
    proof.session = cadence::SessionId{read_session(fields)};
    proof.metric = read_metric(fields);
    proof.amount = fields.find_integer("amount", kAmounts).value_or(1);
    proof.happened_at = fields.find_instant("happenedAt");
    return errors.unless_noted(std::move(proof));
}

std::string find_proof_id(const std::string& body) {
    const auto parsed = parse_body(body);
    if (!parsed || !parsed->contains("id") || !parsed->at("id").is_string()) return {};
    auto id = parsed->at("id").get<std::string>();
    return cadence::is_proof_id(id) ? id : std::string{};
}

cadence::Result<PauseRequest> parse_pause(const std::string& body, cadence::Instant now) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"until", "reason"}, errors);
    fields.need("until");
    PauseRequest pause;
    pause.until = fields.find_instant("until").value_or(now);
    if (pause.until <= now) fields.note("until", "must be in the future");
    if (pause.until > now + kLongestPause) fields.note("until", "must be at most a year away");
    pause.reason = fields.text("reason", kLongestReason);
    return errors.unless_noted(std::move(pause));
}

cadence::Result<engine::BackfillRange> parse_backfill(const std::string& body) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "",
                        {"from", "to", "sessionId", "metric", "dryRun", "plan", "punish"}, errors);
    if (fields.has("plan")) fields.note("plan", "is not supported by this version; leave it out");
    fields.need("from");
    fields.need("to");
    engine::BackfillRange range;
    range.from = fields.find_date("from").value_or(cadence::LocalDate{});
    range.to = fields.find_date("to").value_or(cadence::LocalDate{});
    if (range.to < range.from) fields.note("to", "must not be before from");
    if (fields.has("sessionId")) range.session = cadence::SessionId{read_session(fields)};
    if (fields.has("metric")) range.metric = read_metric(fields);
    range.dry_run = fields.find_flag("dryRun").value_or(false);
    range.punish = fields.find_flag("punish").value_or(false);
    return errors.unless_noted(std::move(range));
}

}  // namespace cadenced::wire
