// Makes time pass: wakes when a window ends or is to be judged, when a punishment or a token comes
// of age, and every 45 seconds (of a minute that it may be silent) to say that the daemon lives.
// Costs what is due. Whenever it is awake it lets the watch look around.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cadence/requirement.hpp"
#include "engine/clock.hpp"
#include "engine/clock_watch.hpp"
#include "engine/docket.hpp"
#include "engine/journal.hpp"
#include "engine/watch.hpp"

namespace engine {

class Scheduler {
  public:
    // `policy` is asked at every pass. `new_work`: there may be something new to send. `watch`
    // and `clock_watch` outlive this. `awake`: called with every heartbeat; may be empty.
    Scheduler(Clock& clock, ClockWatch& clock_watch, Docket& docket, Journal& journal, Watch& watch,
              std::function<const cadence::Policy&()> policy, std::function<void()> new_work,
              std::function<void()> awake);

    // Until stop(). After an error of the ledger it tries again every second, since the database
    // may recover; the log says the same error once.
    [[nodiscard]] boost::asio::awaitable<void> run();
    void stop();
    void changed();  // windows may have come into being: plan anew

  private:
    [[nodiscard]] boost::asio::awaitable<std::optional<cadence::Instant>> pass();
    [[nodiscard]] boost::asio::awaitable<void> follow_clock();
    [[nodiscard]] cadence::Duration between_beats() const;
    [[nodiscard]] bool beat_is_due(cadence::Instant now) const;
    void failed(const cadence::Error& error);
    void report(const DocketPass& done) const;

    Clock* clock_;
    ClockWatch* clock_watch_;
    Docket* docket_;
    Journal* journal_;
    Watch* watch_;
    std::function<const cadence::Policy&()> policy_;
    std::function<void()> new_work_;
    std::function<void()> awake_;
    std::unique_ptr<Alarm> alarm_;
    std::optional<cadence::Instant> last_beat_;
    std::optional<LedgerTrouble> trouble_;  // that the last heartbeat came upon
    std::string said_;                      // of the ledger's failure, which is said once
    bool failing_{false};                   // the last pass met an error of the ledger
    bool stopping_{false};
};

}  // namespace engine
