#include "daemon/routes/answers.hpp"
#include "daemon/routes/enrolment.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/requests.hpp"
#include "engine/waypoint.hpp"

namespace cadenced::wire {
namespace {

engine::Launch launch_of(const RoutesConfig& config, const std::string& session,
                         const LaunchRequest& request) {
    engine::Launch launch;
    launch.session = cadence::SessionId{session};
    launch.token = request.token;
    launch.launched_at = request.launched_at;
    launch.token_exp = request.token_exp;
    launch.timezone = request.timezone;
    launch.platform = default_platform(config.defaults, config.platforms).value_or("");
    launch.default_timezone = config.defaults.timezone;
    return launch;
}

// Without a default platform only a lock session that is known already can be launched.
net::HttpReply refuse_enrolment() {
    return make_problem(422,
                        "this lock session is unknown and no default platform is configured; enrol "
                        "it first with PUT, naming its platform",
                        "platform");
}

}  // namespace

void weigh_clock(const RouteContext& context, cadence::Instant now, engine::ProofTaken& taken) {
    taken.by_clock = taken.by_clock && clock_is_in_doubt(context.facts(), now);
    if (!taken.by_clock) return;
    taken.detail +=
        "; but our own clock is in doubt (/readyz and the warnings of /v1/status say more): keep "
        "it, and send it again once that one is right";
}

Answering post_launch(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::Policy policy = context.config().policy;
    const auto request = parse_launch(call.request.body, now);
    if (!request) co_return refuse(context, request.error());
    if (request->timezone && !context.zones.find_zone(*request->timezone)) {
        co_return make_problem(422, "timezone must be an IANA time zone such as Europe/Berlin",
                               "timezone");
    }
    const engine::Launch launch = launch_of(context.config(), call.session, *request);
    if (launch.platform.empty()) {
        const auto known = co_await context.records.load_session(launch.session, policy, now);
        if (!known && known.error().code == cadence::ErrorCode::NotFound) {
            co_return refuse_enrolment();
        }
    }
    const auto taken = co_await context.intake.add_launch(launch, policy, now);
    if (!taken) co_return refuse(context, taken.error());
    engine::pass(engine::Waypoint::LaunchWritten, launch.session);
    context.changed();
    co_return answer(*taken);
}

Answering post_proof(const RouteContext& context, Call call) {
    if (call.request.next_piece) {
        auto answering = post_proof_lines(context, std::move(call));
        net::HttpReply reply = co_await std::move(answering);
        co_return reply;
    }
    const cadence::Instant now = context.clock.now();
    const cadence::Policy policy = context.config().policy;
    auto proof = parse_proof(call.request.body);
    if (!proof) co_return refuse(context, proof.error());
    proof->uptime = context.clock.uptime();
    auto taken = co_await context.intake.add_proof(*proof, policy, now);
    if (!taken) co_return refuse(context, taken.error());
    engine::pass(engine::Waypoint::ProofWritten, proof->session);
    weigh_clock(context, now, *taken);
    if (taken->status == engine::ProofStatus::Accepted) context.changed();
    co_return answer(proof->id, *taken);
}

}  // namespace cadenced::wire
