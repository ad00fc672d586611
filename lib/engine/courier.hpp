// Runs a lane for every lock session that has something to do, many at a time, and joins them all.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <deque>
#include <map>
#include <memory>

#include "engine/lane.hpp"

namespace engine {

class Courier {
  public:
    // `shared` outlives the courier.
    Courier(boost::asio::any_io_executor loop, Lane::Shared& shared);

    // Until stop(); comes home when the last lane has. A lane that is still busy when the drain is
    // over is cancelled: a write of its that may have left is recorded as unknown.
    [[nodiscard]] boost::asio::awaitable<void> run();
    void stop();
    void changed() { alarm_->ring(); }

  private:
    [[nodiscard]] boost::asio::awaitable<std::optional<cadence::Instant>> start_lanes();
    [[nodiscard]] boost::asio::awaitable<void> end_waits();
    [[nodiscard]] boost::asio::awaitable<void> remember_calls();
    [[nodiscard]] boost::asio::awaitable<void> warn_of_cap(std::chrono::seconds cap);
    [[nodiscard]] bool has_room() const;
    void start_known();
    void start(const cadence::SessionId& session);
    void ended(const cadence::SessionId& session, std::exception_ptr failure);
    [[nodiscard]] boost::asio::awaitable<void> drain();

    boost::asio::any_io_executor loop_;
    Lane::Shared* shared_;
    std::unique_ptr<Alarm> alarm_;
    // Due when the ledger was asked last, and not begun since: a lane that ends makes room for the
    // next one without a question.
    std::deque<cadence::SessionId> known_due_;
    bool remembers_{false};  // what was called before the start
    // Node-based: a signal must not move while its lane runs.
    std::map<cadence::SessionId, boost::asio::cancellation_signal> running_;
};

}  // namespace engine
