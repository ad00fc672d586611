// A platform in memory: answers as scripted, remembers every write, and can keep an answer to
// itself until the caller is cancelled.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/clock.hpp"
#include "engine/platform.hpp"

namespace engine_test {

class FakePlatform final : public engine::Platform {
  public:
    struct Written {
        std::string session;
        std::string token;
        cadence::Write write;
        std::string key;
    };

    FakePlatform(boost::asio::any_io_executor loop, const engine::Clock& clock)
        : loop_(std::move(loop)), clock_(&clock), since_(clock.steady_now()) {}

    [[nodiscard]] boost::asio::awaitable<engine::ChannelOrAnswer> connect() override;
    [[nodiscard]] std::string host() const override { return host_name; }
    [[nodiscard]] int capacity() const override { return 8; }
    [[nodiscard]] int limit(cadence::CallClass call_class) const override;
    [[nodiscard]] bool has_credential() const override { return true; }

    // What the next writes are answered with, in order; Applied when nothing is scripted.
    std::deque<cadence::AnswerKind> write_answers;
    std::deque<cadence::AnswerKind> read_answers;
    std::deque<cadence::AnswerKind> connect_answers;
    std::map<std::string, engine::PlatformRequirement> requirements;  // by lock session
    bool says_requirements{true};
    std::set<std::string> failing;  // lock sessions that get host faults
    std::optional<cadence::Duration> retry_after;
    cadence::Duration clock_skew{0};
    int action_limit{1000};
    std::string host_name{"fake"};
    bool keeps_silent{false};  // writes are applied and never answered
    std::function<void()> breaks_after_write;
    std::function<void()> during_read;  // of the next context
    // How long after its arrival a write of unknown outcome is applied; empty: it never is.
    std::optional<cadence::Duration> unknown_applied_after;
    bool tells_time{true};   // contexts tell the remaining time
    bool goes_stale{false};  // a channel is ready for nothing once it has been looked at

    std::vector<Written> writes;
    int reads{0};
    int connections{0};

    [[nodiscard]] std::vector<cadence::Write> writes_of(cadence::WriteKind kind) const;
    // Of a lock that had thirty days at first, runs, and gets what writes and others add.
    [[nodiscard]] std::int64_t remaining(const std::string& session) const;
    void add(const std::string& session, std::chrono::seconds time, cadence::Duration after = {});

  private:
    friend class FakeChannel;
    [[nodiscard]] cadence::Answer answer(std::deque<cadence::AnswerKind>& script,
                                         const std::string& session = {}) const;

    void take(const std::string& session, const cadence::Write& write, cadence::AnswerKind kind);

    struct Added {
        cadence::Monotonic at;
        std::chrono::seconds time;
    };

    boost::asio::any_io_executor loop_;
    const engine::Clock* clock_;
    cadence::Monotonic since_;
    std::map<std::string, std::vector<Added>> added_;
};

}  // namespace engine_test
