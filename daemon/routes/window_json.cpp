#include "daemon/routes/answers.hpp"
#include "daemon/routes/page_json.hpp"
#include "daemon/routes/requirement_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const engine::ProofRecord& proof) {
    ordered_json object{{"id", proof.id.value},
                        {"amount", proof.amount},
                        {"happenedAt", to_text(proof.happened_at)},
                        {"receivedAt", to_text(proof.received_at)},
                        {"counted", proof.counted},
                        {"reason", text_or_null(proof.reason)},
                        {"deliveryId", nullptr}};
    if (proof.delivery) object["deliveryId"] = std::to_string(proof.delivery->value);
    return object;
}

template <class Record, class Convert>
ordered_json list_of(const std::vector<Record>& records, Convert convert) {
    ordered_json list = ordered_json::array();
    for (const Record& record : records) list.push_back(convert(record));
    return list;
}

}  // namespace

ordered_json to_json(const engine::WindowRecord& window) {
    ordered_json object{{"id", std::to_string(window.id.value)},
                        {"sessionId", window.session.value},
                        {"metric", window.metric},
                        {"index", window.index},
                        {"start", to_text(window.start)},
                        {"end", to_text(window.end)},
                        {"localStart", to_text(window.local_start)},
                        {"localEnd", to_text(window.local_end)},
                        {"zone", window.zone},
                        {"requiredCount", window.required_count},
                        {"count", window.count},
                        {"verdict", nullptr},
                        {"reason", nullptr},
                        {"judgeAt", to_text(window.judge_at)}};
    if (window.verdict) {
        object["verdict"] = cadence::to_string(window.verdict->kind);
        object["reason"] = text_or_null(window.verdict->reason);
    }
    return object;
}

net::HttpReply answer(const engine::Page<engine::WindowRecord>& page) {
    return make_page_reply(page);
}

net::HttpReply answer(const engine::WindowExplained& explained) {
    ordered_json rules = ordered_json::object();
    add_rules(rules, explained.rules);
    ordered_json body = to_json(explained.window);
    body["zoneVersion"] = explained.window.zone_version;
    body["generation"] = explained.window.generation;
    body["rules"] = std::move(rules);
    body["proofs"] =
        list_of(explained.proofs, [](const engine::ProofRecord& proof) { return to_json(proof); });
    body["deliveries"] = list_of(explained.deliveries, [](const engine::DeliveryRecord& delivery) {
        return wire::to_json(delivery);
    });
    return make_reply(200, body);
}

}  // namespace cadenced::wire
