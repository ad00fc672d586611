#include <sys/stat.h>

#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/daemon.hpp"
#include "daemon/environment.hpp"
#include "daemon/exit_code.hpp"
#include "daemon/options.hpp"

namespace {

cadenced::ExitCode run(const cadenced::Options& options) {
    const cadenced::Environment environment = cadenced::load_environment();
    switch (options.command) {
        case cadenced::Command::Print:
            std::cout << options.text << '\n';
            return cadenced::ExitCode::Ok;
        case cadenced::Command::CheckConfiguration:
            return cadenced::run_check(options, environment);
        case cadenced::Command::Backfill:
            return cadenced::run_backfill(options, environment);
        case cadenced::Command::Run:
            return cadenced::run_daemon(options, environment);
    }
    return cadenced::ExitCode::Internal;
}

}  // namespace

int main(int argc, char** argv) {
    ::umask(0077);
    try {
        const auto options =
            cadenced::parse_options(std::vector<std::string>(argv + 1, argv + argc));
        if (options) return cadenced::to_int(run(*options));
        std::cerr << "cadenced: " << options.error().detail << '\n';
        return cadenced::to_int(cadenced::ExitCode::Usage);
    } catch (const std::exception& error) {
        std::cerr << "cadenced: internal error: " << error.what() << "; please report it\n";
        return cadenced::to_int(cadenced::ExitCode::Internal);
    }
}
