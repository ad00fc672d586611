#include <memory>

#include "daemon/routes/answers.hpp"
#include "daemon/routes/handlers.hpp"
#include "daemon/routes/query.hpp"
#include "daemon/routes/requests.hpp"

namespace cadenced::wire {
namespace {

constexpr int kChunk = 200;  // windows judged again in one unit of work

// A backfill under way: what is left of it, between two pieces of the answer.
struct Backfill {
    const RouteContext& context;
    engine::BackfillRange range;
    cadence::Policy policy;
    std::optional<cadence::WindowId> cursor;
    BackfillTotals totals;
    bool finished{false};
};

using Backfilling = std::shared_ptr<Backfill>;

boost::asio::awaitable<cadence::Result<std::string>> judge_chunk(Backfilling backfill) {
    const cadence::Instant now = backfill->context.clock.now();
    const auto chunk = co_await backfill->context.docket.rejudge(backfill->range, backfill->cursor,
                                                                 kChunk, backfill->policy, now);
    if (!chunk) co_return tl::unexpected<cadence::Error>(chunk.error());
    std::string lines;
    for (const engine::Rejudged& window : chunk->windows) {
        lines += window_line(window);
        ++backfill->totals.windows;
        if (window.changes()) ++backfill->totals.changes;
    }
    backfill->cursor = chunk->next;
    backfill->finished = !chunk->next.has_value();
    if (!backfill->range.dry_run) backfill->context.changed();
    if (backfill->finished) lines += last_line(backfill->range, backfill->totals);
    co_return lines;
}

boost::asio::awaitable<std::optional<std::string>> next_piece(Backfilling backfill) {
    if (backfill->finished) co_return std::nullopt;
    auto judging = judge_chunk(backfill);
    auto lines = co_await std::move(judging);
    if (!lines) {
        backfill->finished = true;
        const net::HttpReply logged = refuse(backfill->context, lines.error());
        co_return broken_line(backfill->totals);
    }
    co_return std::move(*lines);
}

cadence::Result<engine::WindowQuery> read_window_query(const Call& call) {
    FirstError errors;
    const Query query(call.request.query, errors);
    engine::WindowQuery wanted;
    wanted.session = cadence::SessionId{call.session};
    wanted.metric = query.find_text("metric");
    if (wanted.metric && !cadence::is_metric(*wanted.metric)) {
        errors.note("metric", "must be 1 to 64 of the characters A-Z a-z 0-9 _ : -");
    }
    wanted.from = query.find_instant("from");
    wanted.to = query.find_instant("to");
    if (wanted.from && wanted.to && *wanted.to < *wanted.from) {
        errors.note("to", "must not be before from");
    }
    wanted.limit = query.limit();
    wanted.cursor = query.find_text("cursor");
    return errors.unless_noted(std::move(wanted));
}

}  // namespace

Answering list_windows(const RouteContext& context, Call call) {
    const auto wanted = read_window_query(call);
    if (!wanted) co_return refuse(context, wanted.error());
    const auto page = co_await context.records.list_windows(*wanted);
    if (!page) co_return refuse(context, page.error());
    co_return answer(*page);
}

Answering get_window(const RouteContext& context, Call call) {
    const cadence::WindowId window{call.number};
    const auto explained = co_await context.records.explain_window(window);
    if (!explained) co_return refuse(context, explained.error());
    co_return answer(*explained);
}

Answering post_backfill(const RouteContext& context, Call call) {
    const cadence::Policy policy = context.config().policy;
    const cadence::Instant now = context.clock.now();
    const auto range = parse_backfill(call.request.body);
    if (!range) co_return refuse(context, range.error());
    if (range->session) {
        const auto known = co_await context.records.load_session(*range->session, policy, now);
        if (!known) co_return refuse(context, known.error());
    }
    const auto backfill = std::make_shared<Backfill>(
        Backfill{context, *range, policy, std::nullopt, BackfillTotals{}, false});
    // The first chunk comes before the status line, so that its error can still be one.
    auto judging = judge_chunk(backfill);
    auto lines = co_await std::move(judging);
    if (!lines) co_return refuse(context, lines.error());
    net::HttpReply reply;
    reply.content_type = "application/x-ndjson";
    reply.body = std::move(*lines);
    reply.next_chunk = [backfill] { return next_piece(backfill); };
    co_return reply;
}

}  // namespace cadenced::wire
