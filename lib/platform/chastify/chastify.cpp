#include "platform/chastify/chastify.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>
#include <vector>

#include "platform/chastify/interpret.hpp"
#include "platform/chastify/wire.hpp"

namespace chastify {
namespace {

namespace asio = boost::asio;
using cadence::Answer;
using cadence::AnswerKind;
using cadence::CallClass;
using cadence::ErrorCode;
using cadence::Secret;
using cadence::SessionId;
using cadence::Write;

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

Answer not_sent(const cadence::Error& error) {
    Answer answer;
    answer.kind = AnswerKind::NotSent;
    answer.code = to_string(error.code);
    answer.detail = Redaction({}).shown(error.detail);
    return answer;
}

class ChastifyChannel final : public engine::Channel {
  public:
    ChastifyChannel(net::HttpsLease lease, const Options& options, const engine::Clock& clock)
        : lease_(std::move(lease)), options_(options), clock_(clock) {}

    [[nodiscard]] bool ready() const override { return lease_.ready(); }
    [[nodiscard]] asio::awaitable<engine::ContextAnswer> load_context(SessionId session,
                                                                      Secret token) override;
    [[nodiscard]] asio::awaitable<Answer> submit(SessionId session, Secret token, Write write,
                                                 std::string idempotency_key) override;

  private:
    [[nodiscard]] net::HttpsRequest request_for(const Secret& token) const;
    [[nodiscard]] asio::awaitable<net::HttpsOutcome> exchange(net::HttpsRequest request);

    net::HttpsLease lease_;
    const Options& options_;
    const engine::Clock& clock_;
};

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

class ChastifyPlatform final : public Chastify {
  public:
    ChastifyPlatform(net::HttpsPool& pool, Options options, const engine::Clock& clock)
        : pool_(pool), options_(std::move(options)), clock_(clock) {}

    [[nodiscard]] asio::awaitable<engine::ChannelOrAnswer> connect() override;
    [[nodiscard]] int limit(CallClass call_class) const override;
    [[nodiscard]] bool has_credential() const override { return !options_.credential.empty(); }
    void replace(Secret credential, Limits limits) override {
        options_.credential = std::move(credential);
        options_.limits = limits;
    }

  private:
    net::HttpsPool& pool_;
    Options options_;
    const engine::Clock& clock_;
};

asio::awaitable<engine::ChannelOrAnswer> ChastifyPlatform::connect() {
    engine::ChannelOrAnswer result;
    if (!has_credential()) {
        result.answer = not_sent({ErrorCode::Configuration, "there is no credential", {}});
        co_return result;
    }
    const auto deadline = clock_.steady_now() + options_.timeout;
    try {
        auto lease = co_await pool_.acquire(deadline);
        if (lease) {
            result.channel = std::make_unique<ChastifyChannel>(std::move(*lease), options_, clock_);
        } else {
            result.answer = not_sent(lease.error());
        }
    } catch (const boost::system::system_error&) {
        result.answer = not_sent(cancelled(false).error);
    }
    co_return result;
}

int ChastifyPlatform::limit(CallClass call_class) const {
    switch (call_class) {
        case CallClass::Read:
            return options_.limits.read;
        case CallClass::Write:
            return options_.limits.write;
        case CallClass::Action:
            return options_.limits.action;
    }
    return options_.limits.action;
}

}  // namespace

std::unique_ptr<Chastify> make_chastify(net::HttpsPool& pool, Options options,
                                        const engine::Clock& clock) {
    return std::make_unique<ChastifyPlatform>(pool, std::move(options), clock);
}

}  // namespace chastify
