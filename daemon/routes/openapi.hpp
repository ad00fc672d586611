// The OpenAPI 3.1 description of the socket: openapi.json, which is written by hand and held to
// what the routes do by tests/daemon/openapi_test.cpp and tests/e2e/openapi_test.py.
#pragma once

#include <string>

namespace cadenced::wire {

[[nodiscard]] std::string openapi_document();

}  // namespace cadenced::wire
