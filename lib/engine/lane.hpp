// One lock session's turn: as long as there is something to do for it now, does the next thing. At
// most one lane of a lock session runs at a time, and one write of it is in flight at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "engine/clock.hpp"
#include "engine/engine.hpp"
#include "engine/platform_gate.hpp"

namespace engine {

class Lane {
  public:
    // What all lanes share; outlives them.
    struct Shared {
        Ports ports;
        Settings settings;
        std::map<std::string, PlatformGate> gates;
        bool stopping{false};
    };

    Lane(cadence::SessionId session, Shared& shared);

    // Returns when nothing is due for the lock session, or at stop once a write in flight has come
    // home. Cancelled (terminal): the write's outcome is recorded as unknown if bytes may have
    // left.
    [[nodiscard]] boost::asio::awaitable<void> run();

  private:
    enum class Step { Progressed, Stalled, Done };
    using Next = boost::asio::awaitable<Step>;

    [[nodiscard]] Next step();
    [[nodiscard]] Next verify(LaneHead head, PlatformGate* gate);
    [[nodiscard]] Next settle(cadence::DeliveryId delivery);
    [[nodiscard]] Next send(LaneHead head, PlatformGate* gate);
    [[nodiscard]] Next attempt(LaneHead head, PlatformGate* gate,
                               std::optional<LockReading> baseline);
    [[nodiscard]] Next finish(cadence::DeliveryId delivery, int number, cadence::Answer answer);

    // The context, read and recorded; empty when the lane cannot go on now.
    [[nodiscard]] boost::asio::awaitable<std::optional<Context>> read_context(UsableToken token,
                                                                              PlatformGate* gate);
    [[nodiscard]] boost::asio::awaitable<bool> open_channel(PlatformGate* gate);
    [[nodiscard]] boost::asio::awaitable<void> defer(cadence::Duration wait, std::string why);
    [[nodiscard]] boost::asio::awaitable<void> heard(PlatformGate* gate, std::string platform,
                                                     cadence::Answer answer);
    [[nodiscard]] boost::asio::awaitable<bool> enter(PlatformGate* gate,
                                                     cadence::CallClass call_class);
    [[nodiscard]] Step storage_failed(const cadence::Error& error) const;
    void log(Level level, const std::string& line) const;

    cadence::SessionId session_;
    Shared* shared_;
    std::unique_ptr<Channel> channel_;
    std::unique_ptr<Alarm> pause_;
    int failures_{0};  // in a row, of connecting and reading
    std::string platform_;
};

}  // namespace engine
