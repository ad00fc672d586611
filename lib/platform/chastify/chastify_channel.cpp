#include "platform/chastify/chastify_channel.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "platform/chastify/interpret.hpp"
#include "platform/chastify/wire.hpp"

namespace chastify {

namespace asio = boost::asio;
using cadence::Answer;
using cadence::ErrorCode;
using cadence::Secret;
using cadence::SessionId;
using cadence::Write;

namespace {

// Reserved at once, so that growing leaves no copy of the key on the heap.
Secret bearer_of(const Secret& credential) {
    constexpr std::string_view kScheme = "Bearer ";
    std::string value;
    value.reserve(kScheme.size() + credential.reveal().size());
    value.append(kScheme).append(credential.reveal());
    return Secret(std::move(value));
}

net::HttpsOutcome cancelled(bool after_sending) {
    net::HttpsOutcome outcome;
    outcome.error = {ErrorCode::Cancelled, "cancelled while calling the platform", {}};
    outcome.bytes_sent = after_sending;
    return outcome;
}

}  // namespace

net::HttpsRequest ChastifyChannel::request_for(const Secret& token) const {
    net::HttpsRequest request;
    request.headers.push_back({"Accept", Secret("application/json")});
    request.headers.push_back({"Authorization", bearer_of(options_.credential)});
    request.headers.push_back({"x-chastify-main-token", token});
    return request;
}

// Whoever awaits this has looked that nobody cancelled yet, so an exception comes from the middle
// of the exchange: bytes may have left.
asio::awaitable<net::HttpsOutcome> ChastifyChannel::exchange(net::HttpsRequest request) {
    const auto deadline = clock_.steady_now() + options_.timeout;
    try {
        auto outcome = co_await lease_.request(std::move(request), deadline);
        co_return outcome;
    } catch (const boost::system::system_error&) {
        co_return cancelled(true);
    }
}

asio::awaitable<engine::ContextAnswer> ChastifyChannel::load_context(SessionId session,
                                                                     Secret token) {
    const Redaction redaction({options_.credential, token});
    net::HttpsRequest request = request_for(token);
    request.target = context_target(session);
    net::HttpsOutcome outcome = cancelled(false);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() == asio::cancellation_type::none) {
        outcome = co_await exchange(std::move(request));
    }
    co_return interpret_read(outcome, redaction, clock_.now());
}

asio::awaitable<Answer> ChastifyChannel::submit(SessionId session, Secret token, Write write,
                                                std::string idempotency_key) {
    const Redaction redaction({options_.credential, token});
    Call call = call_of(session, write);
    net::HttpsRequest request = request_for(token);
    request.method = "POST";
    request.target = std::move(call.target);
    request.body = std::move(call.body);
    request.headers.push_back({"Content-Type", Secret("application/json")});
    // Documented nowhere, harmless, and a help the day the platform honours it.
    request.headers.push_back({"Idempotency-Key", Secret(std::move(idempotency_key))});
    net::HttpsOutcome outcome = cancelled(false);
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() == asio::cancellation_type::none) {
        outcome = co_await exchange(std::move(request));
    }
    co_return interpret_write(outcome, redaction, clock_.now());
}

}  // namespace chastify
