// Looks at what there is to warn of and writes the log's lines of it. Has no time of its own: it is
// called when the scheduler is awake anyway. Loop's thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "cadence/requirement.hpp"
#include "engine/clock.hpp"
#include "engine/docket.hpp"
#include "engine/engine.hpp"
#include "engine/journal.hpp"
#include "engine/warning_log.hpp"

namespace engine {

class Watch {
  public:
    // However often it is called.
    static constexpr std::chrono::seconds kBetweenLooks{1};

    struct Sources {
        std::function<const cadence::Policy&()> policy;
        std::function<std::map<std::string, PlatformHealth>()> platforms;
        std::function<ProcessTrouble()> process;  // may be empty
    };

    // All of it outlives the watch.
    Watch(Clock& clock, Docket& docket, Journal& journal, Sources sources);

    // `known`: what the ledger has just said; else it is asked. Where it cannot be asked, what it
    // said last is taken to hold still.
    [[nodiscard]] boost::asio::awaitable<void> look(std::optional<LedgerTrouble> known);

  private:
    Clock* clock_;
    Docket* docket_;
    Journal* journal_;
    Sources sources_;
    LedgerTrouble ledger_;
    WarningLog log_;
    std::optional<cadence::Monotonic> last_look_;
};

}  // namespace engine
