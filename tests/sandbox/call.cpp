#include "tests/sandbox/call.hpp"

#include <nlohmann/json.hpp>

#include <array>

namespace sandbox {
namespace {

struct Route {
    std::string_view method;
    std::string_view tail;  // the path below /api/extensions/sessions/{id}
    Endpoint endpoint;
};

constexpr std::array kRoutes{
    Route{"GET", "", Endpoint::Context},
    Route{"POST", "requirements/progress", Endpoint::Progress},
    Route{"POST", "action", Endpoint::Action},
    Route{"PATCH", "metadata", Endpoint::Metadata},
    Route{"PUT", "state", Endpoint::State},
    Route{"PATCH", "state", Endpoint::State},
    Route{"POST", "notifications/custom", Endpoint::Notification},
    Route{"POST", "device-command", Endpoint::DeviceCommand},
};

std::string action_name(const std::string& body) {
    auto const json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) return {};
    auto const name = json.find("name");
    if (name == json.end() || !name->is_string()) return {};
    return name->get<std::string>();
}

}  // namespace

Call parse_call(const HttpRequest& request) {
    Call call;
    call.method = request.method;
    call.reused = request.reused;
    auto const segments = split_path(request.path);
    if (segments.size() < 4 || segments[0] != "api" || segments[1] != "extensions" ||
        segments[2] != "sessions") {
        return call;
    }
    call.session = segments[3];
    std::string tail;
    for (std::size_t i = 4; i < segments.size(); ++i) {
        if (!tail.empty()) tail += '/';
        tail += segments[i];
    }
    for (auto const& route : kRoutes) {
        if (route.method == request.method && route.tail == tail) call.endpoint = route.endpoint;
    }
    if (call.endpoint == Endpoint::Action) call.action = action_name(request.body);
    return call;
}

const char* to_string(Endpoint endpoint) {
    switch (endpoint) {
        case Endpoint::Context:
            return "context";
        case Endpoint::Progress:
            return "progress";
        case Endpoint::Action:
            return "action";
        case Endpoint::Metadata:
            return "metadata";
        case Endpoint::State:
            return "state";
        case Endpoint::Notification:
            return "notification";
        case Endpoint::DeviceCommand:
            return "device_command";
        case Endpoint::Unknown:
            return "unknown";
    }
    return "unknown";
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
    for (auto const& route : kRoutes) {
        if (text == to_string(route.endpoint)) return route.endpoint;
    }
    return std::nullopt;
}

std::vector<std::string> endpoint_names() {
    std::vector<std::string> names;
    for (auto const& route : kRoutes) {
        std::string const name = to_string(route.endpoint);
        if (names.empty() || names.back() != name) names.push_back(name);
    }
    return names;
}

std::vector<std::string> methods_of(Endpoint endpoint) {
    std::vector<std::string> methods;
    for (auto const& route : kRoutes) {
        if (route.endpoint == endpoint) methods.emplace_back(route.method);
    }
    return methods;
}

RateClass rate_class_of(Endpoint endpoint) {
    switch (endpoint) {
        case Endpoint::Metadata:
        case Endpoint::State:
            return RateClass::Write;
        case Endpoint::Progress:
        case Endpoint::Action:
        case Endpoint::Notification:
        case Endpoint::DeviceCommand:
            return RateClass::Action;
        case Endpoint::Context:
        case Endpoint::Unknown:
            return RateClass::Read;
    }
    return RateClass::Read;
}

const char* to_string(RateClass rate_class) {
    switch (rate_class) {
        case RateClass::Read:
            return "read";
        case RateClass::Write:
            return "write";
        case RateClass::Action:
            return "action";
    }
    return "read";
}

}  // namespace sandbox
