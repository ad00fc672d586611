#include "daemon/routes/answers.hpp"
#include "daemon/routes/page_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using cadence::WriteKind;
using nlohmann::ordered_json;

// What is punished with, also where the write takes it back.
const char* punishment_type(WriteKind kind) {
    switch (kind) {
        case WriteKind::AddTime:
        case WriteKind::RemoveTime:
            return "add_time";
        case WriteKind::Freeze:
        case WriteKind::Unfreeze:
            return "freeze";
        case WriteKind::Pillory:
        case WriteKind::PilloryEnd:
            return "pillory";
        case WriteKind::Progress:
            break;
    }
    return "none";
}

void add_content(ordered_json& object, const cadence::Write& write) {
    object["write"] = cadence::to_string(write.kind);
    if (write.kind == WriteKind::Progress) {
        object["key"] = write.key;
        object["amount"] = write.amount;
        return;
    }
    object["punishment"] = {{"type", punishment_type(write.kind)},
                            {"seconds", write.seconds.count()}};
    if (!write.reason.empty()) object["punishment"]["reason"] = write.reason;
}

template <class Value>
ordered_json value_or_null(const std::optional<Value>& value) {
    if (!value) return nullptr;
    return *value;
}

ordered_json to_json(const engine::LockReading& reading) {
    return {{"at", to_text(reading.at)},
            {"frozen", value_or_null(reading.frozen)},
            {"timeRemainingSeconds", value_or_null(reading.time_remaining_seconds)},
            {"timeLockedSeconds", value_or_null(reading.time_locked_seconds)},
            {"tookMs", reading.took.count()},
            {"platformTime", time_or_null(reading.platform_time)}};
}

ordered_json to_json(const cadence::Band& band) { return {band.least, band.most}; }

// A reading, what it says of the write, and the remaining times that it was compared with.
ordered_json to_json(const engine::SettlingReading& seen, const cadence::Write& write,
                     const std::optional<engine::LockReading>& baseline) {
    const engine::LockReading& reading = seen.reading;
    ordered_json object = to_json(reading);
    object["othersSeconds"] = reading.others_seconds;
    object["says"] = seen.says;
    object["expected"] = nullptr;
    if (!baseline) return object;
    const auto without = cadence::expected_band(write, *baseline, reading, 0);
    const auto with = cadence::expected_band(write, *baseline, reading, 1);
    if (without && with) {
        object["expected"] = {{"notApplied", to_json(*without)}, {"applied", to_json(*with)}};
    }
    return object;
}

ordered_json to_json(const engine::SettlementRecord& settlement, const cadence::Write& write,
                     const std::optional<engine::LockReading>& baseline) {
    ordered_json object{{"givenUpAt", to_text(settlement.given_up_at)},
                        {"outcome", text_or_null(settlement.outcome)},
                        {"because", text_or_null(settlement.because)},
                        {"readings", ordered_json::array()}};
    for (const auto& reading : settlement.readings) {
        object["readings"].push_back(to_json(reading, write, baseline));
    }
    return object;
}

ordered_json to_json(const engine::AttemptRecord& attempt, const cadence::Write& write) {
    ordered_json object{{"number", attempt.number},
                        {"at", to_text(attempt.at)},
                        {"outcome", attempt.outcome},
                        {"httpStatus", nullptr},
                        {"code", text_or_null(attempt.code)},
                        {"detail", text_or_null(attempt.detail)},
                        {"durationMs", nullptr},
                        {"baseline", nullptr},
                        {"settlement", nullptr}};
    if (attempt.http_status != 0) object["httpStatus"] = attempt.http_status;
    if (attempt.duration) object["durationMs"] = attempt.duration->count();
    if (attempt.baseline) object["baseline"] = to_json(*attempt.baseline);
    if (attempt.settlement) {
        object["settlement"] = to_json(*attempt.settlement, write, attempt.baseline);
    }
    return object;
}

}  // namespace

ordered_json to_json(const engine::DeliveryRecord& delivery) {
    ordered_json object{{"id", std::to_string(delivery.id.value)},
                        {"sessionId", delivery.session.value},
                        {"metric", delivery.metric},
                        {"kind", cadence::to_string(delivery.kind)},
                        {"windowId", std::to_string(delivery.window.value)},
                        {"state", cadence::to_string(delivery.state)},
                        {"reason", text_or_null(delivery.reason)},
                        {"wanted", delivery.wanted}};
    add_content(object, delivery.write);
    object["createdAt"] = to_text(delivery.created_at);
    object["updatedAt"] = to_text(delivery.updated_at);
    object["dueAt"] = time_or_null(delivery.due_at);
    object["attempts"] = ordered_json::array();
    for (const auto& attempt : delivery.attempts) {
        object["attempts"].push_back(to_json(attempt, delivery.write));
    }
    return object;
}

net::HttpReply answer(const engine::DeliveryRecord& delivery) {
    return make_reply(200, to_json(delivery));
}

net::HttpReply answer(const engine::Page<engine::DeliveryRecord>& page) {
    return make_page_reply(page);
}

}  // namespace cadenced::wire
