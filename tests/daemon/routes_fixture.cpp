#include "tests/daemon/routes_fixture.hpp"

#include <nlohmann/json.hpp>
#include <sstream>

namespace routes_test {
namespace {

using nlohmann::json;

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

net::HttpRequest make_request(const std::string& method, const std::string& target,
                              const std::string& body, const std::string& content_type) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    const auto mark = target.find('?');
    request.path = split(target.substr(1, mark == std::string::npos ? mark : mark - 1), '/');
    if (mark != std::string::npos) {
        for (const std::string& pair : split(target.substr(mark + 1), '&')) {
            const auto equals = pair.find('=');
            const bool bare = equals == std::string::npos;
            request.query.emplace_back(pair.substr(0, equals),
                                       bare ? std::string{} : pair.substr(equals + 1));
        }
    }
    request.headers.add("host", "cadenced");
    if (!body.empty() && !content_type.empty()) request.headers.add("content-type", content_type);
    request.body = body;
    return request;
}

// A stand-alone coroutine: a lambda's captures would have to outlive it.
boost::asio::awaitable<Reply> read_reply(const cadenced::Routes& routes, net::HttpRequest request) {
    auto handling = routes.handle(std::move(request));
    net::HttpReply answer = co_await std::move(handling);
    Reply reply{answer.status, answer.content_type, answer.body, {}, {}};
    for (const auto& [name, value] : answer.headers) {
        if (name == "allow") reply.allow = value;
        if (name == "retry-after") reply.retry_after = value;
    }
    while (answer.next_chunk) {
        auto reading = answer.next_chunk();
        const std::optional<std::string> piece = co_await std::move(reading);
        if (!piece) break;
        reply.text += *piece;
    }
    co_return reply;
}

}  // namespace

json Reply::json() const { return nlohmann::json::parse(text, nullptr, false); }

std::vector<json> Reply::lines() const {
    std::vector<nlohmann::json> parsed;
    for (const std::string& line : split(text, '\n')) {
        parsed.push_back(nlohmann::json::parse(line, nullptr, false));
    }
    return parsed;
}

std::string Reply::field() const {
    const auto body = json();
    return body.is_object() ? body.value("field", "") : "";
}

std::string Reply::detail() const {
    const auto body = json();
    return body.is_object() ? body.value("detail", "") : "";
}

RoutesTest::RoutesTest() {
    config.platforms = {"chastify"};
    config.defaults.platform = "chastify";
    config.version = "0.1.0";
    facts.started_at = now;
    facts.config_loaded_at = now;
    facts.tzdb = "2026a";
    facts.platforms["chastify"] = {};
    scratch(testing::TempDir());
}

void RoutesTest::scratch(const std::string& place) {
    routes = std::make_unique<cadenced::Routes>(cadenced::RouteContext{
        clock, journal, *intake, *docket, *outbox, *records, zones,
        [this]() -> const cadenced::RoutesConfig& { return config; }, [this] { return facts; },
        [this] { ++changes; }, [this] { return reloaded; }, place});
}

Reply RoutesTest::ask(const std::string& method, const std::string& target, const std::string& body,
                      const std::string& content_type) {
    return run(read_reply(*routes, make_request(method, target, body, content_type)));
}

void RoutesTest::enrol_past(const std::string& id) {
    const auto reply = ask("PUT", "/v1/sessions/" + id,
                           daily_body(R"(,"activeFrom":"2026-05-25T08:00:00Z","punishPast":true)"));
    ASSERT_EQ(reply.status, 201) << reply.text;
    now += 10min;
    must_work_off();
}

std::string RoutesTest::contents() {
    auto status = ask("GET", "/v1/status").json();
    status.erase("time");
    status["database"].erase("bytes");
    status["events"] = number("SELECT count(*) FROM event");
    return status.dump();
}

std::string daily_body(const std::string& more) {
    return R"({"timezone":"Europe/Berlin","requirements":[{"metric":"check_in","requiredCount":1,)"
           R"("cadence":{"every":1,"unit":"day"},"punishment":{"type":"add_time","seconds":3600},)"
           R"("firstWindow":"strict")" +
           more + "}]}";
}

}  // namespace routes_test
