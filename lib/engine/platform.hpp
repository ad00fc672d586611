// A platform as the engine sees it: a place where a lock session's context can be read and a write
// can be made with a launch token. Adapters turn wire formats into these values and every failure
// into an Answer; they throw nothing. Loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cadence/delivery.hpp"
#include "cadence/rate_window.hpp"
#include "cadence/requirement.hpp"
#include "cadence/secret.hpp"
#include "cadence/settlement.hpp"

namespace engine {

using cadence::LockReading;

// One of the platform's own scheduled requirements (extensionConfig.extensionRequirements).
struct PlatformRequirement {
    bool enabled{false};
    std::string metric;  // empty: it could not be read
    int required_count{1};
    cadence::CadenceUnit unit{cadence::CadenceUnit::Day};
    int every{1};
    cadence::Punishment punishment;
    // What of it could not be read, for people: it tells who punishes and cannot be judged by us.
    std::string unreadable;
};

struct Context {
    std::string role;  // as the platform says; may be empty
    LockReading lock;
    // The platform's own requirements, punishing or not. Nothing when the context does not say:
    // then nobody knows who punishes.
    std::optional<std::vector<PlatformRequirement>> requirements;
};

// answer.kind is Applied when `context` could be read. A read that failed is never Unknown for the
// lock session's sake: reading changes nothing.
struct ContextAnswer {
    cadence::Answer answer;
    std::optional<Context> context;
};

// One verified connection, held for one lock session's turn. Its peer has been authenticated before
// anything is sent on it.
class Channel {
  public:
    virtual ~Channel() = default;
    // Whether a write may go out on it: it is new, or has answered within the last second. A
    // keep-alive connection closed by the other side as we write would make the outcome unknown.
    [[nodiscard]] virtual bool ready() const = 0;
    [[nodiscard]] virtual boost::asio::awaitable<ContextAnswer> load_context(
        cadence::SessionId session, cadence::Secret token) = 0;
    // Sends the write once. NotSent when the channel was not ready or nothing left. Cancelled after
    // bytes may have left: Unknown. `idempotency_key` is stable over a delivery's attempt.
    [[nodiscard]] virtual boost::asio::awaitable<cadence::Answer> submit(
        cadence::SessionId session, cadence::Secret token, cadence::Write write,
        std::string idempotency_key) = 0;
};

struct ChannelOrAnswer {
    std::unique_ptr<Channel> channel;  // null: `answer` says why (NotSent)
    cadence::Answer answer;
};

class Platform {
  public:
    virtual ~Platform() = default;
    [[nodiscard]] virtual boost::asio::awaitable<ChannelOrAnswer> connect() = 0;
    // Which machine answers: platforms with the same one fail and recover together.
    [[nodiscard]] virtual std::string host() const = 0;
    // Calls that can be under way at a time.
    [[nodiscard]] virtual int capacity() const = 0;
    // Calls of this class in any 60 seconds, per lock session.
    [[nodiscard]] virtual int limit(cadence::CallClass call_class) const = 0;
    // False: the credential file was absent or empty at the last (re)load.
    [[nodiscard]] virtual bool has_credential() const = 0;
};

}  // namespace engine
