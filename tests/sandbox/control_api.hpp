// The control API: how tests and people set up lock sessions, launch, order faults and read what
// truly happened. Plain HTTP on loopback, JSON in and out; errors name the wrong field.
#pragma once

#include "tests/sandbox/http.hpp"
#include "tests/sandbox/platform.hpp"

namespace sandbox {

[[nodiscard]] HttpReply handle_control(Platform& platform, const HttpRequest& request, Instant now);

}  // namespace sandbox
