#include "daemon/routes/router.hpp"

#include <algorithm>
#include <charconv>

#include "daemon/routes/problem.hpp"
#include "daemon/routes/query.hpp"

namespace cadenced::wire {
namespace {

constexpr auto kSession = "{session}";
constexpr auto kNumber = "{number}";

// A row's id as it is written in answers: decimal, without a sign or leading zeros.
std::optional<std::int64_t> find_number(const std::string& text) {
    if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

bool matches(const std::string& pattern, const std::string& segment) {
    if (pattern == kSession) return true;
    if (pattern == kNumber) return find_number(segment).has_value();
    return pattern == segment;
}

bool matches(const Route& route, const std::vector<std::string>& path) {
    return std::equal(route.path.begin(), route.path.end(), path.begin(), path.end(),
                      [](const std::string& pattern, const std::string& segment) {
                          return matches(pattern, segment);
                      });
}

Chosen refuse(net::HttpReply reply) {
    Chosen chosen;
    chosen.refusal = std::move(reply);
    return chosen;
}

// HEAD is what GET would answer; the server leaves its body out.
bool serves(const Route& route, const std::string& method) {
    return route.method == method || (route.method == "GET" && method == "HEAD");
}

Chosen refuse_method(const std::vector<const Route*>& there) {
    std::string allowed;
    for (const Route* const route : there) {
        allowed += (allowed.empty() ? "" : ", ") + route->method;
        if (route->method == "GET") allowed += ", HEAD";
    }
    net::HttpReply reply = make_problem(405, "this address knows only " + allowed);
    reply.headers.emplace_back("allow", allowed);
    return refuse(std::move(reply));
}

constexpr std::string_view kLines = "application/x-ndjson";

// "application/json" of "Application/JSON; charset=utf-8"; empty when there is none.
std::string media_type(const net::HttpRequest& request) {
    const std::string value = net::to_lower(request.headers.find("content-type").value_or(""));
    std::string type = value.substr(0, value.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
    return type;
}

std::optional<net::HttpReply> refuse_coding(const net::HttpRequest& request) {
    const auto coding = request.headers.find("content-encoding");
    const bool plain = !coding || net::to_lower(*coding) == "identity";
    if (plain && request.headers.count("content-encoding") <= 1) return std::nullopt;
    return make_problem(415, "the body must be sent as it is, without a Content-Encoding");
}

std::optional<net::HttpReply> refuse_body(const Route& route, const net::HttpRequest& request) {
    if (request.next_piece) return refuse_coding(request);
    if (request.body.empty()) {
        const bool needed = route.body == BodyKind::Json || route.body == BodyKind::JsonOrLines;
        if (!needed) return std::nullopt;
        return make_problem(400, "this call needs a body: a JSON object");
    }
    if (route.body == BodyKind::None) return make_problem(422, "this call takes no body");
    if (media_type(request) == "application/json") return refuse_coding(request);
    const bool lines = route.body == BodyKind::JsonOrLines;
    return make_problem(415,
                        std::string("the body must be sent with content-type: application/json") +
                            (lines ? " or " + std::string(kLines) : ""));
}

std::optional<net::HttpReply> refuse_query(const Route& route, const net::HttpRequest& request) {
    FirstError errors;
    inspect_query(request.query, route.query, errors);
    if (!errors.error()) return std::nullopt;
    return problem_of(*errors.error());
}

// Only a PUT could ever make a lock session of that name, so only there the name is what is wrong.
std::optional<net::HttpReply> refuse_session(const Route& route, const std::string& session) {
    if (cadence::is_session_id(session)) return std::nullopt;
    if (route.method == "PUT") {
        return make_problem(422, "id must be 1 to 128 of the characters A-Z a-z 0-9 . _ ~ -", "id");
    }
    return make_problem(404, "there is no such lock session");
}

std::optional<net::HttpReply> read_path(const Route& route, Call& call) {
    for (std::size_t i = 0; i < route.path.size(); ++i) {
        const std::string& segment = call.request.path[i];
        if (route.path[i] == kNumber) call.number = find_number(segment).value_or(0);
        if (route.path[i] != kSession) continue;
        if (auto refusal = refuse_session(route, segment)) return refusal;
        call.session = segment;
    }
    return std::nullopt;
}

}  // namespace

bool takes_lines(const std::vector<Route>& routes, const net::HttpRequest& request) {
    if (media_type(request) != kLines) return false;
    return std::any_of(routes.begin(), routes.end(), [&request](const Route& route) {
        return route.body == BodyKind::JsonOrLines && route.method == request.method &&
               matches(route, request.path);
    });
}

Chosen choose(const std::vector<Route>& routes, net::HttpRequest request) {
    std::vector<const Route*> there;
    for (const Route& route : routes) {
        if (matches(route, request.path)) there.push_back(&route);
    }
    if (there.empty()) {
        return refuse(make_problem(404, "there is nothing at this address"));
    }
    const auto found = std::find_if(there.begin(), there.end(), [&request](const Route* route) {
        return serves(*route, request.method);
    });
    if (found == there.end()) return refuse_method(there);
    const Route& route = **found;
    Chosen chosen;
    chosen.handler = route.handler;
    chosen.call.request = std::move(request);
    chosen.refusal = read_path(route, chosen.call);
    if (!chosen.refusal) chosen.refusal = refuse_query(route, chosen.call.request);
    if (!chosen.refusal) chosen.refusal = refuse_body(route, chosen.call.request);
    return chosen;
}

}  // namespace cadenced::wire
