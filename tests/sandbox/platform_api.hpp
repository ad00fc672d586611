// The documented extension API, as one function of the platform and a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/http.hpp"
#include "tests/sandbox/platform.hpp"

namespace sandbox {

struct Outcome {
    HttpReply reply;
    std::string code;                     // the error's code; empty when there is none
    std::optional<std::uint64_t> effect;  // the journal's number of what it changed
};

// Checks in this order: developer key (401), lock session (404), launch token (401), extension
// (403), lock (409), rate limit (429), body (400). `request_number` is the journal's.
[[nodiscard]] Outcome handle_call(Platform& platform, const Call& call, const HttpRequest& request,
                                  std::uint64_t request_number, Instant now);

}  // namespace sandbox
