// The composition of the commands that end by themselves: --check-config and --backfill.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>
#include <utility>

#include "daemon/backfill_command.hpp"
#include "daemon/check_command.hpp"
#include "daemon/daemon.hpp"
#include "daemon/log.hpp"
#include "daemon/open_ledger.hpp"
#include "daemon/routes/routes.hpp"
#include "daemon/running_configuration.hpp"
#include "daemon/trust.hpp"
#include "net/system_clock.hpp"
#include "net/unix_http_client.hpp"
#include "net/zone_database.hpp"

namespace cadenced {
namespace {

namespace asio = boost::asio;
using cadence::Error;
using cadence::ErrorCode;
using cadence::Result;

ConfigurationSource source_of(const Options& options, const Environment& environment) {
    return {options.configuration_file, environment.directories};
}

Result<BackfillReply> ask_daemon(const std::string& socket, const std::string& body,
                                 const OnLine& on_line) {
    net::UnixHttpCall call;
    call.method = "POST";
    call.target = "/v1/backfill";
    call.body = body;
    call.on_line = on_line;
    const auto reply = net::UnixHttpClient(socket).request(call);
    if (!reply) return tl::unexpected<Error>(reply.error());
    return BackfillReply{reply->status, reply->body};
}

// What the socket's server would do with the reply's body.
asio::awaitable<BackfillReply> answer_here(const Routes& routes, std::string body,
                                           const OnLine& on_line) {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/v1/backfill";
    request.path = {"v1", "backfill"};
    request.headers.add("content-type", "application/json");
    request.body = std::move(body);
    auto handling = routes.handle(std::move(request));
    net::HttpReply reply = co_await std::move(handling);
    if (reply.status != 200) co_return BackfillReply{reply.status, reply.body};
    std::string rest = reply.body;
    while (true) {
        for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
            on_line(std::string_view{rest}.substr(0, end));
            rest.erase(0, end + 1);
        }
        if (!reply.next_chunk) break;
        auto next = reply.next_chunk();
        auto const chunk = co_await std::move(next);
        if (!chunk) break;
        rest += *chunk;
    }
    co_return BackfillReply{reply.status, {}};
}

// A backfill without a daemon: the same route over the ledger itself, under the lock.
class Backfiller {
  public:
    Backfiller(ConfigurationSource source, const Configuration& configuration,
               cadence::Zones& zones)
        : clock_(loop_.get_executor()),
          zones_(zones),
          configuration_(std::move(source), zones, Loaded{configuration, {}}, clock_.now()) {}

    Result<BackfillReply> run(const std::string& body, const OnLine& on_line) {
        const std::string file = configuration_.current().state_dir + "/cadenced.db";
        if (!std::filesystem::exists(file)) {
            return cadence::fail(cadence::ErrorCode::Configuration,
                                 file + ": there is no database to judge again; check state_dir");
        }
        auto ledger =
            OpenLedger::open(configuration_.current().state_dir, zones_, [](const Error&) {});
        if (!ledger) return tl::unexpected<Error>(std::move(ledger.error()));
        const Routes routes(context_over(**ledger));
        BackfillReply reply;
        std::exception_ptr broken;
        asio::co_spawn(loop_, judge(**ledger, routes, body, on_line),
                       [&reply, &broken](const std::exception_ptr& error, BackfillReply answered) {
                           broken = error;
                           reply = std::move(answered);
                       });
        loop_.run();
        (*ledger)->join();
        if (broken) std::rethrow_exception(broken);
        return reply;
    }

  private:
    asio::awaitable<BackfillReply> judge(OpenLedger& ledger, const Routes& routes,
                                         const std::string& body, const OnLine& on_line) {
        BackfillReply reply = co_await answer_here(routes, body, on_line);
        // After a crash the next daemon shall still look through the file.
        if (ledger.was_clean) {
            auto const marked = co_await ledger.mark_clean(clock_.now());
            if (!marked) log_.write(engine::Level::Warning, "event=unclean_stop");
        }
        co_return reply;
    }

    RouteContext context_over(OpenLedger& ledger) {
        return RouteContext{clock_,
                            log_,
                            ledger.intake,
                            ledger.docket,
                            ledger.outbox,
                            ledger.records,
                            zones_,
                            [this]() -> const RoutesConfig& { return configuration_.for_routes(); },
                            [] { return DaemonFacts{}; },
                            [] {},
                            [] { return Result<std::vector<std::string>>{}; },
                            configuration_.current().state_dir};
    }

    asio::io_context loop_{1};
    net::SystemClock clock_;
    cadence::Zones& zones_;
    Log log_{LogLevel::Warn, LogStyle::Terminal};
    RunningConfiguration configuration_;
};

}  // namespace

ExitCode run_check(const Options& options, const Environment& environment) {
    net::ZoneDatabase zones;
    return check_configuration(source_of(options, environment), zones, check_trust);
}

ExitCode run_backfill(const Options& options, const Environment& environment) {
    net::ZoneDatabase zones;
    const ConfigurationSource source = source_of(options, environment);
    const auto configuration = load_configuration(source.file, source.directories, zones);
    if (!configuration) {
        std::cerr << to_string(configuration.error(), source.file) << '\n';
        return ExitCode::Configuration;
    }
    const std::string& socket = configuration->socket;
    auto code =
        show_backfill(options.backfill, [&socket](const std::string& body, const OnLine& on_line) {
            return ask_daemon(socket, body, on_line);
        });
    if (!code && code.error().code == ErrorCode::NotFound) {
        Backfiller here(source, *configuration, zones);
        code = show_backfill(options.backfill,
                             [&here](const std::string& body, const OnLine& on_line) {
                                 return here.run(body, on_line);
                             });
    }
    if (code) return *code;
    std::cerr << "cadenced: backfill: " << code.error().detail << '\n';
    return exit_code_of(code.error().code);
}

}  // namespace cadenced
