#include "tests/sandbox/program.hpp"

#include <fmt/format.h>
#include <sysexits.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/sandbox/certificates.hpp"
#include "tests/sandbox/platform.hpp"
#include "tests/sandbox/server.hpp"

namespace sandbox {
namespace {

namespace fs = std::filesystem;

int complain(const cadence::Error& error, int code) {
    fmt::print(stderr, "platform-sandbox: {}\n", error.detail);
    return code;
}

// A reader sees the old file or the new one, never half of it.
cadence::Result<void> write_atomically(const fs::path& path, const std::string& text) {
    auto const draft = fs::path(path.string() + ".new");
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code ec;
    if (file) fs::rename(draft, path, ec);
    if (file && !ec) return {};
    return cadence::fail(cadence::ErrorCode::PermissionDenied,
                         fmt::format("cannot write {}: is the directory writable?", path.string()),
                         "--dir");
}

std::uint64_t seed_of(const Options& options) {
    if (options.seed) return *options.seed;
    std::random_device device;
    return (std::uint64_t{device()} << 32U) | device();
}

cadence::Result<void> announce(const fs::path& dir, const Certificates& certificates,
                               const Ports& ports) {
    // The ports come last: who sees them may use the authority.
    auto const authority = write_atomically(dir / "ca.pem", certificates.authority);
    if (!authority) return authority;
    return write_atomically(dir / "ports.json",
                            fmt::format("{{\"https\":{},\"control\":{},\"pid\":{}}}\n", ports.https,
                                        ports.control, ::getpid()));
}

}  // namespace

int run_program(const Options& options) {
    fs::path const dir(options.dir);
    std::error_code ignored;
    fs::remove(dir / "ports.json", ignored);  // an earlier run's would mislead who waits for ours
    auto const certificates = make_certificates();
    if (!certificates) return complain(certificates.error(), EX_SOFTWARE);
    Platform platform(seed_of(options));
    platform.first_keys.insert(options.keys.begin(), options.keys.end());
    platform.keys = platform.first_keys;
    if (!options.journal.empty()) {
        auto const opened = platform.journal.open_file(options.journal);
        if (!opened) return complain(opened.error(), EX_CANTCREAT);
    }
    auto server =
        Server::listen(platform, *certificates, {options.https_port, options.control_port});
    if (!server) return complain(server.error(), EX_UNAVAILABLE);
    auto const ports = server->ports();
    auto const announced = announce(dir, *certificates, ports);
    if (!announced) return complain(announced.error(), EX_CANTCREAT);
    if (!options.quiet) {
        fmt::print("platform-sandbox: https://localhost:{} control http://127.0.0.1:{} ca {}\n",
                   ports.https, ports.control, (dir / "ca.pem").string());
        std::fflush(stdout);
    }
    server->run();
    fs::remove(dir / "ports.json", ignored);
    return EX_OK;
}

}  // namespace sandbox
