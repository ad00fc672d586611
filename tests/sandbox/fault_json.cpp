#include "tests/sandbox/fault_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/sandbox/change.hpp"
#include "tests/sandbox/fault_kinds.hpp"
#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/suggest.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

const FaultName* find_name(std::string_view name) {
    for (auto const& known : fault_names()) {
        if (known.name == name) return &known;
    }
    return nullptr;
}

std::string complaint_about(const std::string& name) {
    std::vector<std::string> names;
    for (auto const& known : fault_names()) names.emplace_back(known.name);
    return "is not the name of a fault (GET /help lists them)" + did_you_mean(name, names);
}

void read_path(FaultMatch& match, Fields& fields) {
    auto const path = fields.text("path");
    if (!path) return;
    match.endpoint = parse_endpoint(*path);
    if (!match.endpoint) fields.complain("path", must_be_one_of(*path, endpoint_names()));
}

void read_action(FaultMatch& match, Fields& fields) {
    match.action = fields.text("action");
    if (!match.action) return;
    auto const names = action_names();
    if (std::find(names.begin(), names.end(), *match.action) == names.end()) {
        fields.complain("action", must_be_one_of(*match.action, names));
    }
    if (match.endpoint.value_or(Endpoint::Action) != Endpoint::Action) {
        fields.complain("action", "is of path action: leave the one or the other out");
    }
}

// Methods are as they stand in requests; of a path only its own ones can fit.
void read_method(FaultMatch& match, Fields& fields) {
    match.method = fields.text("method");
    if (!match.method) return;
    std::vector<std::string> methods{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
    if (match.action) methods = methods_of(Endpoint::Action);
    if (match.endpoint) methods = methods_of(*match.endpoint);
    if (std::find(methods.begin(), methods.end(), *match.method) == methods.end()) {
        fields.complain("method", must_be_one_of(*match.method, methods));
    }
}

cadence::Result<FaultMatch> parse_match(const Json& json) {
    Fields fields(json, "match.");
    FaultMatch match;
    match.session = fields.text("session");
    match.reused = fields.flag("reused");
    read_path(match, fields);
    read_action(match, fields);
    read_method(match, fields);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    return match;
}

}  // namespace

cadence::Result<FaultRule> parse_fault(const Json& json) {
    Fields fields(json);
    FaultRule rule;
    rule.posted = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    fields.require("fault");
    rule.name = fields.text("fault").value_or("");
    rule.times = read_times(fields);
    rule.probability = read_probability(fields);
    rule.skip = fields.integer("skip", 0, 1'000'000'000).value_or(0);
    auto const* kind = find_name(rule.name);
    if (kind != nullptr) {
        rule.kind = kind->kind;
        rule.part = kind->part;
        rule.effectual = kind->effectual;
        fields.require_marked(kind->fields);
        kind->read(rule, fields);
    } else {
        fields.complain("fault", complaint_about(rule.name));
    }
    auto const* match = fields.object("match");
    if (match != nullptr && !match->empty() && is_of_connection(rule)) {
        fields.complain("match", "must be left out: this fault strikes before there is a request");
    }
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    if (match != nullptr) {
        auto const parsed = parse_match(*match);
        if (!parsed) return tl::unexpected(parsed.error());
        rule.match = *parsed;
    }
    return rule;
}

Json to_json(const FaultRule& rule) {
    auto json = Json::parse(rule.posted);
    json["id"] = rule.id;
    json["hits"] = rule.hits;
    json["skipLeft"] = rule.skip;
    json["timesLeft"] = rule.times;
    json["nextAt"] = rule.sweep ? Json(rule.at.offset) : Json(nullptr);
    return json;
}

}  // namespace sandbox
