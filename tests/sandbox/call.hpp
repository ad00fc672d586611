// What a request to the platform asks for, read from its method and path: the part that faults and
// rate limits go by, before anybody looks at credentials or bodies.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sandbox/http.hpp"

namespace sandbox {

enum class Endpoint {
    Context,
    Progress,
    Action,
    Metadata,
    State,
    Notification,
    DeviceCommand,
    Unknown
};

enum class RateClass { Read, Write, Action };

struct Call {
    Endpoint endpoint{Endpoint::Unknown};
    std::string method;
    std::string session;  // percent-decoded
    std::string action;   // the "name" of an action's body; empty elsewhere and when unreadable
    bool reused{false};   // not the first request of its connection
};

[[nodiscard]] Call parse_call(const HttpRequest& request);

[[nodiscard]] const char* to_string(Endpoint endpoint);
[[nodiscard]] std::optional<Endpoint> parse_endpoint(std::string_view text);

[[nodiscard]] std::vector<std::string> endpoint_names();
[[nodiscard]] std::vector<std::string> methods_of(Endpoint endpoint);

[[nodiscard]] RateClass rate_class_of(Endpoint endpoint);
[[nodiscard]] const char* to_string(RateClass rate_class);

}  // namespace sandbox
