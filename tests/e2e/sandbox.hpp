// The platform-sandbox as a child process, and its control API.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "tests/e2e/program.hpp"

namespace e2e {

inline constexpr const char* kDeveloperKey = "sandbox-developer-key";

class Sandbox {
  public:
    // Starts it in `dir`/sandbox and waits until it listens. Throws when it does not.
    Sandbox(const std::filesystem::path& dir, std::map<std::string, std::string> environment = {});

    // Control API calls; throw on an answer other than 2xx.
    nlohmann::json get(const std::string& target) const;
    nlohmann::json post(const std::string& target, const nlohmann::json& body) const;
    nlohmann::json patch(const std::string& target, const nlohmann::json& body) const;
    nlohmann::json remove(const std::string& target) const;

    // A lock session and one launch of it; returns the launch token.
    std::string add_session(const std::string& id, const nlohmann::json& more) const;
    std::string launch(const std::string& id) const;
    nlohmann::json effects(const std::string& session) const;

    [[nodiscard]] std::string base_url() const;
    [[nodiscard]] std::filesystem::path ca_file() const { return dir_ / "ca.pem"; }

  private:
    nlohmann::json call(const std::string& method, const std::string& target,
                        const std::string& body) const;

    std::filesystem::path dir_;
    Program program_;
    int https_port_{0};
    int control_port_{0};
};

}  // namespace e2e
