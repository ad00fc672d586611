// The calls of the contract, one coroutine each. The context outlives them; each answers by value
// and turns every error of a port into a problem.
#pragma once

#include "daemon/routes/router.hpp"

namespace cadenced::wire {

using Answering = boost::asio::awaitable<net::HttpReply>;

// health_handlers.cpp
[[nodiscard]] Answering get_livez(const RouteContext& context, Call call);
[[nodiscard]] Answering get_readyz(const RouteContext& context, Call call);
[[nodiscard]] Answering get_status(const RouteContext& context, Call call);
[[nodiscard]] Answering get_openapi(const RouteContext& context, Call call);
[[nodiscard]] Answering post_reload(const RouteContext& context, Call call);

// session_handlers.cpp
[[nodiscard]] Answering put_session(const RouteContext& context, Call call);
[[nodiscard]] Answering get_session(const RouteContext& context, Call call);
[[nodiscard]] Answering delete_session(const RouteContext& context, Call call);
[[nodiscard]] Answering list_sessions(const RouteContext& context, Call call);

// pause_handlers.cpp
[[nodiscard]] Answering pause_session(const RouteContext& context, Call call);
[[nodiscard]] Answering resume_session(const RouteContext& context, Call call);
[[nodiscard]] Answering pause_all(const RouteContext& context, Call call);
[[nodiscard]] Answering resume_all(const RouteContext& context, Call call);

// intake_handlers.cpp
[[nodiscard]] Answering post_launch(const RouteContext& context, Call call);
[[nodiscard]] Answering post_proof(const RouteContext& context, Call call);

// proof_lines.cpp
[[nodiscard]] Answering post_proof_lines(const RouteContext& context, Call call);

// window_handlers.cpp
[[nodiscard]] Answering list_windows(const RouteContext& context, Call call);
[[nodiscard]] Answering get_window(const RouteContext& context, Call call);
[[nodiscard]] Answering post_backfill(const RouteContext& context, Call call);

// delivery_handlers.cpp
[[nodiscard]] Answering list_deliveries(const RouteContext& context, Call call);
[[nodiscard]] Answering get_delivery(const RouteContext& context, Call call);
[[nodiscard]] Answering retry_delivery(const RouteContext& context, Call call);
[[nodiscard]] Answering waive_delivery(const RouteContext& context, Call call);
[[nodiscard]] Answering settle_delivery(const RouteContext& context, Call call);
[[nodiscard]] Answering waive_deliveries(const RouteContext& context, Call call);
[[nodiscard]] Answering settle_deliveries(const RouteContext& context, Call call);

// Every call there is. openapi.json describes the same ones.
[[nodiscard]] const std::vector<Route>& route_table();

// It shows a time that cannot be, or a platform contradicts it.
[[nodiscard]] bool clock_is_in_doubt(const DaemonFacts& facts, cadence::Instant now);
// Whether the same proof may be right once our clock is: then it is to be kept, and Refused says
// so with its by_clock. That means nothing before this was called.
void weigh_clock(const RouteContext& context, cadence::Instant now, engine::ProofTaken& taken);

// An error as a problem; one that is our own fault goes to the log, too.
[[nodiscard]] net::HttpReply refuse(const RouteContext& context, const cadence::Error& error);

// The lock session as it is now, with this status.
[[nodiscard]] Answering show_session(const RouteContext& context, cadence::SessionId session,
                                     int status);

}  // namespace cadenced::wire
