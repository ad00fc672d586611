// The routes behind the real server on a real socket, asked by the real client.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "net/unix_http_client.hpp"
#include "tests/daemon/routes_fixture.hpp"

namespace {

using routes_test::daily_body;

class RoutesSocket : public routes_test::RoutesTest {
  protected:
    RoutesSocket() : path(directory.path("cadenced.sock")) {
        net::UnixHttpOptions options;
        options.path = path;
        options.make_problem = [](int status, const std::string& detail) {
            return cadenced::make_problem_reply(status, detail);
        };
        auto made = net::make_unix_http_server(
            loop.get_executor(), options,
            [this](net::HttpRequest request) { return routes->handle(std::move(request)); });
        server = std::move(made).value();
    }

    // Serves while `client` runs on a thread of its own, and stops when it is done.
    void serve(const std::function<void()>& client) {
        boost::asio::co_spawn(loop, server->run(),
                              [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
        std::thread thread([this, &client] {
            client();
            boost::asio::post(loop, [this] { server->stop(); });
        });
        loop.restart();
        loop.run();
        thread.join();
    }

    std::string path;
    std::unique_ptr<net::UnixHttpServer> server;
};

net::UnixHttpCall make_call(const std::string& method, const std::string& target,
                            const std::string& body) {
    net::UnixHttpCall call;
    call.method = method;
    call.target = target;
    call.body = body;
    return call;
}

TEST_F(RoutesSocket, AFirstDay_OverTheWire) {
    serve([this] {
        const net::UnixHttpClient client(path);
        const auto put = client.request(make_call("PUT", "/v1/sessions/lock-1", daily_body()));
        ASSERT_TRUE(put) << put.error().detail;
        EXPECT_EQ(put->status, 201) << put->body;
        const auto proof = client.request(make_call(
            "POST", "/v1/proofs", R"({"id":"p1","sessionId":"lock-1","metric":"check_in"})"));
        EXPECT_EQ(proof.value().status, 201);
        const auto status = client.request(make_call("GET", "/v1/status", {}));
        const auto body = nlohmann::json::parse(status.value().body, nullptr, false);
        EXPECT_EQ(body["windows"]["met"], 1) << status->body;
    });
}

TEST_F(RoutesSocket, WhatTheServerRefuses_IsAProblemToo) {
    serve([this] {
        const net::UnixHttpClient client(path);
        const auto large =
            client.request(make_call("POST", "/v1/proofs", std::string(2 * 1024 * 1024, ' ')));
        ASSERT_TRUE(large) << large.error().detail;
        EXPECT_EQ(large->status, 413);
        const auto wrong = client.request(make_call("GET", "/v1/nothing", {}));
        EXPECT_EQ(wrong.value().status, 404);
        EXPECT_EQ(wrong->headers.find("content-type"), "application/problem+json");
        const auto body = nlohmann::json::parse(wrong->body, nullptr, false);
        EXPECT_EQ(body.value("type", ""), "about:blank");
    });
}

TEST_F(RoutesSocket, Backfill_ArrivesLineByLine) {
    enrol_past();
    std::vector<std::string> lines;
    serve([this, &lines] {
        const net::UnixHttpClient client(path);
        auto call = make_call("POST", "/v1/backfill",
                              R"({"from":"2026-05-25","to":"2026-05-31","dryRun":true})");
        call.on_line = [&lines](std::string_view line) { lines.emplace_back(line); };
        const auto reply = client.request(call);
        ASSERT_TRUE(reply) << reply.error().detail;
        EXPECT_EQ(reply->status, 200);
    });
    ASSERT_EQ(lines.size(), 8U);
    EXPECT_NE(lines.back().find(R"("event":"plan")"), std::string::npos);
}

}  // namespace
