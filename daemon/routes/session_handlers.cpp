#include "daemon/routes/answers.hpp"
#include "daemon/routes/enrolment.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/query.hpp"

namespace cadenced::wire {
namespace {

using cadence::Error;
using cadence::Result;

// The whole of what a PUT asks for, checked as far as the ledger's contents don't matter.
Result<cadence::SessionSpec> read_spec(const RouteContext& context, const Call& call,
                                       cadence::Instant now) {
    const RoutesConfig& config = context.config();
    auto spec = parse_enrolment(call.request.body, call.session, config.defaults, config.platforms);
    if (!spec) return spec;
    if (auto valid = cadence::validate(*spec, config.policy.caps, now); !valid) {
        return tl::unexpected<Error>(valid.error());
    }
    if (spec->timezone && !context.zones.find_zone(*spec->timezone)) {
        return cadence::fail(cadence::ErrorCode::InvalidArgument,
                             "timezone must be an IANA time zone such as Europe/Berlin",
                             "timezone");
    }
    return spec;
}

}  // namespace

Answering put_session(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::Policy policy = context.config().policy;
    const auto spec = read_spec(context, call, now);
    if (!spec) co_return refuse(context, spec.error());
    const auto put = co_await context.intake.put_session(*spec, policy, now);
    if (!put) co_return refuse(context, put.error());
    context.changed();
    const int status = *put == engine::Intake::Put::Created ? 201 : 200;
    auto showing = show_session(context, spec->id, status);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering get_session(const RouteContext& context, Call call) {
    const cadence::SessionId session{call.session};
    auto showing = show_session(context, session, 200);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering delete_session(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::SessionId session{call.session};
    const std::string reason = "lock_ended";
    const auto ended = co_await context.intake.end_session(session, reason, now);
    if (!ended) co_return refuse(context, ended.error());
    context.changed();
    auto showing = show_session(context, session, 200);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering list_sessions(const RouteContext& context, Call call) {
    FirstError errors;
    const Query query(call.request.query, errors);
    const int limit = query.limit();
    const std::optional<std::string> cursor = query.find_text("cursor");
    if (errors.error()) co_return refuse(context, *errors.error());
    const cadence::Instant now = context.clock.now();
    const cadence::Policy policy = context.config().policy;
    const auto page = co_await context.records.list_sessions(limit, cursor, policy, now);
    if (!page) co_return refuse(context, page.error());
    co_return answer(*page);
}

}  // namespace cadenced::wire
