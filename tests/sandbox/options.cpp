#include "tests/sandbox/options.hpp"

#include <fmt/format.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>

#include "tests/sandbox/reference.hpp"
#include "tests/sandbox/suggest.hpp"

namespace sandbox {
namespace {

constexpr const char* kAbout =
    "A stand-in for Chastify's extension API, for testing a backend without the platform: an "
    "HTTPS\n"
    "server on loopback with lock sessions that tick and change, launch tokens that die, rate\n"
    "limits, and every fault of a network and a server on demand. It keeps a journal of what "
    "truly\n"
    "happened. Nothing leaves this machine. Of the platforms it is Chastify alone: Chastity "
    "Tracker "
    "is\nnot simulated.";

CLI::Validator up_to(std::uint64_t most) {
    auto const look = [most](const std::string& text) -> std::string {
        std::uint64_t number = 0;
        auto const* const end = text.data() + text.size();
        auto const [stop, ec] = std::from_chars(text.data(), end, number);
        if (ec == std::errc{} && stop == end && number <= most) return {};
        return fmt::format("{} is not a whole number from 0 to {}", text, most);
    };
    return {look, {}};
}

int complain(const std::string& what) {
    fmt::print(stderr, "platform-sandbox: {}; see platform-sandbox --help\n", what);
    return EX_USAGE;
}

void add_options(CLI::App& app, Options& options) {
    app.footer(lesson_text());
    app.allow_extras();  // to say better what is wrong with them
    app.add_option("--dir", options.dir, "where ca.pem and ports.json are written; must exist")
        ->type_name("DIR");
    app.add_option("--https-port", options.https_port, "0: the kernel chooses")
        ->type_name("PORT")
        ->check(up_to(UINT16_MAX))
        ->capture_default_str();
    app.add_option("--control-port", options.control_port, "0: the kernel chooses")
        ->type_name("PORT")
        ->check(up_to(UINT16_MAX))
        ->capture_default_str();
    app.add_option("--key", options.keys,
                   "a developer key that is valid from the start; repeatable");
    app.add_option("--seed", options.seed,
                   "of all dice, so that a run can be repeated; drawn unless given (GET / tells)")
        ->check(up_to(UINT64_MAX));
    app.add_option("--journal", options.journal,
                   "append every effect to this file, one line of JSON each")
        ->type_name("FILE");
    app.add_flag("--quiet", options.quiet, "print nothing but errors");
    app.add_flag("--reference", options.reference,
                 "print all control calls, fields and faults, and exit");
}

std::vector<std::string> names_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (auto const* option : app.get_options()) names.push_back(option->get_name());
    return names;
}

}  // namespace

tl::expected<Options, int> parse_options(int argc, const char* const* argv) {
    Options options;
    CLI::App app{kAbout, "platform-sandbox"};
    add_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        return tl::unexpected<int>(app.exit(success));
    } catch (const CLI::ParseError& error) {
        return tl::unexpected<int>(complain(error.what()));
    }
    if (auto const extras = app.remaining(); !extras.empty()) {
        return tl::unexpected<int>(complain(fmt::format(
            "{} is no option{}", extras.front(), did_you_mean(extras.front(), names_of(app)))));
    }
    if (options.reference) {
        std::fputs(reference_text().c_str(), stdout);
        return tl::unexpected<int>(EX_OK);
    }
    if (options.dir.empty()) return tl::unexpected<int>(complain("--dir is required"));
    if (!CLI::ExistingDirectory(options.dir).empty()) {
        return tl::unexpected<int>(
            complain(fmt::format("--dir {} is no directory: make it first", options.dir)));
    }
    return options;
}

}  // namespace sandbox
