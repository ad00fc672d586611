#include "tests/sandbox/fault_json.hpp"

#include <nlohmann/json.hpp>

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

cadence::Result<FaultMatch> parse_match(const Json& json) {
    Fields fields(json, "match.");
    FaultMatch match;
    match.session = fields.text("session");
    match.method = fields.text("method");
    match.action = fields.text("action");
    match.reused = fields.flag("reused");
    if (auto const path = fields.text("path")) {
        match.endpoint = parse_endpoint(*path);
        if (!match.endpoint) {
            fields.complain("path",
                            "must be context, progress, action, metadata, state, notification or "
                            "device_command");
        }
    }
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    return match;
}

}  // namespace

cadence::Result<FaultRule> parse_fault(const Json& json) {
    Fields fields(json);
    FaultRule rule;
    fields.require("fault");
    rule.name = fields.text("fault").value_or("");
    rule.times = fields.integer("times", -1, 1'000'000'000).value_or(-1);
    rule.probability = fields.number("probability", 0.0, 1.0).value_or(1.0);
    rule.skip = fields.integer("skip", 0, 1'000'000'000).value_or(0);
    auto const* kind = find_name(rule.name);
    if (kind != nullptr) {
        rule.kind = kind->kind;
        rule.part = kind->part;
        rule.effectual = kind->effectual;
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
    auto match = Json::object();
    if (rule.match.session) match["session"] = *rule.match.session;
    if (rule.match.method) match["method"] = *rule.match.method;
    if (rule.match.endpoint) match["path"] = to_string(*rule.match.endpoint);
    if (rule.match.action) match["action"] = *rule.match.action;
    if (rule.match.reused) match["reused"] = *rule.match.reused;
    return {{"id", rule.id},
            {"fault", rule.name},
            {"match", match},
            {"skip", rule.skip},
            {"nextAt", rule.sweep ? Json(rule.at.offset) : Json(nullptr)},
            {"times", rule.times},
            {"probability", rule.probability},
            {"hits", rule.hits}};
}

}  // namespace sandbox
