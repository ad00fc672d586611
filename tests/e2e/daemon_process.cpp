#include "tests/e2e/daemon_process.hpp"

#include <signal.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "net/unix_http_client.hpp"

namespace e2e {
namespace {

using Json = nlohmann::json;

std::string configuration_of(const std::filesystem::path& dir, const Sandbox& sandbox,
                             const DaemonProcess::Setup& setup) {
    return "state_dir = \"" + dir.string() + "\"\nsocket = \"" + (dir / "socket").string() +
           "\"\nlog_level = \"" + setup.log_level +
           "\"\n[platform.chastify]\nkind = \"chastify\"\nbase_url = \"" + sandbox.base_url() +
           "\"\ncredential = \"" + (dir / "key").string() + "\"\nca_file = \"" +
           sandbox.ca_file().string() + "\"\n" + setup.extra_configuration;
}

}  // namespace

Json Answer::json() const { return Json::parse(body); }

DaemonProcess::DaemonProcess(const std::filesystem::path& dir, const Sandbox& sandbox, Setup setup)
    : dir_(dir / "daemon"), setup_(std::move(setup)) {
    std::filesystem::create_directories(dir_);
    std::filesystem::permissions(dir_, std::filesystem::perms::owner_all);
    write_text(dir_ / "key", std::string{kDeveloperKey} + "\n");
    ::chmod((dir_ / "key").c_str(), 0600);
    write_text(configuration(), configuration_of(dir_, sandbox, setup_));
}

void DaemonProcess::next_start(std::filesystem::path program,
                               std::map<std::string, std::string> environment) {
    setup_.program = std::move(program);
    setup_.environment = std::move(environment);
}

void DaemonProcess::start() {
    program_.emplace(Program::Start{setup_.program,
                                    {"--config", configuration().string()},
                                    setup_.environment,
                                    dir_ / "output"});
}

void DaemonProcess::start_and_wait() {
    start();
    auto const answers = eventually(std::chrono::seconds{30}, [this] {
        return !program_->running() || get("/readyz").status == 200;
    });
    if (!answers || !program_->running()) {
        throw std::runtime_error("the daemon did not become ready:\n" + log());
    }
}

std::optional<int> DaemonProcess::stop() {
    program_->signal(SIGTERM);
    return program_->wait(std::chrono::seconds{30});
}

void DaemonProcess::kill() {
    program_->signal(SIGKILL);
    static_cast<void>(program_->wait(std::chrono::seconds{30}));
}

Answer DaemonProcess::call(const std::string& method, const std::string& target,
                           const std::string& body) const {
    net::UnixHttpCall request;
    request.method = method;
    request.target = target;
    request.body = body;
    auto answer = net::UnixHttpClient{(dir_ / "socket").string()}.request(request);
    if (!answer) return {};
    return {answer->status, std::move(answer->body)};
}

Answer DaemonProcess::put(const std::string& target, const Json& body) const {
    return call("PUT", target, body.dump());
}

Answer DaemonProcess::post(const std::string& target, const Json& body) const {
    return call("POST", target, body.dump());
}

Json DaemonProcess::all(const std::string& target) const {
    auto items = Json::array();
    auto const separator = target.find('?') == std::string::npos ? "?" : "&";
    std::string cursor;
    do {
        auto const page =
            get(target + separator + "limit=1000" + (cursor.empty() ? "" : "&cursor=" + cursor));
        if (page.status != 200) throw std::runtime_error(target + " -> " + page.body);
        auto const json = page.json();
        for (const auto& item : json.at("items")) items.push_back(item);
        cursor = json.at("nextCursor").is_null() ? "" : json.at("nextCursor").get<std::string>();
    } while (!cursor.empty());
    return items;
}

Json DaemonProcess::status() const { return get("/v1/status").json(); }

int DaemonProcess::unsettled() const {
    auto const deliveries = status().at("deliveries");
    int count = 0;
    for (const auto* state : {"waiting", "queued", "inFlight", "unknown"}) {
        count += deliveries.at(state).get<int>();
    }
    return count;
}

std::filesystem::path DaemonProcess::database() const {
    for (const auto& entry : std::filesystem::directory_iterator(dir_)) {
        if (entry.path().extension() == ".db") return entry.path();
    }
    return dir_ / "cadenced.db";
}

}  // namespace e2e
