// What a write comes to: a change of the lock session, or a refusal that changes nothing.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tests/sandbox/platform.hpp"

namespace sandbox {

struct Change {
    std::string kind;    // of the journal's effect
    std::string params;  // JSON text, for the journal
};

struct Refusal {
    int status{400};
    std::string code;
    std::string message;
};

using Applied = tl::expected<Change, Refusal>;

[[nodiscard]] tl::unexpected<Refusal> invalid(std::string message);  // 400 validation_error

// Each takes the parsed body of its request. When it returns a refusal, nothing has changed.
[[nodiscard]] Applied apply_action(Session& session, const nlohmann::json& body, Instant now);
[[nodiscard]] std::vector<std::string> action_names();  // with those that are always refused
[[nodiscard]] Applied apply_progress(Session& session, const nlohmann::json& body);
[[nodiscard]] Applied apply_metadata(Session& session, const nlohmann::json& body);
[[nodiscard]] Applied apply_state(Session& session, const nlohmann::json& body,
                                  std::string_view method);
[[nodiscard]] Applied apply_notification(const nlohmann::json& body);

}  // namespace sandbox
