// The control API's handlers. Private to it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "tests/sandbox/http.hpp"
#include "tests/sandbox/platform.hpp"

namespace sandbox {

struct ControlCall {
    Platform& platform;
    const HttpRequest& request;
    std::vector<std::string> segments;  // of the path, decoded
    nlohmann::json body;                // an empty object when there was no body
    Instant now;
};

using ControlResult = cadence::Result<HttpReply>;

[[nodiscard]] HttpReply json_reply(int status, const nlohmann::json& body);

// control_sessions.cpp
[[nodiscard]] ControlResult list_sessions(ControlCall& call);
[[nodiscard]] ControlResult create_session(ControlCall& call);
[[nodiscard]] ControlResult show_session(ControlCall& call);
[[nodiscard]] ControlResult change_session(ControlCall& call);
[[nodiscard]] ControlResult launch_session(ControlCall& call);
[[nodiscard]] ControlResult revoke_tokens(ControlCall& call);

// control_faults.cpp
[[nodiscard]] ControlResult list_faults(ControlCall& call);
[[nodiscard]] ControlResult add_faults(ControlCall& call);
[[nodiscard]] ControlResult clear_faults(ControlCall& call);
[[nodiscard]] ControlResult remove_fault(ControlCall& call);
[[nodiscard]] ControlResult set_limits(ControlCall& call);

// control_journal.cpp
[[nodiscard]] ControlResult list_effects(ControlCall& call);
[[nodiscard]] ControlResult clear_effects(ControlCall& call);
[[nodiscard]] ControlResult list_requests(ControlCall& call);
[[nodiscard]] ControlResult clear_requests(ControlCall& call);

}  // namespace sandbox
