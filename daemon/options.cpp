#include "daemon/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>

#include "cadence/ids.hpp"
#include "cadence/printable.hpp"
#include "daemon/version.hpp"

namespace cadenced {
namespace {

constexpr char kFooter[] = R"(
Examples:
  cadenced --check-config --config ./cadenced.toml
  cadenced --backfill --from 2026-03-01 --to 2026-03-31 --dry-run
  cadenced --backfill --from 2026-03-01 --to 2026-03-31 --session lock-1 --punish
  curl --unix-socket /run/cadenced/cadenced.sock http://cadenced/v1/status

A backfill judges closed windows again whose last local date lies in the range, both ends
included. It asks the running daemon; where none runs it opens the ledger itself. Without
--punish it creates no punishment and turns nothing into missed. Running it again is harmless.

Exit codes:
  0 ok   64 usage   65 corrupt, foreign or newer database   69 daemon not reachable
  70 internal   73 cannot create   74 I/O   75 another instance runs   77 permission
  78 configuration, or a credential that is absent or empty

Files:
  /etc/cadenced/cadenced.toml    the configuration
  /var/lib/cadenced/             the ledger (state_dir)
  /run/cadenced/cadenced.sock    the status socket: HTTP for backends and operators

Signals: SIGTERM and SIGINT stop in good order, SIGHUP reads the configuration again.)";

struct Raw {
    bool check_config{false};
    bool version{false};
    bool backfill{false};
    std::string from;
    std::string to;
    std::string session;
    std::string metric;
    std::string plan;
};

// The options that mean nothing without --backfill.
constexpr const char* kOfBackfill[] = {"--from", "--to",      "--session", "--metric",
                                       "--plan", "--dry-run", "--punish",  "--json"};

std::unique_ptr<CLI::App> make_parser(Raw& raw, Options& options) {
    auto app = std::make_unique<CLI::App>(
        "cadenced judges, window by window, what the wearers of locked sessions owe, and tells "
        "the platform.",
        "cadenced");
    app->footer(kFooter);
    app->set_help_flag("-h,--help", "Print this and exit");
    app->add_flag("--version", raw.version, "Print the version and exit");
    app->add_option("--config", options.configuration_file, "The configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app->add_flag("--check-config", raw.check_config,
                  "Check the configuration, its credentials and CA files, and exit");
    app->add_flag("--backfill", raw.backfill, "Judge closed windows again, and exit");
    app->add_option("--from", raw.from, "First local date of the range")->type_name("DATE");
    app->add_option("--to", raw.to, "Last local date of the range, included")->type_name("DATE");
    app->add_option("--session", raw.session, "Only this lock session")->type_name("ID");
    app->add_option("--metric", raw.metric, "Only this metric")->type_name("M");
    app->add_flag("--dry-run", options.backfill.dry_run, "Only say what would change");
    app->add_option("--plan", raw.plan, "Not supported by this version")->type_name("HASH");
    app->add_flag("--punish", options.backfill.punish, "Let misses be punished");
    app->add_flag("--json", options.backfill.json, "Print one JSON object a line");
    return app;
}

cadence::Result<Options> usage(const std::string& what) {
    return cadence::fail(cadence::ErrorCode::InvalidArgument,
                         cadence::to_printable(what) + "; see cadenced --help");
}

std::optional<int> find_number(std::string_view digits) {
    int number = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    return number;
}

std::optional<cadence::LocalDate> find_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = find_number(text.substr(0, 4));
    const auto month = find_number(text.substr(5, 2));
    const auto day = find_number(text.substr(8, 2));
    if (!year || !month || !day || *year < 1 || *month < 1 || *day < 1) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return cadence::LocalDate{date};
}

cadence::Result<Options> finish_backfill(const Raw& raw, Options options) {
    BackfillOptions& backfill = options.backfill;
    if (!raw.plan.empty()) {
        return usage(
            "--plan: applying a plan by its hash is not supported by this version of "
            "cadenced; leave --plan out");
    }
    const auto from = find_date(raw.from);
    if (!from) return usage("--from \"" + raw.from + "\" is not a date; write YYYY-MM-DD");
    const auto to = find_date(raw.to);
    if (!to) return usage("--to \"" + raw.to + "\" is not a date; write YYYY-MM-DD");
    if (*to < *from) return usage("--to " + raw.to + " is before --from " + raw.from);
    if (!raw.session.empty() && !cadence::is_session_id(raw.session)) {
        return usage("--session \"" + raw.session + "\" is not an id of a lock session");
    }
    if (!raw.metric.empty() && !cadence::is_metric(raw.metric)) {
        return usage("--metric \"" + raw.metric + "\" is not the name of a metric");
    }
    options.command = Command::Backfill;
    backfill.from = *from;
    backfill.to = *to;
    if (!raw.session.empty()) backfill.session = raw.session;
    if (!raw.metric.empty()) backfill.metric = raw.metric;
    return options;
}

cadence::Result<Options> choose(const CLI::App& app, const Raw& raw, Options options) {
    if (raw.version) {
        options.command = Command::Print;
        options.text = "cadenced " + version();
        return options;
    }
    if (raw.check_config && raw.backfill) {
        return usage("--check-config and --backfill are two commands; give one");
    }
    if (raw.backfill) {
        for (const char* const option : {"--from", "--to"}) {
            if (app.count(option) == 0) {
                return usage(std::string{"--backfill needs "} + option + " DATE");
            }
        }
        return finish_backfill(raw, std::move(options));
    }
    for (const char* const option : kOfBackfill) {
        if (app.count(option) > 0) {
            return usage(std::string{option} + " belongs to --backfill, which is not there");
        }
    }
    options.command = raw.check_config ? Command::CheckConfiguration : Command::Run;
    return options;
}

}  // namespace

cadence::Result<Options> parse_options(std::vector<std::string> arguments) {
    Raw raw;
    Options options;
    const std::unique_ptr<CLI::App> app = make_parser(raw, options);
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    try {
        app->parse(std::move(arguments));
    } catch (const CLI::CallForHelp&) {
        options.command = Command::Print;
        options.text = app->help();
        return options;
    } catch (const CLI::ParseError& error) {
        return usage(error.what());
    }
    if (app->count("--config") > 0 && options.configuration_file.empty()) {
        return usage("--config is empty; name a file");
    }
    return choose(*app, raw, std::move(options));
}

}  // namespace cadenced
