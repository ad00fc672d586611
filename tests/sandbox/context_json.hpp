// The session context as the platform answers it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tests/sandbox/platform.hpp"

namespace sandbox {

// The documented fields of lockData, without those the session is told to omit.
[[nodiscard]] nlohmann::json lock_data(const Session& session, Instant now);

// The whole body: role, extensionConfig and lockData, bare or under "data".
[[nodiscard]] std::string context_body(const Session& session, Instant now);

}  // namespace sandbox
