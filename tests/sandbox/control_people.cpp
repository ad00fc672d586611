// The control API's other people, and the platform's own punishment.
#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fields.hpp"
#include "tests/sandbox/people.hpp"
#include "tests/sandbox/session_change.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kLongestWait = 86'400;

// The changes as texts, each tried on a lock session that nobody sees.
void read_changes(PersonRule& rule, Fields& fields, Instant now) {
    auto const* asked = fields.find("change");
    if (asked == nullptr || asked->empty())
        return fields.complain("change", "must say what changes");
    for (auto const& change : asked->is_array() ? *asked : Json::array({*asked})) {
        Fields inner(change, "change.");
        auto const tried = changed(Session("tried", Lock(now, Millis{0})), inner, now);
        if (!tried)
            return fields.complain(tried.error().field, "is wrong: " + tried.error().detail);
        rule.changes.push_back(change.dump());
    }
}

Millis read_seconds(Fields& fields, const char* name) {
    auto const seconds = fields.number(name, 0.001, static_cast<double>(kLongestWait)).value_or(0);
    return Millis{static_cast<std::int64_t>(seconds * 1000)};
}

cadence::Result<PersonRule> parse_person(const Json& json, Instant now) {
    Fields fields(json);
    PersonRule rule;
    rule.session = fields.text("session");
    rule.every_requests = fields.integer("everyRequests", 1, 1'000'000'000).value_or(0);
    rule.after = read_seconds(fields, "afterSeconds");
    rule.every = read_seconds(fields, "everySeconds");
    rule.probability = read_probability(fields);
    rule.times = read_times(fields);
    bool const by_time = rule.after > Millis{0} || rule.every > Millis{0};
    if (by_time == (rule.every_requests > 0)) {
        fields.complain("everyRequests", "or afterSeconds and everySeconds must say when");
    }
    read_changes(rule, fields, now);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    return rule;
}

Json to_json(const PersonRule& rule) {
    auto changes = Json::array();
    for (auto const& text : rule.changes) changes.push_back(Json::parse(text));
    return {{"id", rule.id},
            {"session", rule.session ? Json(*rule.session) : Json(nullptr)},
            {"everyRequests", rule.every_requests},
            {"afterSeconds", static_cast<double>(rule.after.count()) / 1000.0},
            {"everySeconds", static_cast<double>(rule.every.count()) / 1000.0},
            {"probability", rule.probability},
            {"times", rule.times},
            {"hits", rule.hits},
            {"change", changes}};
}

}  // namespace

ControlResult list_people(ControlCall& call) {
    auto items = Json::array();
    for (auto const& rule : call.platform.people.rules) items.push_back(to_json(rule));
    return json_reply(200, {{"items", items}});
}

ControlResult add_people(ControlCall& call) {
    auto const rules = call.body.is_array() ? call.body : Json::array({call.body});
    std::vector<PersonRule> parsed;  // all of them are right, or none is added
    for (auto const& json : rules) {
        auto rule = parse_person(json, call.now);
        if (!rule) return tl::unexpected(rule.error());
        parsed.push_back(std::move(*rule));
    }
    auto ids = Json::array();
    for (auto& rule : parsed) ids.push_back(add_person(call.platform, std::move(rule), call.now));
    return json_reply(201, {{"ids", ids}});
}

ControlResult clear_people(ControlCall& call) {
    call.platform.people.rules.clear();
    return json_reply(200, {{"cleared", true}});
}

ControlResult punish_session(ControlCall& call) {
    auto* const session = find_session(call.platform, call.segments.at(1));
    if (session == nullptr) {
        return cadence::fail(cadence::ErrorCode::NotFound, "there is no such lock session", "id");
    }
    auto const effect = punish(call.platform, *session, call.now);
    if (!effect) return tl::unexpected(effect.error());
    return json_reply(200, {{"effect", *effect}});
}

}  // namespace sandbox
