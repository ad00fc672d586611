// The status socket's routes: what operators and their backends ask of the daemon, answered from
// the ledger's ports. One request at a time comes in as a value and goes out as a value; sockets,
// limits on size and time and malformed HTTP are the server's affair (net::UnixHttpServer). Loop's
// thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "cadence/requirement.hpp"
#include "cadence/zones.hpp"
#include "daemon/defaults.hpp"
#include "daemon/routes/long_text.hpp"
#include "daemon/routes/turnstile.hpp"
#include "engine/clock.hpp"
#include "engine/docket.hpp"
#include "engine/engine.hpp"
#include "engine/intake.hpp"
#include "engine/journal.hpp"
#include "engine/outbox.hpp"
#include "engine/records.hpp"
#include "net/unix_http_server.hpp"

namespace cadenced {

// The running configuration as far as requests depend on it.
struct RoutesConfig {
    Defaults defaults;
    std::vector<std::string> platforms;  // the configured names
    cadence::Policy policy;
    std::string version;  // the program's
};

// What the daemon knows of itself.
struct DaemonFacts {
    bool draining{false};
    cadence::Instant started_at;
    std::string tzdb;  // the zone database's release
    cadence::Instant config_loaded_at;
    std::string config_last_error;       // of the last reload; empty: none
    cadence::Result<void> database{};    // whether it can be written
    cadence::Result<void> checkpoint{};  // whether what its log holds can be
    std::map<std::string, engine::PlatformHealth> platforms;
    engine::ProcessTrouble trouble;
};

// All of it outlives the routes.
struct RouteContext {
    engine::Clock& clock;
    engine::Journal& journal;
    engine::Intake& intake;
    engine::Docket& docket;
    engine::Outbox& outbox;
    engine::Records& records;
    cadence::Zones& zones;
    std::function<const RoutesConfig&()> config;
    std::function<DaemonFacts()> facts;
    std::function<void()> changed;  // something entered the ledger: look for work
    // As SIGHUP; returns the keys whose change waits for the next start. The error's detail says
    // everything that is wrong with the file.
    std::function<cadence::Result<std::vector<std::string>>()> reload;
    std::string scratch;  // a directory for answers that are too long to be kept in memory
    // Steps of NDJSON in hand: a commit that holds them all is still a short one, and the loop's
    // other work waits for no more of them than these.
    std::shared_ptr<wire::Turnstile> steps_at_once{std::make_shared<wire::Turnstile>(4)};
    // What long answers may take of the ledger's disk, all of them together.
    std::shared_ptr<wire::TextRoom> long_answers{
        std::make_shared<wire::TextRoom>(std::size_t{512} * 1024 * 1024)};
};

class Routes {
  public:
    explicit Routes(RouteContext context) : context_(std::move(context)) {}

    // Answers one request; an error is an answer, too. Must not outlive the routes. Cancelled:
    // throws operation_aborted; what a port was asked for by then may have happened.
    [[nodiscard]] boost::asio::awaitable<net::HttpReply> handle(net::HttpRequest request) const;

  private:
    RouteContext context_;
};

// Whether the body of this request is to be handed on by the piece (UnixHttpOptions::streams).
[[nodiscard]] bool takes_lines(const net::HttpRequest& request);

// The bodies of the errors that the server answers by itself (UnixHttpOptions::make_problem).
[[nodiscard]] net::HttpReply make_problem_reply(int status, const std::string& detail);

}  // namespace cadenced
