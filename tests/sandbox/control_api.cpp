#include "tests/sandbox/control_api.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {
namespace {

using cadence::ErrorCode;
using Json = nlohmann::json;

cadence::Result<std::string> key_of(ControlCall& call) {
    Fields fields(call.body);
    fields.require("key");
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

ControlResult reset_all(ControlCall& call) {
    reset(call.platform);
    return json_reply(200, {{"reset", true}});
}

ControlResult show_summary(ControlCall& call) {
    return json_reply(200, {{"time", to_rfc3339(call.now)},
                            {"keys", call.platform.keys.size()},
                            {"sessions", call.platform.sessions.size()},
                            {"faults", call.platform.faults.rules().size()},
                            {"effects", call.platform.journal.effects().size()},
                            {"requests", call.platform.journal.requests().size()}});
}

struct ControlRoute {
    std::string_view method;
    std::string_view pattern;  // "*" stands for one segment
    ControlResult (*handle)(ControlCall&);
};

constexpr std::array kControlRoutes{
    ControlRoute{"GET", "", show_summary},
    ControlRoute{"GET", "sessions", list_sessions},
    ControlRoute{"POST", "sessions", create_session},
    ControlRoute{"GET", "sessions/*", show_session},
    ControlRoute{"PATCH", "sessions/*", change_session},
    ControlRoute{"POST", "sessions/*/launch", launch_session},
    ControlRoute{"POST", "sessions/*/tokens/revoke", revoke_tokens},
    ControlRoute{"POST", "keys", add_key},
    ControlRoute{"POST", "keys/revoke", revoke_key},
    ControlRoute{"POST", "limits", set_limits},
    ControlRoute{"POST", "reset", reset_all},
    ControlRoute{"GET", "faults", list_faults},
    ControlRoute{"POST", "faults", add_faults},
    ControlRoute{"DELETE", "faults", clear_faults},
    ControlRoute{"DELETE", "faults/*", remove_fault},
    ControlRoute{"GET", "effects", list_effects},
    ControlRoute{"DELETE", "effects", clear_effects},
    ControlRoute{"GET", "requests", list_requests},
    ControlRoute{"DELETE", "requests", clear_requests},
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

HttpReply json_reply(int status, const Json& body) {
    HttpReply reply;
    reply.status = status;
    reply.body = body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    return reply;
}

HttpReply handle_control(Platform& platform, const HttpRequest& request, Instant now) {
    auto const segments = split_path(request.path);
    bool path_known = false;
    for (auto const& route : kControlRoutes) {
        if (!fits(route.pattern, segments)) continue;
        path_known = true;
        if (route.method != request.method) continue;
        auto body = parse_json(request.body.empty() ? "{}" : request.body);
        if (!body) return error_reply(400, {ErrorCode::Malformed, "the body is not JSON", {}});
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
    return error_reply(404, {ErrorCode::NotFound, "there is no such path", {}});
}

}  // namespace sandbox
