#include "tests/sandbox/options.hpp"

#include <sysexits.h>

#include <CLI/CLI.hpp>

namespace sandbox {

tl::expected<Options, int> parse_options(int argc, const char* const* argv) {
    constexpr const char* kAbout =
        "An HTTPS server on loopback that behaves as Chastify's documented extension API does,\n"
        "with lock sessions that change and tick, and with faults on demand.";
    constexpr const char* kAfter =
        "When it listens, DIR holds ca.pem (trust it: curl --cacert, ca_file) and ports.json\n"
        "{\"https\":PORT,\"control\":PORT,\"pid\":N}. Set it up through the control port:\n"
        "  curl -d '{\"id\":\"s1\"}' http://127.0.0.1:PORT/sessions\n"
        "  curl -X POST http://127.0.0.1:PORT/sessions/s1/launch\n"
        "  curl http://127.0.0.1:PORT/effects\n"
        "SIGTERM and SIGINT end it.";
    Options options;
    CLI::App app{kAbout, "platform-sandbox"};
    app.footer(kAfter);
    app.add_option("--dir", options.dir, "where ca.pem and ports.json are written")
        ->required()
        ->check(CLI::ExistingDirectory);
    app.add_option("--https-port", options.https_port, "0: the kernel chooses")
        ->capture_default_str();
    app.add_option("--control-port", options.control_port, "0: the kernel chooses")
        ->capture_default_str();
    app.add_option("--key", options.keys,
                   "a developer key that is valid from the start; repeatable");
    app.add_option("--seed", options.seed, "of tokens and of faults' dice; random by default");
    app.add_option("--journal", options.journal,
                   "append every effect to this file, one line of JSON each");
    app.add_flag("--quiet", options.quiet, "print nothing but errors");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return tl::unexpected<int>(app.exit(error) == 0 ? EX_OK : EX_USAGE);
    }
    return options;
}

}  // namespace sandbox
