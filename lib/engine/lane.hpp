// One lock session's turn: as long as there is something to do for it now, does the next thing. At
// most one lane of a lock session runs at a time, and one write of it is in flight at a time.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "engine/clock.hpp"
#include "engine/clock_watch.hpp"
#include "engine/engine.hpp"
#include "engine/ledger_rest.hpp"
#include "engine/platform_gate.hpp"

namespace engine {

class Lane {
  public:
    // What all lanes share; outlives them.
    struct Shared {
        Ports ports;
        Settings settings;
        std::map<std::string, Host> hosts;  // by Platform::host()
        std::map<std::string, PlatformGate> gates;
        LedgerRest ledger_rest;
        // Of connecting and of reading, in a row; of lock sessions that fail now.
        std::map<cadence::SessionId, int> failures;
        std::set<std::string> recovered;  // platforms whose lock sessions need not wait any more
        bool stopping{false};
        ClockWatch clock_watch{ports.clock};
        // By a reload, and nobody has looked yet which punishments exceed it.
        std::optional<std::chrono::seconds> lowered_cap{};
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
    [[nodiscard]] Next carry_out(LaneHead head, PlatformGate* gate);
    [[nodiscard]] Next verify(LaneHead head, PlatformGate* gate);
    [[nodiscard]] Next settle_unread(cadence::DeliveryId delivery);
    [[nodiscard]] Next settle_by_reading(LaneHead head, PlatformGate* gate);
    void tell_settled(cadence::DeliveryId delivery, cadence::DeliveryState state,
                      const std::string& reason) const;
    [[nodiscard]] Next send(LaneHead head, PlatformGate* gate);
    [[nodiscard]] Next send_progress(LaneHead head, PlatformGate* gate);
    [[nodiscard]] Next send_with_baseline(LaneHead head, PlatformGate* gate);
    // Whether the time is right by the platform's last Date, nobody has set it since, and the
    // ledger goes by it.
    [[nodiscard]] bool time_is_sure(const PlatformGate& gate) const;
    // Puts the punishments off, and the settling of unknown ones: `found` is recorded.
    [[nodiscard]] Next wait_for_clocks(ContextFound found);
    [[nodiscard]] Next attempt(LaneHead head, PlatformGate* gate, BeginAttempt begin);
    [[nodiscard]] Next not_begun(LaneHead head, Attempt begun);
    [[nodiscard]] Next carry(LaneHead head, PlatformGate* gate, Attempt begun);
    [[nodiscard]] Next finish(cadence::DeliveryId delivery, int number, cadence::Answer answer,
                              PlatformGate* gate);
    // False when the disk refuses even that, and may not the next time.
    [[nodiscard]] boost::asio::awaitable<bool> hold_unrecorded(cadence::DeliveryId delivery,
                                                               int number);
    [[nodiscard]] Onward make_onward(const cadence::Answer& answer, PlatformGate* gate);
    [[nodiscard]] boost::asio::awaitable<std::optional<LaneHead>> find_head();

    // The context, read and recorded; false when the lane cannot go on now.
    [[nodiscard]] boost::asio::awaitable<bool> read_context(UsableToken token, PlatformGate* gate);
    // The context, read; empty when the lane cannot go on now. The caller records it.
    [[nodiscard]] boost::asio::awaitable<std::optional<ContextFound>> find_context(
        UsableToken token, PlatformGate* gate);
    // False when the ledger refused it; the lane is put off then.
    [[nodiscard]] boost::asio::awaitable<bool> record(ContextFound found);
    // What was read for an attempt that is not begun, if anything was; as record().
    [[nodiscard]] boost::asio::awaitable<bool> record_unused(BeginAttempt begin);
    void warn_of(const ContextRecorded& recorded) const;
    // Whether a write may go out now; the lane is put off if not.
    [[nodiscard]] boost::asio::awaitable<bool> make_way(PlatformGate* gate);
    [[nodiscard]] boost::asio::awaitable<bool> open_channel(PlatformGate* gate);
    [[nodiscard]] boost::asio::awaitable<void> defer(cadence::Duration wait, std::string why);
    [[nodiscard]] boost::asio::awaitable<void> postpone_punishments(cadence::Duration wait,
                                                                    std::string why);
    [[nodiscard]] boost::asio::awaitable<void> heard(PlatformGate* gate, std::string platform,
                                                     std::optional<cadence::CallClass> call_class,
                                                     cadence::Answer answer);
    [[nodiscard]] boost::asio::awaitable<bool> enter(PlatformGate* gate,
                                                     cadence::CallClass call_class);
    // The ledger refused a unit of work, or failed: then every lane leaves it alone for a while.
    [[nodiscard]] boost::asio::awaitable<void> refused(cadence::Error error);
    void ledger_failed(const cadence::Error& error) const;
    // Before what failed with this answer may be tried again; takes a turn of the retry budget.
    [[nodiscard]] cadence::Duration next_backoff(PlatformGate* gate, const cadence::Answer& answer);
    [[nodiscard]] cadence::Duration retry_turn(PlatformGate* gate, const cadence::Answer& answer);
    void log(Level level, const std::string& line) const;

    cadence::SessionId session_;
    Shared* shared_;
    std::unique_ptr<Channel> channel_;
    std::string platform_;
    // What the last write's end has already found out: the head, and that it is in flight.
    std::optional<LaneHead> next_;
    std::optional<Attempt> begun_;
};

}  // namespace engine
