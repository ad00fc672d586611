// One lock session, s1, at a standing clock, without a network: requests and control calls as plain
// functions.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/sandbox/control_api.hpp"
#include "tests/sandbox/exchange.hpp"
#include "tests/sandbox/fault_json.hpp"

namespace sandbox {

using Json = nlohmann::json;
using std::chrono::seconds;

inline constexpr Instant kStart{std::chrono::sys_days{std::chrono::year{2026} / 2 / 1}};

struct Answer {
    int status{0};  // 0: none was sent
    std::string body;
};

class ExchangeTest : public ::testing::Test {
  protected:
    void SetUp() override {
        platform.keys.insert("key");
        control("POST", "/sessions", R"({"id":"s1","timeRemainingSeconds":1000})");
        launch();
    }

    Json control(const char* method, const char* path, const char* body) {
        HttpRequest request;
        request.method = method;
        request.path = path;
        request.body = body;
        auto const reply = handle_control(platform, request, now);
        EXPECT_LT(reply.status, 300) << reply.body;
        return Json::parse(reply.body);
    }

    void launch() { token = control("POST", "/sessions/s1/launch", "")["mainToken"]; }

    Answer call(const char* method, const std::string& tail, const char* body) {
        HttpRequest request;
        request.method = method;
        request.path = "/api/extensions/sessions/s1" + tail;
        request.body = body;
        request.content_type = "application/json";
        request.authorization = "Bearer " + key;
        request.main_token = token;
        auto const exchange = begin_exchange(platform, request, KeepAlive::Yes, {}, now);
        auto const wire = bytes_of(perform_exchange(platform, exchange, now));
        finish_exchange(platform, exchange, Fate::Answered, now);
        last_wire = wire;
        auto const split = wire.find("\r\n\r\n");
        if (split == std::string::npos) return {};
        return {std::atoi(wire.c_str() + std::min<std::size_t>(9, wire.size())),
                wire.substr(split + 4)};
    }

    Answer act(const char* body) { return call("POST", "/action", body); }

    std::int64_t remaining() {
        return control("GET", "/sessions/s1", "")["lockData"]["timeRemainingSeconds"];
    }

    std::string refusal(const char* body) {
        auto const answer = act(body);
        return std::to_string(answer.status) + " " +
               Json::parse(answer.body)["error"]["code"].get<std::string>();
    }

    void fault(const char* text) { platform.faults.add(parse_fault(Json::parse(text)).value()); }

    Platform platform{1};
    Instant now{kStart};
    std::string key{"key"};
    std::string token;
    std::string last_wire;
};

}  // namespace sandbox
