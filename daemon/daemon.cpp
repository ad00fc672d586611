#include "daemon/daemon.hpp"

#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "cadence/printable.hpp"
#include "daemon/housekeeping.hpp"
#include "daemon/log.hpp"
#include "daemon/open_ledger.hpp"
#include "daemon/routes/routes.hpp"
#include "daemon/running_configuration.hpp"
#include "daemon/supervisor.hpp"
#include "daemon/system_entropy.hpp"
#include "daemon/version.hpp"
#include "engine/engine.hpp"
#include "net/https_pool.hpp"
#include "net/system_clock.hpp"
#include "net/unix_http_server.hpp"
#include "net/zone_database.hpp"
#include "platform/chastify/chastify.hpp"

namespace cadenced {
namespace {

namespace asio = boost::asio;
using cadence::Error;
using cadence::Result;
using engine::Level;

constexpr char kZoneDirectory[] = "/usr/share/zoneinfo";
constexpr std::chrono::seconds kDrain{10};

struct RunningPlatform {
    std::unique_ptr<net::HttpsPool> pool;
    std::unique_ptr<chastify::Chastify> client;  // over the pool
};

chastify::Limits to_limits(const CallLimits& limits) {
    return {limits.action, limits.write, limits.read};
}

Result<RunningPlatform> make_platform(asio::any_io_executor loop, const engine::Clock& clock,
                                      const PlatformConfiguration& configured,
                                      const cadence::Secret& credential) {
    net::HttpsOptions where;
    where.host = configured.origin.host;
    where.port = configured.origin.port;
    where.ca_file = configured.ca_file;
    where.max_connections = static_cast<std::size_t>(configured.connections);
    where.timeout = configured.timeout;
    auto pool = net::make_https_pool(std::move(loop), std::move(where));
    if (!pool) {
        return cadence::fail(pool.error().code,
                             "platform." + configured.name + ": " + pool.error().detail);
    }
    chastify::Options options{credential, to_limits(configured.limits), configured.timeout,
                              fmt::format("{}:{}", configured.origin.host, configured.origin.port),
                              configured.connections};
    auto client = chastify::make_chastify(**pool, std::move(options), clock);
    return RunningPlatform{*std::move(pool), std::move(client)};
}

// The running daemon. Everything on the loop's thread, but for the ledger's own two.
class Daemon {
  public:
    Daemon(Log& log, net::ZoneDatabase& zones, ConfigurationSource source, Loaded loaded)
        : log_(log),
          zones_(zones),
          clock_(loop_.get_executor()),
          started_at_(clock_.now()),
          configuration_(std::move(source), zones, std::move(loaded), started_at_),
          drain_over_(loop_, asio::steady_timer::time_point::max()) {}

    // Takes hold of everything; nothing runs yet. A failure leaves nothing behind.
    Result<void> prepare() {
        auto ledger = OpenLedger::open(
            configuration_.current().state_dir, zones_,
            [this](const Error& error) { asio::post(loop_, [this, error] { fail(error); }); });
        if (!ledger) return tl::unexpected<Error>(std::move(ledger.error()));
        ledger_ = *std::move(ledger);
        if (auto platforms = make_platforms(); !platforms) return platforms;
        make_engine();
        if (auto server = make_server(); !server) return server;
        housekeeping_ = std::make_unique<Housekeeping>(
            loop_.get_executor(), supervisor_, kZoneDirectory,
            HousekeepingHooks{.reload = [this] { (void)reload(); },
                              .leave = [this](const std::string& why) { leave(why); }});
        return {};
    }

    ExitCode run() {
        std::exception_ptr broken;
        asio::co_spawn(loop_, live(),
                       [&broken](const std::exception_ptr& error) { broken = error; });
        loop_.run();
        ledger_->join();
        if (broken) std::rethrow_exception(broken);
        log_.write(Level::Info, "event=stopped exit_code=" + std::to_string(to_int(exit_code_)));
        return exit_code_;
    }

  private:
    Result<void> make_platforms() {
        for (const PlatformConfiguration& configured : configuration_.current().platforms) {
            auto platform = make_platform(loop_.get_executor(), clock_, configured,
                                          configuration_.credentials().at(configured.name));
            if (!platform) return tl::unexpected<Error>(std::move(platform.error()));
            platforms_.emplace(configured.name, *std::move(platform));
        }
        return {};
    }

    void make_engine() {
        std::map<std::string, engine::Platform*> clients;
        for (auto& [name, platform] : platforms_) clients.emplace(name, platform.client.get());
        engine_ = std::make_unique<engine::Engine>(
            loop_.get_executor(),
            engine::Ports{clock_, entropy_, log_, ledger_->intake, ledger_->docket, ledger_->outbox,
                          std::move(clients), [this] { return trouble(); },
                          [this] { housekeeping_->awake(); }},
            configuration_.for_engine());
    }

    Result<void> make_server() {
        routes_ = std::make_unique<Routes>(RouteContext{
            clock_, log_, ledger_->intake, ledger_->docket, ledger_->outbox, ledger_->records,
            zones_, [this]() -> const RoutesConfig& { return configuration_.for_routes(); },
            [this] { return facts(); }, [this] { engine_->changed(); }, [this] { return reload(); },
            configuration_.current().state_dir});
        net::UnixHttpOptions options;
        options.path = configuration_.current().socket;
        options.make_problem = [](int status, const std::string& detail) {
            return make_problem_reply(status, detail);
        };
        options.streams = takes_lines;
        auto server = net::make_unix_http_server(
            loop_.get_executor(), std::move(options),
            [this](net::HttpRequest request) { return routes_->handle(std::move(request)); });
        if (!server) return tl::unexpected<Error>(std::move(server.error()));
        server_ = *std::move(server);
        return {};
    }

    asio::awaitable<void> live() {
        using asio::experimental::awaitable_operators::operator&&;
        log_.write(Level::Info, "event=started version=" + version() + " socket=" +
                                    cadence::to_log_value(configuration_.current().socket) +
                                    " tzdb=" + cadence::to_log_value(zones_.version()));
        co_await (work() && serve() && limit_drain() && housekeeping_->run() && become_ready());
        if (exit_code_ != ExitCode::Ok) co_return;
        auto const marked = co_await ledger_->mark_clean(clock_.now());
        if (!marked) log_.write(Level::Warning, "event=unclean_stop");
    }

    asio::awaitable<void> work() {
        auto const worked = co_await engine_->run();
        if (!worked) fail(worked.error());
        leave("engine_ended");
        // Until here the socket tells whoever asks that the daemon drains.
        server_->stop();
        housekeeping_->stop();
    }

    asio::awaitable<void> serve() {
        try {
            auto token = asio::bind_cancellation_slot(cut_.slot(), asio::use_awaitable);
            auto serving = server_->run();
            co_await asio::co_spawn(loop_, std::move(serving), token);
        } catch (const boost::system::system_error& error) {
            if (error.code() != asio::error::operation_aborted) throw;
        }
        served_ = true;
        drain_over_.cancel();
    }

    // Whoever still waits for an answer when the drain is over is cut off.
    asio::awaitable<void> limit_drain() {
        while (!served_) {
            boost::system::error_code ec;
            auto token = asio::redirect_error(asio::use_awaitable, ec);
            co_await drain_over_.async_wait(token);
            if (!ec) cut_.emit(asio::cancellation_type::terminal);
            if (!ec) co_return;
        }
    }

    // The ledger applies units of work in order, and the engine's first one is its recovery: when a
    // later one has come home, recovery is done.
    asio::awaitable<void> become_ready() {
        auto const recovered = co_await ledger_->catch_up();
        if (!recovered || leaving_) co_return;
        log_.write(Level::Info, "event=ready");
        supervisor_.ready("running");
        if (ledger_->was_clean) co_return;
        log_.write(Level::Warning,
                   "event=unclean_start note=\"the last run did not end in good order; the "
                   "database is being checked\"");
        auto const sound = co_await ledger_->check();
        if (!sound) fail(sound.error());
        if (sound) log_.write(Level::Info, "event=database_checked result=ok");
    }

    // The first call begins the orderly stop; the others change nothing.
    void leave(const std::string& why) {
        if (std::exchange(leaving_, true)) return;
        log_.write(Level::Info, "event=stopping reason=" + why);
        supervisor_.stopping("draining: " + why);
        drain_over_.expires_after(kDrain);
        engine_->stop();
    }

    void fail(const Error& error) {
        log_.write(Level::Error, std::string("event=failed code=") +
                                     cadence::to_string(error.code) +
                                     " detail=" + cadence::to_log_value(error.detail));
        if (exit_code_ == ExitCode::Ok) exit_code_ = exit_code_of(error.code);
        leave("failure");
    }

    Result<std::vector<std::string>> reload() {
        supervisor_.reloading();
        auto waiting = configuration_.reload(clock_.now());
        if (!waiting) {
            log_.write(Level::Error,
                       "event=reload_failed note=\"the running configuration stays\" "
                       "detail=" +
                           cadence::to_log_value(waiting.error().detail));
            supervisor_.ready("running; the changed configuration is wrong and was not taken");
            return tl::unexpected<Error>(std::move(waiting.error()));
        }
        log_.set_level(configuration_.current().log_level);
        for (const PlatformConfiguration& configured : configuration_.current().platforms) {
            platforms_.at(configured.name)
                .client->replace(configuration_.credentials().at(configured.name),
                                 to_limits(configured.limits));
        }
        engine_->apply(configuration_.for_engine());
        for (const std::string& key : *waiting) {
            log_.write(Level::Warning,
                       "event=reload_partial key=" + key + " note=\"changes at the next start\"");
        }
        log_.write(Level::Info, "event=reloaded");
        supervisor_.ready("running");
        return *std::move(waiting);
    }

    // Asked at least with every heartbeat: that dates the first write that failed.
    engine::ProcessTrouble trouble() {
        const auto health = ledger_->writer.health();
        if (health.committed && health.checkpointed) {
            unwritable_since_.reset();
            return {unwritable_since_, configuration_.refused_since()};
        }
        unwritable_since_ = unwritable_since_.value_or(clock_.now());
        const Error& error =
            health.committed ? health.checkpointed.error() : health.committed.error();
        return {unwritable_since_, configuration_.refused_since(), error.detail};
    }

    DaemonFacts facts() {
        DaemonFacts facts;
        facts.draining = leaving_;
        facts.started_at = started_at_;
        facts.tzdb = zones_.version();
        facts.config_loaded_at = configuration_.loaded_at();
        facts.config_last_error = configuration_.last_error();
        auto health = ledger_->writer.health();
        facts.database = std::move(health.committed);
        facts.checkpoint = std::move(health.checkpointed);
        facts.platforms = engine_->platforms();
        facts.trouble = trouble();
        return facts;
    }

    Log& log_;
    net::ZoneDatabase& zones_;
    asio::io_context loop_{1};
    net::SystemClock clock_;
    const cadence::Instant started_at_;
    SystemEntropy entropy_;
    Supervisor supervisor_;
    RunningConfiguration configuration_;
    std::unique_ptr<OpenLedger> ledger_;
    std::map<std::string, RunningPlatform> platforms_;
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<Routes> routes_;
    std::unique_ptr<net::UnixHttpServer> server_;
    std::unique_ptr<Housekeeping> housekeeping_;
    asio::cancellation_signal cut_;
    asio::steady_timer drain_over_;
    std::optional<cadence::Instant> unwritable_since_;
    bool leaving_{false};
    bool served_{false};
    ExitCode exit_code_{ExitCode::Ok};
};

// "One line on stderr: what, where, what to do", of the configuration's mistakes one each.
ExitCode refuse(const Error& error) {
    std::cerr << "cadenced: " << error.detail << '\n';
    return exit_code_of(error.code);
}

}  // namespace

ExitCode run_daemon(const Options& options, const Environment& environment) {
    net::ZoneDatabase zones;
    const ConfigurationSource source = {options.configuration_file, environment.directories};
    auto loaded = load_all(source, zones);
    if (!loaded) return refuse(loaded.error());
    Log log(loaded->configuration.log_level,
            environment.journal ? LogStyle::Journal : LogStyle::Terminal);
    Daemon daemon(log, zones, source, *std::move(loaded));
    if (auto prepared = daemon.prepare(); !prepared) return refuse(prepared.error());
    return daemon.run();
}

}  // namespace cadenced
