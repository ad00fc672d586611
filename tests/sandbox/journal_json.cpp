#include <nlohmann/json.hpp>

#include "tests/sandbox/journal.hpp"

namespace sandbox {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson millis_or_null(const std::optional<Instant>& at) {
    return at ? OrderedJson(at->time_since_epoch().count()) : OrderedJson(nullptr);
}

OrderedJson text_or_null(const std::string& text) {
    return text.empty() ? OrderedJson(nullptr) : OrderedJson(text);
}

const char* outcome_of(const RequestRecord& record) {
    if (!record.read_completely) return "cut";
    if (!record.finished) return "pending";
    if (record.answered_at) return "answered";
    return record.client_gone ? "client_gone" : "dropped";
}

// Request lines and headers are the client's bytes and need not be UTF-8.
std::string dump(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

std::string to_json_text(const Effect& effect) {
    return dump(OrderedJson{{"sequence", effect.sequence},
                            {"atMs", effect.at.time_since_epoch().count()},
                            {"sessionId", effect.session},
                            {"source", effect.source},
                            {"kind", effect.kind},
                            {"params", OrderedJson::parse(effect.params, nullptr, false)},
                            {"request", effect.request},
                            {"connection", effect.connection},
                            {"idempotencyKey", text_or_null(effect.idempotency_key)},
                            {"requestId", text_or_null(effect.request_id)}});
}

std::string to_json_text(const RequestRecord& record) {
    return dump(OrderedJson{
        {"number", record.number},
        {"connection", record.connection},
        {"method", record.method},
        {"path", record.path},
        {"sessionId", record.call.session},
        {"endpoint", to_string(record.call.endpoint)},
        {"action", text_or_null(record.call.action)},
        {"receivedAtMs", record.received_at.time_since_epoch().count()},
        {"appliedAtMs", millis_or_null(record.applied_at)},
        {"answeredAtMs", millis_or_null(record.answered_at)},
        {"cutAt", record.cut_at ? OrderedJson(*record.cut_at) : OrderedJson(nullptr)},
        {"clientGone", record.client_gone},
        {"outcome", outcome_of(record)},
        {"status", record.status == 0 ? OrderedJson(nullptr) : OrderedJson(record.status)},
        {"code", text_or_null(record.code)},
        {"effect", record.effect ? OrderedJson(*record.effect) : OrderedJson(nullptr)},
        {"faults", record.faults},
        {"idempotencyKey", text_or_null(record.idempotency_key)},
        {"requestId", text_or_null(record.request_id)}});
}

}  // namespace sandbox
