#include "tests/bench/deliveries/storm.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "net/unix_http_client.hpp"
#include "tests/bench/cpu_time.hpp"
#include "tests/bench/deliveries/ledger_of_storm.hpp"
#include "tests/e2e/program.hpp"
#include "tests/e2e/slow_disk.hpp"

namespace bench {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

constexpr seconds kPatience{120};
// From the ledger's being made ready to the storm the daemon starts: this, or several times what
// its first start took.
constexpr seconds kUntilDue{3};
constexpr int kStartsUntilDue = 8;
constexpr std::chrono::milliseconds kSettled{200};

class StormDaemon {
  public:
    StormDaemon(const std::filesystem::path& dir, const Peer& peer, int connections)
        : dir_(dir), disk_(dir) {
        e2e::write_text(dir_ / "key", "benchmark-developer-key\n");
        ::chmod((dir_ / "key").c_str(), 0600);
        e2e::write_text(
            dir_ / "cadenced.toml",
            fmt::format("state_dir = \"{0}\"\nsocket = \"{0}/socket\"\n[platform.chastify]\n"
                        "kind = \"chastify\"\nbase_url = \"https://localhost:{1}\"\n"
                        "credential = \"{0}/key\"\nca_file = \"{2}\"\nconnections = {3}\n"
                        "limits = {{ action = 100000, write = 100000, read = 100000 }}\n"
                        "[defaults]\ngrace = \"0s\"\nfirst_window = \"strict\"\n",
                        dir_.string(), peer.port(), peer.ca_file().string(), connections));
    }

    void start() {
        const auto begun = system_clock::now();
        program_.emplace(e2e::Program::Start{std::filesystem::path{CADENCED_BIN_DIR} / "cadenced",
                                             {"--config", (dir_ / "cadenced.toml").string()},
                                             disk_.environment(),
                                             dir_ / "output"});
        const bool ready = e2e::eventually(
            kPatience, [this] { return !program_->running() || status_of("/readyz") == 200; });
        if (!ready || !program_->running()) {
            throw std::runtime_error("the daemon did not start: " +
                                     e2e::read_text(dir_ / "output"));
        }
        took_to_start_ = system_clock::now() - begun;
    }

    void stop() {
        program_->signal(SIGTERM);
        if (program_->wait(kPatience) != 0) throw std::runtime_error("the daemon did not stop");
        program_.reset();
    }

    std::string must(const std::string& method, const std::string& target, const std::string& body,
                     const std::string& content_type = "application/json") const {
        net::UnixHttpCall call;
        call.method = method;
        call.target = target;
        call.content_type = content_type;
        call.body = body;
        const auto answer = net::UnixHttpClient{(dir_ / "socket").string()}.request(call);
        if (!answer) throw std::runtime_error(target + ": " + answer.error().detail);
        if (answer->status >= 300) throw std::runtime_error(target + ": " + answer->body);
        return answer->body;
    }

    // Of a state's counter in the status.
    [[nodiscard]] bool has(const char* state, int deliveries) const {
        const auto counted = fmt::format("\"{}\":{},", state, deliveries);
        return must("GET", "/v1/status", "").find(counted) != std::string::npos;
    }

    [[nodiscard]] system_clock::duration took_to_start() const { return took_to_start_; }
    [[nodiscard]] pid_t pid() const { return program_->pid(); }
    [[nodiscard]] std::int64_t syncs() const { return disk_.syncs(); }
    [[nodiscard]] std::filesystem::path database() const { return dir_ / "cadenced.db"; }

  private:
    [[nodiscard]] int status_of(const std::string& target) const {
        net::UnixHttpCall call;
        call.target = target;
        const auto answer = net::UnixHttpClient{(dir_ / "socket").string()}.request(call);
        return answer ? answer->status : 0;
    }

    std::filesystem::path dir_;
    e2e::SlowDisk disk_;
    std::optional<e2e::Program> program_;
    system_clock::duration took_to_start_{0};
};

// One a day each; of progress, more are wanted than come, so that no verdict mixes in.
std::string progress_requirements(int each) {
    std::string list;
    for (int number = 0; number < each; ++number) {
        list += fmt::format(
            R"({}{{"metric":"metric-{:02}","requiredCount":9,"cadence":{{"every":1,"unit":"day"}},)"
            R"("punishment":{{"type":"none","seconds":0}}}})",
            number == 0 ? "" : ",", number);
    }
    return list;
}

std::string missed_requirement(int days) {
    const auto since =
        std::chrono::floor<std::chrono::days>(system_clock::now()) - std::chrono::days{days};
    return fmt::format(
        R"({{"metric":"metric-00","requiredCount":1,"cadence":{{"every":1,"unit":"day"}},)"
        R"("punishment":{{"type":"add_time","seconds":600}},"owner":"auto",)"
        R"("activeFrom":"{:%Y-%m-%d}T00:00:00Z","punishPast":true}})",
        fmt::gmtime(system_clock::to_time_t(since)));
}

// As backends do it: in the order of time, each wearer in turn.
std::string proof_lines(const StormPlan& plan) {
    std::string lines;
    for (int metric = 0; metric < plan.each; ++metric) {
        for (int session = 0; session < plan.sessions; ++session) {
            lines += fmt::format(
                R"({{"id":"proof-{0}-{1}","sessionId":"{2}","metric":"metric-{1:02}"}})", session,
                metric, session_name(session));
            lines += '\n';
        }
    }
    return lines;
}

// Enrols, and makes what is to be delivered, by the daemon itself; no token lives yet.
void make_deliveries(StormDaemon& daemon, const StormPlan& plan) {
    const bool progress = plan.what == StormPlan::What::Progress;
    const auto requirements =
        progress ? progress_requirements(plan.each) : missed_requirement(plan.each);
    daemon.start();
    for (int number = 0; number < plan.sessions; ++number) {
        static_cast<void>(daemon.must("PUT", "/v1/sessions/" + session_name(number),
                                      "{\"requirements\":[" + requirements + "]}"));
    }
    if (progress) {
        static_cast<void>(
            daemon.must("POST", "/v1/proofs", proof_lines(plan), "application/x-ndjson"));
    }
    const bool made = e2e::eventually(
        kPatience, [&daemon, &plan] { return daemon.has("waiting", plan.deliveries()); });
    if (!made) throw std::runtime_error("not all deliveries came to be");
    daemon.stop();
}

void wait_until(system_clock::time_point when) {
    static_cast<void>(e2e::eventually(kPatience, [when] { return system_clock::now() >= when; }));
}

}  // namespace

StormCost run_storm(const Peer& peer, const StormPlan& plan) {
    const e2e::TemporaryDirectory directory;
    StormDaemon daemon(directory.path(), peer, plan.connections);
    make_deliveries(daemon, plan);
    const auto wait =
        std::max<system_clock::duration>(kUntilDue, kStartsUntilDue * daemon.took_to_start());
    const auto due =
        launch_all(daemon.database(), plan.sessions, std::chrono::ceil<cadence::Duration>(wait));
    daemon.start();
    if (system_clock::now() > due) {
        throw std::runtime_error("the daemon took too long to start:\n" +
                                 e2e::read_text(directory.path() / "output"));
    }
    wait_until(due - std::chrono::milliseconds{50});

    StormCost before{cpu_time_of(daemon.pid()), daemon.syncs(), peer.reads(), peer.writes(), 0};
    const auto all = before.writes + static_cast<std::uint64_t>(plan.deliveries());
    const bool done = e2e::eventually(kPatience, [&peer, all] { return peer.writes() >= all; });
    const std::chrono::duration<double> took = system_clock::now() - due;
    wait_until(system_clock::now() + kSettled);  // the last outcomes are written down
    StormCost cost{cpu_time_of(daemon.pid()) - before.cpu, daemon.syncs() - before.syncs,
                   peer.reads() - before.reads, peer.writes() - before.writes, took.count()};
    if (!done || !daemon.has("applied", plan.deliveries())) {
        throw std::runtime_error("not everything was applied: " +
                                 daemon.must("GET", "/v1/status", ""));
    }
    daemon.stop();
    return cost;
}

}  // namespace bench
