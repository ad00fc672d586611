#include "daemon/routes/answers.hpp"
#include "daemon/routes/page_json.hpp"
#include "daemon/routes/requirement_json.hpp"
#include "daemon/routes/rfc3339.hpp"

namespace cadenced::wire {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const engine::RequirementRecord& requirement) {
    ordered_json object{{"metric", requirement.metric}, {"enabled", requirement.enabled}};
    add_rules(object, requirement.rules);
    object["activeFrom"] = to_text(requirement.active_from);
    object["enrolledAt"] = to_text(requirement.enrolled_at);
    object["punishPast"] = requirement.punish_past;
    object["generation"] = requirement.generation;
    object["openWindow"] = nullptr;
    if (requirement.open) object["openWindow"] = wire::to_json(*requirement.open);
    return object;
}

ordered_json to_json(const std::optional<engine::WaitingRecord>& waiting) {
    if (!waiting) return nullptr;
    return {{"since", to_text(waiting->since)},
            {"deliveries", waiting->deliveries},
            {"proofs", waiting->proofs}};
}

}  // namespace

ordered_json to_json(const engine::SessionRecord& session) {
    ordered_json requirements = ordered_json::array();
    for (const auto& requirement : session.requirements) {
        requirements.push_back(to_json(requirement));
    }
    return {{"id", session.id.value},
            {"platform", session.platform},
            {"state", session.state},
            {"reason", text_or_null(session.reason)},
            {"timezone", session.timezone},
            {"timezoneSource", session.timezone_source},
            {"pausedUntil", time_or_null(session.paused_until)},
            {"pauseReason", text_or_null(session.pause_reason)},
            {"tokenExpiresAt", time_or_null(session.token_expires_at)},
            {"contextSeenAt", time_or_null(session.context_seen_at)},
            {"waiting", to_json(session.waiting)},
            {"createdAt", to_text(session.created_at)},
            {"requirements", std::move(requirements)}};
}

net::HttpReply answer(int status, const engine::SessionRecord& session) {
    return make_reply(status, to_json(session));
}

net::HttpReply answer(const engine::Page<engine::SessionRecord>& page) {
    return make_page_reply(page);
}

}  // namespace cadenced::wire
