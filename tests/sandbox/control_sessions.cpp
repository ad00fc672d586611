// The control API's lock sessions: what the wearer, the keyholder and the site do to them.
#include <fmt/format.h>

#include "tests/sandbox/context_json.hpp"
#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/people.hpp"
#include "tests/sandbox/session_change.hpp"

namespace sandbox {
namespace {

using cadence::ErrorCode;
using Json = nlohmann::json;

Json instant_or_null(const std::optional<Instant>& at) {
    if (!at) return nullptr;
    return *at == Instant::max() ? Json("without end") : Json(to_rfc3339(*at));
}

Json to_json(const Token& token, Instant now) {
    return {{"mainToken", token.value},
            {"launchedAt", to_rfc3339(token.launched_at)},
            {"expiresAt", to_rfc3339(token.expires_at)},
            {"live", is_live(token, now)},
            {"diesAt", token.dies_at ? Json(to_rfc3339(*token.dies_at)) : Json(nullptr)},
            {"usesLeft", token.uses_left ? Json(*token.uses_left) : Json(nullptr)}};
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
        {"nullLockData", session.null_lock_data},
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

// How a token dies before the time that its launch told.
struct Death {
    std::optional<Instant> at;
    std::optional<std::int64_t> uses;

    bool befall(Token& token) const {
        if (at) token.dies_at = at;
        if (uses) token.uses_left = uses;
        return at || uses;
    }
};

Death read_death(Fields& fields, Instant now, const char* by_time, const char* by_uses) {
    Death death;
    if (auto const wait = fields.number(by_time, 0, 30 * 86'400.0)) {
        death.at = now + Millis{static_cast<std::int64_t>(*wait * 1000)};
    }
    death.uses = fields.integer(by_uses, 0, 1'000'000'000);
    return death;
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
    auto const id = fields.text("id").value_or("");
    if (id.empty() || id.size() > 128) fields.complain("id", "must have 1 to 128 characters");
    auto session =
        changed(Session(id, Lock(call.now, std::chrono::seconds(kWeek))), fields, call.now);
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
    auto const death = read_death(fields, call.now, "dieAfterSeconds", "dieAfterUses");
    auto const format = fields.text("format").value_or("opaque");
    auto const revoke_others = fields.flag("revokeOthers").value_or(false);
    if (format != "opaque" && format != "jwt") fields.complain("format", "must be opaque or jwt");
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    if (revoke_others) {
        for (auto& token : (*session)->tokens) token.revoked = true;
    }
    auto const kind = format == "jwt" ? TokenFormat::Jwt : TokenFormat::Opaque;
    launch(call.platform, **session, kind, std::chrono::seconds(life), call.now);
    auto& token = (*session)->tokens.back();
    death.befall(token);
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
    auto const death = read_death(fields, call.now, "afterSeconds", "afterUses");
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    int revoked = 0;
    for (auto& token : (*session)->tokens) {
        if (token.revoked || (only && token.value != *only)) continue;
        if (!death.befall(token)) token.revoked = true;
        ++revoked;
    }
    return json_reply(200, {{"revoked", revoked}});
}

}  // namespace sandbox
