// The platform of a simulated life and the network to it. Calls arrive, are applied and answered at
// their own times, whatever has become of the caller meanwhile: a daemon that dies takes no call
// back.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>

#include "tests/simulation/fates.hpp"
#include "tests/simulation/lock.hpp"

namespace simulation {

// Who watches the calls.
class Witness {
  public:
    virtual ~Witness() = default;
    // The first byte of a write leaves the daemon.
    virtual void leaves(const std::string& session, const std::string& token,
                        const cadence::Write& write, const std::string& key) = 0;
    virtual void applied(const std::string& session, const Effect& effect) = 0;
    // Somebody else has changed the lock.
    virtual void touched(const std::string& session) = 0;
    // The daemon has an answer in its hands that says so.
    virtual void says_time(Instant platform_time) = 0;
    // … and this context.
    virtual void shown(const std::string& session, const engine::Context& context,
                       Instant platform_time) = 0;
    virtual void refused_token(const std::string& session, const std::string& token) = 0;
};

class VirtualPlatform final : public engine::Platform {
  public:
    VirtualPlatform(Stage& stage, Witness& witness, Dice dice)
        : stage_(&stage), witness_(&witness), dice_(dice) {}

    // Of the daemon that lives now. Until detach() its calls come through.
    void attach(boost::asio::any_io_executor loop);
    void detach();

    [[nodiscard]] boost::asio::awaitable<engine::ChannelOrAnswer> connect() override;
    [[nodiscard]] std::string host() const override { return "virtual"; }
    [[nodiscard]] int capacity() const override { return 8; }
    [[nodiscard]] int limit(cadence::CallClass call_class) const override;
    [[nodiscard]] bool has_credential() const override { return true; }

    // By somebody else.
    void touch(const std::string& session, const Effect& effect);
    [[nodiscard]] Lock& lock_of(const std::string& session);
    [[nodiscard]] const std::map<std::string, Lock>& locks() const { return locks_; }

    Weather weather;

  private:
    friend class VirtualChannel;
    // One call under way.
    struct Exchange {
        std::string session;
        std::string token;
        cadence::CallClass call_class{cadence::CallClass::Read};
        std::optional<Effect> effect;
        Fate fate{Fate::Fine};
        Instant sent_at;
        bool done{false};
        engine::ContextAnswer result;
        std::function<void()> wake;
    };
    using Ptr = std::shared_ptr<Exchange>;
    struct Process {
        boost::asio::any_io_executor loop;
        bool alive{true};
    };

    void send(const Ptr& exchange);
    void arrive(const Ptr& exchange);
    void answer(const Ptr& exchange, cadence::AnswerKind kind, int status, std::string code);
    void finish(const Ptr& exchange, Duration wait);
    [[nodiscard]] bool refuses(const Ptr& exchange, Lock& lock);
    void obey(const Ptr& exchange, Lock& lock);
    // Breaks the connection and applies the write when it is too late to say so.
    void obey_later(const Ptr& exchange, Lock& lock, Duration back);
    void apply(const std::string& session, Effect effect);

    Stage* stage_;
    Witness* witness_;
    Dice dice_;
    std::shared_ptr<Process> process_;
    std::map<std::string, Lock> locks_;
};

}  // namespace simulation
