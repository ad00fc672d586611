#include "daemon/routes/answers.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/problem.hpp"
#include "daemon/routes/query.hpp"
#include "daemon/routes/requests.hpp"

namespace cadenced::wire {
namespace {

cadence::Result<engine::DeliveryQuery> read_delivery_query(const Call& call) {
    FirstError errors;
    const Query query(call.request.query, errors);
    engine::DeliveryQuery wanted;
    wanted.state = query.find_word("state", kDeliveryStates);
    if (const auto session = query.find_text("sessionId")) {
        if (!cadence::is_session_id(*session)) {
            errors.note("sessionId", "must be 1 to 128 of the characters A-Z a-z 0-9 . _ ~ -");
        }
        wanted.session = cadence::SessionId{*session};
    }
    wanted.limit = query.limit();
    wanted.cursor = query.find_text("cursor");
    return errors.unless_noted(std::move(wanted));
}

Answering show_delivery(const RouteContext& context, cadence::DeliveryId delivery) {
    const auto record = co_await context.records.load_delivery(delivery);
    if (!record) co_return refuse(context, record.error());
    co_return answer(*record);
}

// What a person decided about one delivery, and what it looks like since.
Answering show_decided(const RouteContext& context, cadence::DeliveryId delivery,
                       cadence::Result<void> decided) {
    if (!decided) co_return refuse(context, decided.error());
    context.changed();
    auto showing = show_delivery(context, delivery);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

net::HttpReply answer_bulk(const RouteContext& context, const cadence::Result<int>& changed) {
    // They are decided in pieces, and those before the one that failed stay so.
    context.changed();
    if (changed) return answer_changed(*changed);
    net::HttpReply reply = refuse(context, changed.error());
    if (reply.status != 503) return reply;
    reply.body = make_problem(503,
                              "some may be decided, the rest not: the daemon cannot write at the"
                              " moment; look at what is left, then try again")
                     .body;
    return reply;
}

}  // namespace

Answering list_deliveries(const RouteContext& context, Call call) {
    const auto wanted = read_delivery_query(call);
    if (!wanted) co_return refuse(context, wanted.error());
    const auto page = co_await context.records.list_deliveries(*wanted);
    if (!page) co_return refuse(context, page.error());
    co_return answer(*page);
}

Answering get_delivery(const RouteContext& context, Call call) {
    const cadence::DeliveryId delivery{call.number};
    auto showing = show_delivery(context, delivery);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering retry_delivery(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::DeliveryId delivery{call.number};
    const auto reason = parse_reason(call.request.body);
    if (!reason) co_return refuse(context, reason.error());
    const auto decided = co_await context.outbox.retry(delivery, *reason, now);
    auto showing = show_decided(context, delivery, decided);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering waive_delivery(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::DeliveryId delivery{call.number};
    const auto reason = parse_reason(call.request.body);
    if (!reason) co_return refuse(context, reason.error());
    const auto decided = co_await context.outbox.waive(delivery, *reason, now);
    auto showing = show_decided(context, delivery, decided);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering settle_delivery(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const cadence::DeliveryId delivery{call.number};
    const auto request = parse_settle(call.request.body);
    if (!request) co_return refuse(context, request.error());
    const auto decided =
        co_await context.outbox.settle(delivery, request->outcome, request->reason, now);
    auto showing = show_decided(context, delivery, decided);
    net::HttpReply reply = co_await std::move(showing);
    co_return reply;
}

Answering waive_deliveries(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const auto request = parse_bulk_waive(call.request.body);
    if (!request) co_return refuse(context, request.error());
    const auto changed = co_await context.outbox.waive_all(request->filter, request->reason, now);
    co_return answer_bulk(context, changed);
}

Answering settle_deliveries(const RouteContext& context, Call call) {
    const cadence::Instant now = context.clock.now();
    const auto request = parse_bulk_settle(call.request.body);
    if (!request) co_return refuse(context, request.error());
    const SettleRequest& settle = request->settle;
    const auto changed =
        co_await context.outbox.settle_all(request->filter, settle.outcome, settle.reason, now);
    co_return answer_bulk(context, changed);
}

}  // namespace cadenced::wire
