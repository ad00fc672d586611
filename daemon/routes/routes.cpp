#include "daemon/routes/routes.hpp"

#include <boost/system/system_error.hpp>
#include <exception>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/router.hpp"

namespace cadenced {
namespace wire {

const std::vector<Route>& route_table() {
    using K = BodyKind;
    static const std::vector<Route> routes{
        {"GET", {"livez"}, K::None, {}, get_livez},
        {"GET", {"readyz"}, K::None, {}, get_readyz},
        {"GET", {"healthz"}, K::None, {}, get_readyz},
        {"GET", {"v1", "openapi.json"}, K::None, {}, get_openapi},
        {"GET", {"v1", "status"}, K::None, {}, get_status},
        {"POST", {"v1", "reload"}, K::None, {}, post_reload},
        {"POST", {"v1", "pause"}, K::OptionalJson, {}, pause_all},
        {"POST", {"v1", "resume"}, K::OptionalJson, {}, resume_all},
        {"GET", {"v1", "sessions"}, K::None, {"limit", "cursor"}, list_sessions},
        {"PUT", {"v1", "sessions", "{session}"}, K::Json, {}, put_session},
        {"GET", {"v1", "sessions", "{session}"}, K::None, {}, get_session},
        {"DELETE", {"v1", "sessions", "{session}"}, K::None, {}, delete_session},
        {"POST", {"v1", "sessions", "{session}", "launches"}, K::Json, {}, post_launch},
        {"POST", {"v1", "sessions", "{session}", "pause"}, K::Json, {}, pause_session},
        {"POST", {"v1", "sessions", "{session}", "resume"}, K::OptionalJson, {}, resume_session},
        {"GET",
         {"v1", "sessions", "{session}", "windows"},
         K::None,
         {"metric", "from", "to", "limit", "cursor"},
         list_windows},
        {"POST", {"v1", "proofs"}, K::JsonOrLines, {}, post_proof},
        {"GET", {"v1", "windows", "{number}"}, K::None, {}, get_window},
        {"POST", {"v1", "backfill"}, K::Json, {}, post_backfill},
        {"GET",
         {"v1", "deliveries"},
         K::None,
         {"state", "sessionId", "limit", "cursor"},
         list_deliveries},
        {"POST", {"v1", "deliveries", "waive"}, K::Json, {}, waive_deliveries},
        {"POST", {"v1", "deliveries", "settle"}, K::Json, {}, settle_deliveries},
        {"GET", {"v1", "deliveries", "{number}"}, K::None, {}, get_delivery},
        {"POST", {"v1", "deliveries", "{number}", "retry"}, K::Json, {}, retry_delivery},
        {"POST", {"v1", "deliveries", "{number}", "waive"}, K::Json, {}, waive_delivery},
        {"POST", {"v1", "deliveries", "{number}", "settle"}, K::Json, {}, settle_delivery},
    };
    return routes;
}

net::HttpReply refuse(const RouteContext& context, const cadence::Error& error) {
    net::HttpReply reply = problem_of(error);
    if (reply.status >= 500) {
        context.journal.write(engine::Level::Error, std::string("event=request_failed code=") +
                                                        cadence::to_string(error.code) +
                                                        " detail=\"" + error.detail + "\"");
    }
    return reply;
}

Answering show_session(const RouteContext& context, cadence::SessionId session, int status) {
    const cadence::Policy policy = context.config().policy;
    const cadence::Instant now = context.clock.now();
    const auto record = co_await context.records.load_session(session, policy, now);
    if (!record) co_return refuse(context, record.error());
    co_return answer(status, *record);
}

}  // namespace wire

boost::asio::awaitable<net::HttpReply> Routes::handle(net::HttpRequest request) const {
    const std::string what = request.method;
    try {
        wire::Chosen chosen = wire::choose(wire::route_table(), std::move(request));
        if (chosen.refusal) co_return std::move(*chosen.refusal);
        auto answering = chosen.handler(context_, std::move(chosen.call));
        net::HttpReply reply = co_await std::move(answering);
        co_return reply;
    } catch (const boost::system::system_error& error) {
        if (error.code() == boost::asio::error::operation_aborted) throw;
        context_.journal.write(engine::Level::Error, "event=request_failed method=" + what +
                                                         " error=" + error.code().to_string());
    } catch (const std::exception&) {
        // What it says could hold what the request held; the kind of request has to do.
        context_.journal.write(engine::Level::Error,
                               "event=request_failed method=" + what + " error=exception");
    }
    co_return wire::make_problem(500, "the daemon failed at this; its log says why");
}

bool takes_lines(const net::HttpRequest& request) {
    return wire::takes_lines(wire::route_table(), request);
}

net::HttpReply make_problem_reply(int status, const std::string& detail) {
    return wire::make_problem(status, detail);
}

}  // namespace cadenced
