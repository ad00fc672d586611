#include "tests/bench/stored/daemon_run.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <stdexcept>
#include <thread>

#include "tests/bench/stored/status_client.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

}  // namespace

DaemonRun::DaemonRun(std::filesystem::path directory) : directory_(std::move(directory)) {
    write_configuration();
    std::filesystem::remove(directory_ / "output");
    const auto begin = Steady::now();
    program_.emplace(e2e::Program::Start{
        std::filesystem::path{CADENCED_BIN_DIR} / "cadenced",
        {"--config", (directory_ / "cadenced.toml").string()},
        {{"NOTIFY_SOCKET", manager_.path()},
         {"WATCHDOG_USEC", std::to_string(std::chrono::microseconds{watchdog()}.count())}},
        directory_ / "output"});
    while (!is_ready()) {
        if (!program_->running() || Steady::now() - begin > 60s) {
            throw std::runtime_error("the daemon did not become ready:\n" + log());
        }
        std::this_thread::sleep_for(1ms);
    }
    start_time_ = Steady::now() - begin;
}

std::string DaemonRun::log() const { return e2e::read_text(directory_ / "output"); }

int DaemonRun::feedings() const {
    int heard = 0;
    for (;;) {
        const std::string message = manager_.hear(1ms);
        if (message.empty()) return heard;
        if (message.find("WATCHDOG=1") != std::string::npos) ++heard;
    }
}

void DaemonRun::stop() {
    program_->signal(SIGTERM);
    if (program_->wait(30s) != 0) throw std::runtime_error("the daemon did not stop:\n" + log());
}

void DaemonRun::kill() {
    program_->signal(SIGKILL);
    static_cast<void>(program_->wait(30s));
}

std::chrono::seconds DaemonRun::watchdog() {
    const std::string unit =
        e2e::read_text(std::filesystem::path{CADENCED_SOURCE_DIR} / "systemd/cadenced.service");
    const std::string name = "\nWatchdogSec=";
    const auto at = unit.find(name);
    if (at == std::string::npos) throw std::runtime_error("the unit has no WatchdogSec");
    return std::chrono::seconds{std::stoi(unit.substr(at + name.size()))};
}

void DaemonRun::write_configuration() const {
    const auto key = directory_ / "key";
    e2e::write_text(key, "nobody-asks-for-it\n");
    ::chmod(key.c_str(), 0600);
    e2e::write_text(directory_ / "cadenced.toml",
                    fmt::format("state_dir = \"{}\"\nsocket = \"{}\"\n[platform.chastify]\n"
                                "kind = \"chastify\"\nbase_url = \"https://localhost:9\"\n"
                                "credential = \"{}\"\n",
                                directory_.string(), socket().string(), key.string()));
}

bool DaemonRun::is_ready() const {
    try {
        return StatusClient(socket()).get("/readyz").status == 200;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace bench
