// The control API's handlers. Private to it.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
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

struct ControlRoute {
    std::string_view method;
    std::string_view pattern;  // "*" stands for one segment
    ControlResult (*handle)(ControlCall&);
    std::string_view fields;  // for the reference; those with a * must be there
    std::string_view help;    // for the reference
};

// All of them; the reference is made from this, too.
[[nodiscard]] std::span<const ControlRoute> control_routes();

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

// control_people.cpp
[[nodiscard]] ControlResult list_people(ControlCall& call);
[[nodiscard]] ControlResult add_people(ControlCall& call);
[[nodiscard]] ControlResult clear_people(ControlCall& call);
[[nodiscard]] ControlResult punish_session(ControlCall& call);

// control_journal.cpp
[[nodiscard]] ControlResult list_effects(ControlCall& call);
[[nodiscard]] ControlResult clear_effects(ControlCall& call);
[[nodiscard]] ControlResult list_requests(ControlCall& call);
[[nodiscard]] ControlResult clear_requests(ControlCall& call);

}  // namespace sandbox
