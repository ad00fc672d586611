// The daemon's end of the network: coroutines that wait for what the platform has planned.
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "tests/simulation/virtual_platform.hpp"

namespace simulation {
namespace {

using boost::asio::awaitable;
using boost::asio::steady_timer;

// How long a connection that has answered is trusted to be open still.
constexpr std::chrono::seconds kFresh{1};

// Waits until `timer` is cancelled, by whoever has something to say or with the coroutine.
awaitable<void> wait_for(std::shared_ptr<steady_timer> timer) {
    boost::system::error_code ec;
    co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
}

std::shared_ptr<steady_timer> make_timer(const boost::asio::any_io_executor& loop) {
    return std::make_shared<steady_timer>(loop, steady_timer::time_point::max());
}

std::function<void()> waker_of(const std::shared_ptr<steady_timer>& timer) {
    return [weak = std::weak_ptr<steady_timer>(timer)] {
        if (auto const waiting = weak.lock()) waiting->cancel();
    };
}

}  // namespace

class VirtualChannel final : public engine::Channel {
  public:
    VirtualChannel(VirtualPlatform& platform, std::shared_ptr<VirtualPlatform::Process> process)
        : platform_(&platform), process_(std::move(process)), used_(platform.stage_->now()) {}

    [[nodiscard]] bool ready() const override {
        return !broken_ && platform_->stage_->now() - used_ <= kFresh;
    }

    awaitable<engine::ContextAnswer> load_context(cadence::SessionId session,
                                                  cadence::Secret token) override {
        auto exchange = make_exchange(session, token, cadence::CallClass::Read);
        auto calling = call(exchange);
        co_await std::move(calling);
        if (exchange->result.context) {
            exchange->result.context->lock.at = platform_->stage_->now();
            exchange->result.context->lock.took = exchange->result.answer.elapsed;
            platform_->witness_->shown(session.value, *exchange->result.context,
                                       *exchange->result.answer.server_time);
        }
        co_return exchange->result;
    }

    awaitable<cadence::Answer> submit(cadence::SessionId session, cadence::Secret token,
                                      cadence::Write write, std::string key) override {
        auto exchange = make_exchange(session, token, cadence::CallClass::Action);
        exchange->effect = Effect{{}, write.kind, write.amount, write.seconds, key};
        if (process_->alive) {
            platform_->witness_->leaves(session.value, exchange->token, write, key);
        }
        auto calling = call(exchange);
        co_await std::move(calling);
        co_return exchange->result.answer;
    }

  private:
    using Ptr = VirtualPlatform::Ptr;

    static Ptr make_exchange(const cadence::SessionId& session, const cadence::Secret& token,
                             cadence::CallClass call_class) {
        auto exchange = std::make_shared<VirtualPlatform::Exchange>();
        exchange->session = session.value;
        exchange->token = std::string{token.reveal()};
        exchange->call_class = call_class;
        return exchange;
    }

    awaitable<void> call(Ptr exchange) {
        if (!process_->alive) co_return;  // nothing leaves the dead
        auto const timer = make_timer(process_->loop);
        exchange->wake = waker_of(timer);
        platform_->send(exchange);
        if (!exchange->done) co_await wait_for(timer);
        // Cancelled: bytes have left, and the answer will find nobody.
        if (!exchange->done) {
            exchange->result = {};
            exchange->result.answer.code = "cancelled";
        }
        auto const& said = exchange->result.answer.server_time;
        if (said) platform_->witness_->says_time(*said);
        used_ = platform_->stage_->now();
        broken_ = exchange->result.answer.http_status == 0;
    }

    VirtualPlatform* platform_;
    std::shared_ptr<VirtualPlatform::Process> process_;
    Instant used_;
    bool broken_{false};
};

awaitable<engine::ChannelOrAnswer> VirtualPlatform::connect() {
    engine::ChannelOrAnswer opened;
    auto const process = process_;
    if (!process) co_return opened;
    auto const timer = make_timer(process->loop);
    stage_->after(std::chrono::milliseconds{dice_.between(5, 80)}, waker_of(timer));
    co_await wait_for(timer);
    if (dice_.chance(weather.connect_failures)) {
        stage_->count("call not connected");
        opened.answer.kind = cadence::AnswerKind::NotSent;
        opened.answer.code = "cannot_connect";
        co_return opened;
    }
    opened.answer.kind = cadence::AnswerKind::Applied;
    opened.channel = std::make_unique<VirtualChannel>(*this, process);
    co_return opened;
}

}  // namespace simulation
