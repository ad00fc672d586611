// openapi.json against the route table: the same calls, parameters and kinds of body. What they
// accept and answer is tests/e2e/openapi_test.py's affair.
#include <nlohmann/json.hpp>
#include <set>

#include "daemon/routes/handlers.hpp"
#include "tests/daemon/routes_fixture.hpp"

namespace {

using cadenced::wire::BodyKind;
using cadenced::wire::Route;
using nlohmann::json;
using routes_test::RoutesTest;

// "GET /v1/sessions/{session}/windows body=none query=from,to": a call in one line.
std::string line_of(const std::string& method, const std::string& path, const std::string& body,
                    const std::set<std::string>& query) {
    std::string line = method + " " + path + " body=" + body + " query=";
    for (const std::string& name : query) line += name + ",";
    return line;
}

std::string word_of(BodyKind kind) {
    switch (kind) {
        case BodyKind::None:
            return "none";
        case BodyKind::Json:
            return "json";
        case BodyKind::OptionalJson:
            return "optional json";
        case BodyKind::JsonOrLines:
            return "json or lines";
    }
    return "?";
}

std::set<std::string> served_calls() {
    std::set<std::string> calls;
    for (const Route& route : cadenced::wire::route_table()) {
        std::string path;
        for (const std::string& segment : route.path) path += "/" + segment;
        calls.insert(line_of(route.method, path, word_of(route.body),
                             {route.query.begin(), route.query.end()}));
    }
    return calls;
}

const json& resolved(const json& document, const json& value) {
    if (!value.contains("$ref")) return value;
    return document.at(json::json_pointer(value.at("$ref").get<std::string>().substr(1)));
}

std::string body_of(const json& operation) {
    if (!operation.contains("requestBody")) return "none";
    const json& body = operation.at("requestBody");
    const bool lines = body.at("content").contains("application/x-ndjson");
    if (lines) return "json or lines";
    return body.at("required").get<bool>() ? "json" : "optional json";
}

// "/v1/windows/{id}" as the router writes it: by what the parameter's values look like.
std::string path_of(std::string path, const json& parameter) {
    const bool session = parameter.at("schema").at("$ref") == "#/components/schemas/SessionId";
    const std::string name = "{" + parameter.at("name").get<std::string>() + "}";
    return path.replace(path.find(name), name.size(), session ? "{session}" : "{number}");
}

std::string described_call(const json& document, std::string path, const std::string& method,
                           const json& item) {
    json parameters = item.value("parameters", json::array());
    const json& operation = item.at(method);
    for (const json& own : operation.value("parameters", json::array())) parameters.push_back(own);
    std::set<std::string> query;
    for (const json& reference : parameters) {
        const json& parameter = resolved(document, reference);
        if (parameter.at("in") == "path") path = path_of(path, parameter);
        if (parameter.at("in") == "query") query.insert(parameter.at("name").get<std::string>());
    }
    std::string verb = method;
    for (char& c : verb) c = static_cast<char>(std::toupper(c));
    return line_of(verb, path, body_of(operation), query);
}

std::set<std::string> described_calls(const json& document) {
    std::set<std::string> calls;
    for (const auto& [path, item] : document.at("paths").items()) {
        for (const auto& member : item.items()) {
            if (member.key() == "parameters") continue;
            calls.insert(described_call(document, path, member.key(), item));
        }
    }
    return calls;
}

TEST_F(RoutesTest, OpenApi_DescribesEveryRouteAndNoOther) {
    const auto reply = ask("GET", "/v1/openapi.json");
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(reply.type, "application/json");
    const json document = reply.json();
    ASSERT_TRUE(document.is_object());
    EXPECT_EQ(described_calls(document), served_calls());
}

TEST_F(RoutesTest, Head_IsServedWhereGetIs) {
    EXPECT_EQ(ask("HEAD", "/livez").status, 200);
    EXPECT_EQ(ask("HEAD", "/v1/windows/999999").status, 404);
    const auto refused = ask("HEAD", "/v1/proofs");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.allow, "POST");
    EXPECT_EQ(ask("OPTIONS", "/v1/status").status, 405);
    EXPECT_EQ(ask("OPTIONS", "/v1/status").allow, "GET, HEAD");
}

}  // namespace
