#include "tests/sandbox/control_api.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/reference.hpp"

namespace sandbox {
namespace {

using cadence::ErrorCode;
using Json = nlohmann::json;

cadence::Result<std::string> key_of(ControlCall& call) {
    Fields fields(call.body);
    auto key = fields.text("key").value_or("");
    if (key.empty()) fields.complain("key", "must not be empty");
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    return key;
}

ControlResult add_key(ControlCall& call) {
    auto const key = key_of(call);
    if (!key) return tl::unexpected(key.error());
    call.platform.keys.insert(*key);
    return json_reply(201, {{"key", *key}});
}

ControlResult revoke_key(ControlCall& call) {
    auto const key = key_of(call);
    if (!key) return tl::unexpected(key.error());
    if (call.platform.keys.erase(*key) == 0) {
        return cadence::fail(ErrorCode::NotFound, "there is no such developer key", "key");
    }
    return json_reply(200, {{"revoked", 1}});
}

ControlResult set_listener(ControlCall& call) {
    Fields fields(call.body);
    auto const open = fields.flag("open").value_or(true);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    call.platform.listening = open;
    return json_reply(200, {{"open", open}});
}

ControlResult reset_all(ControlCall& call) {
    Fields fields(call.body);
    auto const seed = fields.integer("seed", 0, INT64_MAX);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    reset(call.platform, seed ? static_cast<std::uint64_t>(*seed) : call.platform.seed);
    return json_reply(200, {{"reset", true}, {"seed", call.platform.seed}});
}

ControlResult show_summary(ControlCall& call) {
    return json_reply(200, {{"time", to_rfc3339(call.now)},
                            {"seed", call.platform.seed},
                            {"help", "GET /help"},
                            {"keys", call.platform.keys.size()},
                            {"sessions", call.platform.sessions.size()},
                            {"faults", call.platform.faults.rules().size()},
                            {"people", call.platform.people.rules.size()},
                            {"due", call.platform.agenda.size()},
                            {"effects", call.platform.journal.effects().size()},
                            {"requests", call.platform.journal.requests().size()}});
}

ControlResult show_help(ControlCall&) {
    HttpReply reply;
    reply.content_type = "text/plain; charset=utf-8";
    reply.body = reference_text();
    return reply;
}

constexpr std::array kControlRoutes{
    ControlRoute{"GET", "", show_summary, "", "Counts, the seed, and the time it thinks it is."},
    ControlRoute{"GET", "help", show_help, "", "This text."},
    ControlRoute{"POST", "sessions", create_session, "id* and any field of a lock session",
                 "A new lock session, a week long unless told otherwise. 409 when it exists."},
    ControlRoute{"GET", "sessions", list_sessions, "", "The ids."},
    ControlRoute{"GET", "sessions/*", show_session, "",
                 "One with its true lock data, ends, progress, state and tokens."},
    ControlRoute{"PATCH", "sessions/*", change_session, "any field of a lock session",
                 "Another person changes the lock, now."},
    ControlRoute{"POST", "sessions/*/launch", launch_session,
                 "lifeSeconds=36000 format=opaque|jwt revokeOthers=false dieAfterSeconds "
                 "dieAfterUses",
                 "Somebody opens the extension: 201 {mainToken, sessionId, launchedAt, expiresAt}. "
                 "The token dies earlier than it says after so many seconds, or once it served so "
                 "many requests."},
    ControlRoute{"POST", "sessions/*/tokens/revoke", revoke_tokens,
                 "mainToken afterSeconds afterUses",
                 "That token, or all of them, die now, in so many seconds, or after so many "
                 "requests (0: at the next)."},
    ControlRoute{"POST", "sessions/*/punish", punish_session, "",
                 "The platform's own job: the punishment of extensionRequirements, once. 409 when "
                 "they are not enabled or name none. It runs only when it is called."},
    ControlRoute{"POST", "people", add_people,
                 "change* session everyRequests|afterSeconds,everySeconds probability times",
                 "Other people at work: before every Nth request (of that lock session), "
                 "or by time (one of the two must be said), they change the lock as PATCH would. "
                 "Of several changes in an array "
                 "one is drawn. One rule or an array -> {ids}. Without a session the request's is "
                 "meant, by time any."},
    ControlRoute{"GET", "people", list_people, "", "Those rules."},
    ControlRoute{"DELETE", "people", clear_people, "", "They go home."},
    ControlRoute{"POST", "keys", add_key, "key*", "A developer key becomes valid."},
    ControlRoute{"POST", "keys/revoke", revoke_key, "key*", "And is not valid any more."},
    ControlRoute{
        "POST", "limits", set_limits,
        "preset=documented|lower|off read write action retryAfter=none|seconds|date",
        "Calls per key, lock session and class in any 60 s; null lifts one. Off until set. "
        "documented: read 300, write 120, action 30; lower: 120, 60, 20. What comes too "
        "early is a 429 that changes nothing, with Retry-After only when asked for."},
    ControlRoute{"POST", "listener", set_listener, "open*",
                 "false: connections to the platform are refused, as when it is down; those that "
                 "stand go on. true: it listens again, on the same port."},
    ControlRoute{"POST", "faults", add_faults, "a fault, below", "One rule or an array -> {ids}."},
    ControlRoute{
        "GET", "faults", list_faults, "",
        "The rules as they were posted, with id, hits, skipLeft, timesLeft (-1: for ever; 0: "
        "over) and nextAt, where a sweep stands."},
    ControlRoute{"DELETE", "faults", clear_faults, "", "No more faults."},
    ControlRoute{"DELETE", "faults/*", remove_fault, "", "Without that one."},
    ControlRoute{"GET", "effects", list_effects, "?session&kind&source&after&limit",
                 "What truly changed, oldest first, numbered by sequence. source: extension (a "
                 "request), person (a rule) or platform (its punishment). PATCH is not in it."},
    ControlRoute{"GET", "requests", list_requests, "?session&after&limit",
                 "Every request to the platform, numbered; the latest 200,000."},
    ControlRoute{"DELETE", "effects", clear_effects, "", "Forgets them; the numbers go on."},
    ControlRoute{"DELETE", "requests", clear_requests, "", "Forgets them; the numbers go on."},
    ControlRoute{"POST", "reset", reset_all, "seed",
                 "Forgets everything. The keys are again those of the command line, and all dice "
                 "start anew from the seed."},
};

bool fits(std::string_view pattern, const std::vector<std::string>& segments) {
    auto const wanted = split_path(pattern);
    if (wanted.size() != segments.size()) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] != "*" && wanted[i] != segments[i]) return false;
    }
    return true;
}

HttpReply error_reply(int status, const cadence::Error& error) {
    auto const field = error.field.empty() ? Json(nullptr) : Json(error.field);
    return json_reply(status, {{"error", {{"detail", error.detail}, {"field", field}}}});
}

// Some calls take one object or an array of them.
std::optional<cadence::Error> what_is_missing(const Json& body, std::string_view table) {
    if (!body.is_array()) {
        Fields fields(body);
        fields.require_marked(table);
        return body.is_object() ? fields.complaint() : std::nullopt;
    }
    for (auto const& item : body) {
        if (auto const wrong = what_is_missing(item, table)) return wrong;
    }
    return std::nullopt;
}

int status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::NotFound:
            return 404;
        case ErrorCode::Conflict:
            return 409;
        case ErrorCode::InvalidArgument:
            return 422;
        default:
            return 400;
    }
}

}  // namespace

std::span<const ControlRoute> control_routes() { return kControlRoutes; }

HttpReply json_reply(int status, const Json& body) {
    HttpReply reply;
    reply.status = status;
    reply.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return reply;
}

HttpReply handle_control(Platform& platform, const HttpRequest& request, Instant now) {
    auto const segments = split_path(request.path);
    bool path_known = false;
    for (auto const& route : control_routes()) {
        if (!fits(route.pattern, segments)) continue;
        path_known = true;
        if (route.method != request.method) continue;
        run_due(platform, now);
        auto body = parse_json(request.body.empty() ? "{}" : request.body);
        if (!body) return error_reply(400, {ErrorCode::Malformed, "the body is not JSON", {}});
        if (auto const wrong = what_is_missing(*body, route.fields))
            return error_reply(422, *wrong);
        ControlCall call{platform, request, segments, std::move(*body), now};
        auto const result = route.handle(call);
        if (result) return *result;
        return error_reply(status_of(result.error().code), result.error());
    }
    if (path_known) {
        return error_reply(405, {ErrorCode::InvalidArgument,
                                 fmt::format("{} has no {}", request.path, request.method),
                                 {}});
    }
    return error_reply(404,
                       {ErrorCode::NotFound, "there is no such path; GET /help lists all", {}});
}

}  // namespace sandbox
