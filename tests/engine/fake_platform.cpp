#include "tests/engine/fake_platform.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace engine_test {

class FakeChannel final : public engine::Channel {
  public:
    explicit FakeChannel(FakePlatform& platform) : platform_(&platform) {}

    [[nodiscard]] bool ready() const override { return !platform_->goes_stale || ++looks_ <= 1; }

    boost::asio::awaitable<engine::ContextAnswer> load_context(cadence::SessionId session,
                                                               cadence::Secret) override {
        ++platform_->reads;
        if (platform_->during_read) std::exchange(platform_->during_read, nullptr)();
        engine::ContextAnswer read;
        read.answer = platform_->answer(platform_->read_answers, session.value);
        if (read.answer.kind == cadence::AnswerKind::Applied) {
            read.context.emplace();
            read.context->lock.at = platform_->clock_->now();
            if (platform_->tells_time) {
                read.context->lock.time_remaining_seconds = platform_->remaining(session.value);
            }
            auto const own = platform_->requirements.find(session.value);
            if (platform_->says_requirements) read.context->requirements.emplace();
            if (own != platform_->requirements.end() && read.context->requirements) {
                read.context->requirements->push_back(own->second);
            }
        }
        co_return read;
    }

    boost::asio::awaitable<cadence::Answer> submit(cadence::SessionId session,
                                                   cadence::Secret token, cadence::Write write,
                                                   std::string key) override {
        platform_->writes.push_back(
            {session.value, std::string{token.reveal()}, write, std::move(key)});
        if (platform_->breaks_after_write) std::exchange(platform_->breaks_after_write, nullptr)();
        if (platform_->keeps_silent) co_await silence();
        auto const answer = platform_->answer(platform_->write_answers, session.value);
        platform_->take(session.value, write, answer.kind);
        co_return answer;
    }

  private:
    boost::asio::awaitable<void> silence() {
        boost::asio::steady_timer forever(platform_->loop_,
                                          boost::asio::steady_timer::time_point::max());
        boost::system::error_code ec;
        co_await forever.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ec));
        platform_->write_answers.push_front(cadence::AnswerKind::Unknown);
    }

    FakePlatform* platform_;
    mutable int looks_{0};
};

boost::asio::awaitable<engine::ChannelOrAnswer> FakePlatform::connect() {
    ++connections;
    engine::ChannelOrAnswer opened;
    opened.answer = answer(connect_answers);
    if (opened.answer.kind == cadence::AnswerKind::Applied) {
        opened.channel = std::make_unique<FakeChannel>(*this);
    }
    co_return opened;
}

int FakePlatform::limit(cadence::CallClass call_class) const {
    return call_class == cadence::CallClass::Action ? action_limit : 1000;
}

cadence::Answer FakePlatform::answer(std::deque<cadence::AnswerKind>& script,
                                     const std::string& session) const {
    cadence::Answer given;
    given.kind = cadence::AnswerKind::Applied;
    if (!script.empty()) {
        given.kind = script.front();
        script.pop_front();
    }
    if (failing.contains(session)) given.kind = cadence::AnswerKind::HostFault;
    auto const silent =
        given.kind == cadence::AnswerKind::NotSent || given.kind == cadence::AnswerKind::Unknown;
    auto const throttled = given.kind == cadence::AnswerKind::Throttled;
    given.http_status = silent ? 0 : throttled ? 429 : 200;
    if (given.kind == cadence::AnswerKind::Throttled) given.retry_after = retry_after;
    if (!silent) given.server_time = clock_->now() + clock_skew;
    return given;
}

void FakePlatform::take(const std::string& session, const cadence::Write& write,
                        cadence::AnswerKind kind) {
    auto const unknown = kind == cadence::AnswerKind::Unknown;
    if (kind != cadence::AnswerKind::Applied && !(unknown && unknown_applied_after)) return;
    auto const after = unknown ? *unknown_applied_after : cadence::Duration{0};
    if (write.kind == cadence::WriteKind::AddTime) add(session, write.seconds, after);
    if (write.kind == cadence::WriteKind::RemoveTime) add(session, -write.seconds, after);
}

void FakePlatform::add(const std::string& session, std::chrono::seconds time,
                       cadence::Duration after) {
    added_[session].push_back({clock_->steady_now() + after, time});
}

std::int64_t FakePlatform::remaining(const std::string& session) const {
    auto const now = clock_->steady_now();
    auto left = std::chrono::seconds{std::chrono::hours{24 * 30}};
    left -= std::chrono::floor<std::chrono::seconds>(now - since_);
    auto const found = added_.find(session);
    if (found == added_.end()) return left.count();
    for (const Added& added : found->second) {
        if (added.at <= now) left += added.time;
    }
    return left.count();
}

std::vector<cadence::Write> FakePlatform::writes_of(cadence::WriteKind kind) const {
    std::vector<cadence::Write> all;
    for (const auto& written : writes) {
        if (written.write.kind == kind) all.push_back(written.write);
    }
    return all;
}

}  // namespace engine_test
