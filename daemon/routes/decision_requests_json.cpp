// The bodies that carry a person's decision about deliveries.
#include <nlohmann/json.hpp>

#include "daemon/routes/body_json.hpp"
#include "daemon/routes/fields.hpp"
#include "daemon/routes/requests.hpp"

namespace cadenced::wire {
namespace {

using cadence::Error;
using nlohmann::json;

SettleRequest read_settle(const Fields& fields) {
    fields.need("outcome");
    SettleRequest settle;
    settle.outcome =
        fields.find_word("outcome", kSettlements).value_or(engine::Settlement::Applied);
    settle.reason = fields.text("reason", kLongestReason);
    return settle;
}

// An empty filter would mean everything, which nobody should say by leaving something out.
engine::BulkFilter read_filter(const Fields& body, FirstError& errors) {
    engine::BulkFilter filter;
    body.need("filter");
    const json* const object = body.find_object("filter");
    if (object == nullptr) return filter;
    const Fields fields(*object, "filter", {"sessionId", "kind", "state"}, errors);
    if (const auto session = fields.find_text("sessionId", kLongestId)) {
        if (!cadence::is_session_id(*session)) {
            fields.note("sessionId", "must be 1 to 128 of the characters A-Z a-z 0-9 . _ ~ -");
        }
        filter.session = cadence::SessionId{*session};
    }
    filter.kind = fields.find_word("kind", kDeliveryKinds);
    filter.state = fields.find_word("state", kDeliveryStates);
    if (filter.empty()) body.note("filter", "must name at least one of sessionId, kind, state");
    return filter;
}

}  // namespace

cadence::Result<std::string> parse_reason(const std::string& body) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"reason"}, errors);
    return errors.unless_noted(fields.text("reason", kLongestReason));
}

cadence::Result<std::string> parse_optional_reason(const std::string& body) {
    if (body.empty()) return std::string{};
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"reason"}, errors);
    const auto reason = fields.find_text("reason", kLongestReason);
    return errors.unless_noted(reason.value_or(""));
}

cadence::Result<SettleRequest> parse_settle(const std::string& body) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"outcome", "reason"}, errors);
    return errors.unless_noted(read_settle(fields));
}

cadence::Result<BulkWaiveRequest> parse_bulk_waive(const std::string& body) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"filter", "reason"}, errors);
    BulkWaiveRequest request;
    request.filter = read_filter(fields, errors);
    request.reason = fields.text("reason", kLongestReason);
    return errors.unless_noted(std::move(request));
}

cadence::Result<BulkSettleRequest> parse_bulk_settle(const std::string& body) {
    const auto parsed = parse_body(body);
    if (!parsed) return tl::unexpected<Error>(parsed.error());
    FirstError errors;
    const Fields fields(*parsed, "", {"filter", "outcome", "reason"}, errors);
    BulkSettleRequest request;
    request.filter = read_filter(fields, errors);
    request.settle = read_settle(fields);
    return errors.unless_noted(std::move(request));
}

}  // namespace cadenced::wire
