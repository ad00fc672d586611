#include <nlohmann/json.hpp>

#include "platform/chastify/wire.hpp"

namespace chastify {
namespace {

using cadence::SessionId;
using cadence::Write;
using cadence::WriteKind;
// Ordered, so that a request reads as its documentation does.
using OrderedJson = nlohmann::ordered_json;

bool is_unreserved(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string percent_encoded(const std::string& text) {
    constexpr char kDigits[] = "0123456789ABCDEF";
    const bool is_dots = text == "." || text == "..";
    std::string result;
    for (const char c : text) {
        if (is_unreserved(c) && !is_dots) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
    return result;
}

OrderedJson params_of(const Write& write) {
    switch (write.kind) {
        case WriteKind::AddTime:
        case WriteKind::RemoveTime:
            return write.seconds.count();
        case WriteKind::Freeze:
            return {{"durationSeconds", write.seconds.count()}};
        case WriteKind::Pillory: {
            OrderedJson params{{"durationSeconds", write.seconds.count()}};
            if (!write.reason.empty()) params["reason"] = write.reason;
            return params;
        }
        case WriteKind::Progress:
        case WriteKind::Unfreeze:
        case WriteKind::PilloryEnd:
            break;
    }
    return OrderedJson::object();
}

std::string to_text(const OrderedJson& json) {
    return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

std::string context_target(const SessionId& session) {
    return "/api/extensions/sessions/" + percent_encoded(session.value);
}

Call call_of(const SessionId& session, const Write& write) {
    const std::string base = context_target(session);
    if (write.kind == WriteKind::Progress) {
        const OrderedJson body{{"key", write.key}, {"amount", write.amount}};
        return {base + "/requirements/progress", to_text(body)};
    }
    const OrderedJson body{{"name", to_string(write.kind)}, {"params", params_of(write)}};
    return {base + "/action", to_text(body)};
}

}  // namespace chastify
