// The engine: the coroutines that make time pass (scheduler) and that carry writes to the platforms
// (courier), over the ports. Owns no state that must survive; the ledger is the truth. Everything
// on the loop's thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cadence/breaker.hpp"
#include "cadence/requirement.hpp"
#include "engine/clock.hpp"
#include "engine/docket.hpp"
#include "engine/entropy.hpp"
#include "engine/intake.hpp"
#include "engine/journal.hpp"
#include "engine/outbox.hpp"
#include "engine/platform.hpp"

namespace engine {

// What the process around the engine has to be warned of: since when, if it is so.
struct ProcessTrouble {
    std::optional<cadence::Instant> database_unwritable_since;
    std::optional<cadence::Instant> configuration_refused_since;  // the last reload was wrong
    std::string database_says{};                                  // why, and what to do
};

// All of it outlives the engine.
struct Ports {
    Clock& clock;
    Entropy& entropy;
    Journal& journal;
    Intake& intake;
    Docket& docket;
    Outbox& outbox;
    std::map<std::string, Platform*> platforms;  // by the name of the configuration's table
    // Asked for the warnings in the log; empty: the process has no trouble of its own.
    std::function<ProcessTrouble()> process_trouble{};
    std::function<void()> awake{};  // called with every heartbeat; may be left out
};

struct Settings {
    cadence::Policy policy;
    cadence::Rules enrolment_defaults;  // of requirements that a platform's context enrols
    // Lock sessions served at a time. More than there are connections: while one's outcome is being
    // written down, another has use for the connection.
    int lanes{64};
    cadence::Duration drain{std::chrono::seconds{10}};
};

struct PlatformHealth {
    struct LastError {
        cadence::Instant at;
        std::string code;
        std::string detail;
    };
    cadence::BreakerState breaker{cadence::BreakerState::Closed};
    std::optional<cadence::Instant> last_success_at;
    std::optional<LastError> last_error;
    bool has_credential{true};
    bool credential_refused{false};
    cadence::Duration clock_skew{
        0};  // the platform's Date minus ours; beyond 2 min punishments wait
    // Since when it has been so without a break; empty: it is not.
    std::optional<cadence::Instant> breaker_not_closed_since;
    std::optional<cadence::Instant> credential_refused_since;
    std::optional<cadence::Instant> clocks_disagree_since;
};

class Engine {
  public:
    Engine(boost::asio::any_io_executor loop, Ports ports, Settings settings);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // Recovers what a crash left, then works until stop(). Returns when every write in flight has
    // come home or the drain is over; what was still in flight then is recorded as unknown. The
    // error is one of the ledger's that leaves nothing to do but to stop.
    [[nodiscard]] boost::asio::awaitable<cadence::Result<void>> run();
    void stop();

    // Something entered the ledger from outside: look for work now. Cheap; may be called often.
    void changed();
    void apply(Settings settings);  // a reload; also lets a refused credential be probed at once

    [[nodiscard]] std::map<std::string, PlatformHealth> platforms() const;
    [[nodiscard]] const cadence::Policy& policy() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace engine
