#include "tests/e2e/sandbox.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace e2e {
namespace {

using Json = nlohmann::json;

Program start(const std::filesystem::path& dir, std::map<std::string, std::string> environment) {
    std::filesystem::create_directories(dir);
    return Program({std::filesystem::path{CADENCED_BIN_DIR} / "platform-sandbox",
                    {"--dir", dir.string(), "--key", kDeveloperKey, "--seed", "7"},
                    std::move(environment),
                    dir / "output"});
}

// One HTTP/1.1 exchange on a connection of its own.
std::string exchange(int port, const std::string& request) {
    auto const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto const* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    std::string answer;
    if (::connect(fd, generic, sizeof address) == 0) {
        std::string_view rest = request;
        while (!rest.empty()) {
            auto const sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
        char buffer[65536];
        for (;;) {
            auto const got = ::recv(fd, buffer, sizeof buffer, 0);
            if (got <= 0) break;
            answer.append(buffer, static_cast<std::size_t>(got));
        }
    }
    ::close(fd);
    return answer;
}

}  // namespace

Sandbox::Sandbox(const std::filesystem::path& dir, std::map<std::string, std::string> environment)
    : dir_(dir / "sandbox"), program_(start(dir_, std::move(environment))) {
    auto const ports = dir_ / "ports.json";
    auto const listens = eventually(std::chrono::seconds{30}, [this, &ports] {
        return std::filesystem::exists(ports) || !program_.running();
    });
    if (!listens || !std::filesystem::exists(ports)) {
        throw std::runtime_error("the sandbox did not start: " + read_text(dir_ / "output"));
    }
    auto const json = Json::parse(read_text(ports));
    https_port_ = json.at("https").get<int>();
    control_port_ = json.at("control").get<int>();
}

Json Sandbox::call(const std::string& method, const std::string& target,
                   const std::string& body) const {
    auto const request = method + " " + target +
                         " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                         "Content-Type: application/json\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body;
    auto const answer = exchange(control_port_, request);
    auto const head = answer.find("\r\n\r\n");
    if (head == std::string::npos || answer.compare(0, 10, "HTTP/1.1 2") != 0) {
        throw std::runtime_error(method + " " + target + " -> " + answer);
    }
    return Json::parse(answer.substr(head + 4));
}

Json Sandbox::get(const std::string& target) const { return call("GET", target, ""); }
Json Sandbox::post(const std::string& target, const Json& body) const {
    return call("POST", target, body.dump());
}
Json Sandbox::patch(const std::string& target, const Json& body) const {
    return call("PATCH", target, body.dump());
}
Json Sandbox::remove(const std::string& target) const { return call("DELETE", target, ""); }

std::string Sandbox::add_session(const std::string& id, const Json& more) const {
    Json session = more;
    session["id"] = id;
    post("/sessions", session);
    return launch(id);
}

std::string Sandbox::launch(const std::string& id) const {
    return post("/sessions/" + id + "/launch", Json::object()).at("mainToken").get<std::string>();
}

Json Sandbox::effects(const std::string& session) const {
    return get("/effects?session=" + session).at("items");
}

std::string Sandbox::base_url() const { return "https://localhost:" + std::to_string(https_port_); }

}  // namespace e2e
