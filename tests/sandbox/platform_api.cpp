#include "tests/sandbox/platform_api.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/change.hpp"
#include "tests/sandbox/context_json.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {
namespace {

std::string_view bearer_of(const HttpRequest& request) {
    constexpr std::string_view kScheme = "Bearer ";
    std::string_view const value = request.authorization;
    return value.starts_with(kScheme) ? value.substr(kScheme.size()) : std::string_view();
}

Outcome refuse(const Refusal& refusal, const Session* session,
               ErrorShape usual = ErrorShape::Nested) {
    auto const shape = session != nullptr && session->error_shape ? *session->error_shape : usual;
    return {make_error(refusal.status, refusal.code, refusal.message, shape), refusal.code, {}};
}

std::optional<Refusal> find_refusal(Session& session, const HttpRequest& request, Instant now) {
    if (!use_token(session, request.main_token, now)) {
        return Refusal{401, "invalid_main_token", "The launch token is missing, unknown or dead."};
    }
    if (!session.extension_enabled) {
        return Refusal{403, "extension_not_enabled", "The extension is not enabled on this lock."};
    }
    if (session.ended) return Refusal{409, "lock_ended", "This lock has ended."};
    return std::nullopt;
}

Applied apply(Session& session, const Call& call, const HttpRequest& request, Instant now) {
    if (request.content_type.find("application/json") == std::string::npos) {
        return invalid("content-type must be application/json");
    }
    auto const body = parse_json(request.body);
    if (!body || !body->is_object()) return invalid("the body must be a JSON object");
    switch (call.endpoint) {
        case Endpoint::Progress:
            return apply_progress(session, *body);
        case Endpoint::Action:
            return apply_action(session, *body, now);
        case Endpoint::Metadata:
            return apply_metadata(session, *body);
        case Endpoint::State:
            return apply_state(session, *body, call.method);
        case Endpoint::Notification:
            return apply_notification(*body);
        case Endpoint::DeviceCommand:
        case Endpoint::Context:
        case Endpoint::Unknown:
            break;
    }
    return tl::unexpected<Refusal>(
        Refusal{403, "insufficient_scope", "This lock has no device for this extension."});
}

Outcome write(Platform& platform, Session& session, const Call& call, const HttpRequest& request,
              std::uint64_t request_number, Instant now) {
    auto const applied = apply(session, call, request, now);
    if (!applied) return refuse(applied.error(), &session);
    Effect effect;
    effect.at = now;
    effect.session = session.id;
    effect.kind = applied->kind;
    effect.params = applied->params;
    effect.request = request_number;
    effect.connection = request.connection;
    effect.idempotency_key = request.idempotency_key;
    effect.request_id = request.request_id;
    Outcome outcome;
    outcome.reply.body = R"({"ok":true})";
    outcome.effect = platform.journal.add_effect(std::move(effect));
    return outcome;
}

Outcome too_many(const Session& session, RetryAfter told, Millis wait, Instant now) {
    auto outcome = refuse({429, "rate_limited", "Too many calls; try again later."}, &session);
    auto const seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    auto& headers = outcome.reply.headers;
    if (told == RetryAfter::Seconds) {
        headers.emplace_back("Retry-After", fmt::format("{}", seconds.count()));
    }
    if (told == RetryAfter::Date) {
        headers.emplace_back("Retry-After", to_http_date(now + seconds + std::chrono::seconds(1)));
    }
    return outcome;
}

}  // namespace

Outcome handle_call(Platform& platform, const Call& call, const HttpRequest& request,
                    std::uint64_t request_number, Instant now) {
    auto* const session = find_session(platform, call.session);
    auto const key = bearer_of(request);
    if (!platform.keys.contains(key)) {
        return refuse({401, "invalid_api_key", "The developer key is not valid."}, session,
                      ErrorShape::Flat);
    }
    if (call.endpoint == Endpoint::Unknown) {
        return refuse({404, "not_found", "There is no such path."}, nullptr);
    }
    if (session == nullptr) {
        return refuse({404, "session_not_found", "There is no such session."}, nullptr);
    }
    if (auto const refusal = find_refusal(*session, request, now)) {
        return refuse(*refusal, session);
    }
    auto const wait = platform.limits.admit(key, session->id, rate_class_of(call.endpoint), now);
    if (wait) return too_many(*session, platform.limits.retry_after(), *wait, now);
    if (call.endpoint != Endpoint::Context) {
        return write(platform, *session, call, request, request_number, now);
    }
    Outcome outcome;
    outcome.reply.body = context_body(*session, now);
    return outcome;
}

}  // namespace sandbox
