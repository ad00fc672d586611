#include "daemon/routes/reply_json.hpp"

#include <nlohmann/json.hpp>

#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::ordered_json;

// What a platform sent may not be UTF-8; it is shown with replacement characters, never thrown at
// us.
std::string dump(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

net::HttpReply make_reply(int status, const ordered_json& body) {
    net::HttpReply reply;
    reply.status = status;
    reply.content_type = "application/json";
    reply.body = dump(body) + "\n";
    return reply;
}

std::string to_line(const ordered_json& value) { return dump(value) + "\n"; }

ordered_json time_or_null(const std::optional<cadence::Instant>& instant) {
    if (!instant) return nullptr;
    return to_text(*instant);
}

ordered_json text_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    return text;
}

}  // namespace cadenced::wire
