#include "daemon/routes/answers.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/requests.hpp"

namespace cadenced::wire {

Answering pause_session(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::SessionId session{call.session};
    const auto request = parse_pause(call.request.body, now);
    if (!request) co_return refuse(context, request.error());
    const auto paused =
        co_await context.intake.pause_session(session, request->until, request->reason, now);
    if (!paused) co_return refuse(context, paused.error());
    context.changed();
    auto showing = show_session(context, session, 200);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering resume_session(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::SessionId session{call.session};
    const auto reason = parse_optional_reason(call.request.body);
    if (!reason) co_return refuse(context, reason.error());
    const auto resumed = co_await context.intake.resume_session(session, now);
    if (!resumed) co_return refuse(context, resumed.error());
    context.changed();
    auto showing = show_session(context, session, 200);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering pause_all(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const auto reason = parse_optional_reason(call.request.body);
    if (!reason) co_return refuse(context, reason.error());
    const auto paused = co_await context.intake.pause_all(*reason, now);
    if (!paused) co_return refuse(context, paused.error());
    context.changed();
    co_return answer_brake(true, *reason);
}

Answering resume_all(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const auto reason = parse_optional_reason(call.request.body);
    if (!reason) co_return refuse(context, reason.error());
    const auto resumed = co_await context.intake.resume_all(now);
    if (!resumed) co_return refuse(context, resumed.error());
    context.changed();
    co_return answer_brake(false, *reason);
}

}  // namespace cadenced::wire
