// The control API's lock sessions: what the wearer, the keyholder and the site do to them.
#include <fmt/format.h>

#include "tests/sandbox/context_json.hpp"
#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {
namespace {

using cadence::ErrorCode;
using Json = nlohmann::json;

constexpr std::int64_t kMostSeconds = 10LL * 365 * 86'400;

Millis seconds(std::int64_t count) { return Millis{count * 1000}; }

Json instant_or_null(const std::optional<Instant>& at) {
    if (!at) return nullptr;
    return *at == Instant::max() ? Json("without end") : Json(to_rfc3339(*at));
}

Json to_json(const Token& token, Instant now) {
    return {{"mainToken", token.value},
            {"launchedAt", to_rfc3339(token.launched_at)},
            {"expiresAt", to_rfc3339(token.expires_at)},
            {"live", is_live(token, now)}};
}

Json to_json(const Session& session, Instant now) {
    auto tokens = Json::array();
    for (auto const& token : session.tokens) tokens.push_back(to_json(token, now));
    auto const& lock = session.lock;
    bool const has_requirements = !session.extension_requirements.empty();
    return {
        {"id", session.id},
        {"role", session.role},
        {"ended", session.ended},
        {"extensionEnabled", session.extension_enabled},
        {"pilloryEnabled", session.pillory_enabled},
        {"removeTimeAllowed", session.remove_time_allowed},
        {"contextUnder", session.context_under_data ? Json("data") : Json(nullptr)},
        {"errorShape", session.error_shape ? Json(to_string(*session.error_shape)) : Json(nullptr)},
        {"omitLockData", session.omitted_lock_data},
        {"lockData", lock_data(session, now)},
        {"frozenUntil", lock.frozen(now) ? instant_or_null(lock.frozen_until()) : Json(nullptr)},
        {"pilloryUntil",
         lock.in_pillory(now) ? instant_or_null(lock.pillory_until()) : Json(nullptr)},
        {"extensionRequirements",
         has_requirements ? Json::parse(session.extension_requirements) : Json(nullptr)},
        {"progress", session.progress},
        {"metadata", Json::parse(session.metadata)},
        {"state", Json::parse(session.state)},
        {"tokens", tokens}};
}

void read_time(Session& session, Fields& fields, Instant now) {
    auto& lock = session.lock;
    if (auto const remaining = fields.integer("timeRemainingSeconds", 0, kMostSeconds)) {
        lock.set_remaining(now, seconds(*remaining));
    }
    if (fields.is_null("maxTimeRemainingSeconds")) lock.set_max_remaining(now, std::nullopt);
    if (auto const most = fields.integer("maxTimeRemainingSeconds", 0, kMostSeconds)) {
        lock.set_max_remaining(now, seconds(*most));
    }
    if (auto const frozen = fields.flag("frozen")) {
        if (*frozen) lock.freeze_without_end(now);
        if (!*frozen) lock.unfreeze(now);
    }
    if (auto const frozen = fields.integer("frozenSeconds", 1, kMostSeconds)) {
        lock.unfreeze(now);
        lock.freeze(now, seconds(*frozen));
    }
    if (auto const pillory = fields.integer("pillorySeconds", 0, kMostSeconds)) {
        lock.end_pillory(now);
        if (*pillory > 0) lock.start_pillory(now, seconds(*pillory));
    }
}

void read_flags(Session& session, Fields& fields) {
    session.ended = fields.flag("ended").value_or(session.ended);
    session.extension_enabled = fields.flag("extensionEnabled").value_or(session.extension_enabled);
    session.pillory_enabled = fields.flag("pilloryEnabled").value_or(session.pillory_enabled);
    session.remove_time_allowed =
        fields.flag("removeTimeAllowed").value_or(session.remove_time_allowed);
    if (auto const role = fields.text("role")) {
        if (*role != "wearer" && *role != "keyholder") {
            fields.complain("role", "must be wearer or keyholder");
        }
        session.role = *role;
    }
    if (fields.is_null("extensionRequirements")) session.extension_requirements.clear();
    if (auto const* requirements = fields.object("extensionRequirements")) {
        session.extension_requirements = requirements->dump();
    }
}

void read_shapes(Session& session, Fields& fields) {
    if (fields.is_null("errorShape")) session.error_shape.reset();
    if (auto const shape = fields.text("errorShape")) {
        session.error_shape = parse_error_shape(*shape);
        if (!session.error_shape) {
            fields.complain("errorShape", "must be flat, nested, plain, empty or html");
        }
    }
    if (fields.is_null("contextUnder")) session.context_under_data = false;
    if (auto const under = fields.text("contextUnder")) {
        if (*under != "data") fields.complain("contextUnder", "must be \"data\" or null");
        session.context_under_data = true;
    }
    auto const* omitted = fields.find("omitLockData");
    if (omitted == nullptr) return;
    session.omitted_lock_data.clear();
    for (auto const& name : omitted->is_array() ? *omitted : Json::array({Json()})) {
        if (!name.is_string()) return fields.complain("omitLockData", "must be an array of names");
        session.omitted_lock_data.push_back(name.get<std::string>());
    }
}

// On a copy: a body with one wrong field changes nothing.
cadence::Result<Session> changed(Session session, Fields& fields, Instant now) {
    read_time(session, fields, now);
    read_flags(session, fields);
    read_shapes(session, fields);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    return session;
}

cadence::Result<Session*> session_of(ControlCall& call) {
    auto const& id = call.segments.at(1);
    if (auto* const session = find_session(call.platform, id)) return session;
    return cadence::fail(ErrorCode::NotFound, fmt::format("there is no lock session {}", id), "id");
}

}  // namespace

ControlResult list_sessions(ControlCall& call) {
    auto ids = Json::array();
    for (auto const& [id, session] : call.platform.sessions) ids.push_back(id);
    return json_reply(200, {{"items", ids}});
}

ControlResult create_session(ControlCall& call) {
    constexpr std::int64_t kWeek = 604'800;
    Fields fields(call.body);
    fields.require("id");
    auto const id = fields.text("id").value_or("");
    if (id.empty() || id.size() > 128) fields.complain("id", "must have 1 to 128 characters");
    auto session = changed(Session(id, Lock(call.now, seconds(kWeek))), fields, call.now);
    if (!session) return tl::unexpected(session.error());
    auto const [place, is_new] = call.platform.sessions.emplace(id, std::move(*session));
    if (!is_new) {
        return cadence::fail(ErrorCode::Conflict,
                             fmt::format("the lock session {} exists; PATCH it", id), "id");
    }
    return json_reply(201, to_json(place->second, call.now));
}

ControlResult show_session(ControlCall& call) {
    auto const session = session_of(call);
    if (!session) return tl::unexpected(session.error());
    return json_reply(200, to_json(**session, call.now));
}

ControlResult change_session(ControlCall& call) {
    auto const session = session_of(call);
    if (!session) return tl::unexpected(session.error());
    Fields fields(call.body);
    auto result = changed(**session, fields, call.now);
    if (!result) return tl::unexpected(result.error());
    **session = std::move(*result);
    return json_reply(200, to_json(**session, call.now));
}

ControlResult launch_session(ControlCall& call) {
    constexpr std::int64_t kTenHours = 36'000;
    auto const session = session_of(call);
    if (!session) return tl::unexpected(session.error());
    Fields fields(call.body);
    auto const life = fields.integer("lifeSeconds", 0, 30LL * 86'400).value_or(kTenHours);
    auto const format = fields.text("format").value_or("opaque");
    auto const revoke_others = fields.flag("revokeOthers").value_or(false);
    if (format != "opaque" && format != "jwt") fields.complain("format", "must be opaque or jwt");
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    if (revoke_others) {
        for (auto& token : (*session)->tokens) token.revoked = true;
    }
    auto const kind = format == "jwt" ? TokenFormat::Jwt : TokenFormat::Opaque;
    auto const& token = launch(call.platform, **session, kind, seconds(life), call.now);
    return json_reply(201, {{"mainToken", token.value},
                            {"sessionId", (*session)->id},
                            {"launchedAt", to_rfc3339(token.launched_at)},
                            {"expiresAt", to_rfc3339(token.expires_at)}});
}

ControlResult revoke_tokens(ControlCall& call) {
    auto const session = session_of(call);
    if (!session) return tl::unexpected(session.error());
    Fields fields(call.body);
    auto const only = fields.text("mainToken");
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    int revoked = 0;
    for (auto& token : (*session)->tokens) {
        if (token.revoked || (only && token.value != *only)) continue;
        token.revoked = true;
        ++revoked;
    }
    return json_reply(200, {{"revoked", revoked}});
}

}  // namespace sandbox
