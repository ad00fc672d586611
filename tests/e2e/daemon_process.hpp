// cadenced as a child process, in a directory of its own, and its status socket.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/e2e/program.hpp"
#include "tests/e2e/sandbox.hpp"

namespace e2e {

struct Answer {
    int status{0};  // 0: nobody answered
    std::string body;
    [[nodiscard]] nlohmann::json json() const;
};

class DaemonProcess {
  public:
    struct Setup {
        std::filesystem::path program{std::filesystem::path{CADENCED_BIN_DIR} / "cadenced"};
        std::string extra_configuration;  // TOML tables, appended
        std::map<std::string, std::string> environment;
        std::string log_level{"debug"};
    };

    // Writes configuration and credential into `dir`/daemon; start() runs it.
    DaemonProcess(const std::filesystem::path& dir, const Sandbox& sandbox, Setup setup);

    // What start() runs from now on, on the same state.
    void next_start(std::filesystem::path program, std::map<std::string, std::string> environment);
    void start();
    // start(), and waits until the socket answers. Throws with the log when it does not.
    void start_and_wait();
    [[nodiscard]] std::optional<int> stop();  // SIGTERM, and waits
    void kill();                              // SIGKILL, and waits
    [[nodiscard]] Program& program() { return *program_; }

    [[nodiscard]] Answer call(const std::string& method, const std::string& target,
                              const std::string& body = {}) const;
    [[nodiscard]] Answer get(const std::string& target) const { return call("GET", target); }
    [[nodiscard]] Answer put(const std::string& target, const nlohmann::json& body) const;
    [[nodiscard]] Answer post(const std::string& target, const nlohmann::json& body) const;
    // Every item of a list, page by page.
    [[nodiscard]] nlohmann::json all(const std::string& target) const;
    [[nodiscard]] nlohmann::json status() const;
    // How many deliveries are neither final nor held.
    [[nodiscard]] int unsettled() const;

    [[nodiscard]] std::filesystem::path database() const;
    [[nodiscard]] std::filesystem::path configuration() const { return dir_ / "cadenced.toml"; }
    [[nodiscard]] std::filesystem::path directory() const { return dir_; }
    [[nodiscard]] std::string log() const { return read_text(dir_ / "output"); }

  private:
    std::filesystem::path dir_;
    Setup setup_;
    std::optional<Program> program_;
};

}  // namespace e2e
