// Errors as answers: RFC 9457 problem+json, and which status an error of the domain has.
#pragma once

#include <string>
#include <vector>

#include "cadence/error.hpp"
#include "net/unix_http_server.hpp"

namespace cadenced::wire {

// {"type":"about:blank","title","status","detail"}, with "field" where one is wrong and "reasons"
// where there are several.
[[nodiscard]] net::HttpReply make_problem(int status, const std::string& detail,
                                          const std::string& field = {},
                                          const std::vector<std::string>& reasons = {});

[[nodiscard]] int status_of(cadence::ErrorCode code);

// By the error's code. The detail of our own faults stays here: people get a plain sentence.
[[nodiscard]] net::HttpReply problem_of(const cadence::Error& error);

}  // namespace cadenced::wire
