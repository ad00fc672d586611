// The control API's faults and rate limits.
#include <charconv>

#include "tests/sandbox/control_routes.hpp"
#include "tests/sandbox/fault_json.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

struct Telling {
    std::string_view name;
    RetryAfter retry_after;
};

constexpr Telling kTellings[] = {
    {"none", RetryAfter::None}, {"seconds", RetryAfter::Seconds}, {"date", RetryAfter::Date}};

Json to_json(const RateLimits& limits) {
    auto const& figures = limits.figures();
    auto const value = [](const std::optional<int>& figure) {
        return figure ? Json(*figure) : Json(nullptr);
    };
    return {{"read", value(figures.read)},
            {"write", value(figures.write)},
            {"action", value(figures.action)},
            {"retryAfter", kTellings[static_cast<std::size_t>(limits.retry_after())].name}};
}

void read_telling(RetryAfter& told, Fields& fields) {
    auto const asked = fields.text("retryAfter");
    if (!asked) return;
    for (auto const& telling : kTellings) {
        if (telling.name != *asked) continue;
        told = telling.retry_after;
        return;
    }
    fields.complain("retryAfter", "must be none, seconds or date");
}

void read_preset(RateFigures& figures, Fields& fields) {
    auto const preset = fields.text("preset");
    if (!preset) return;
    if (*preset == "documented") {
        figures = kDocumentedFigures;
    } else if (*preset == "lower") {
        figures = kLowerFigures;
    } else if (*preset == "off") {
        figures = {};
    } else {
        fields.complain("preset", "must be documented, lower or off");
    }
}

void read_figure(std::optional<int>& figure, Fields& fields, const char* name) {
    if (fields.is_null(name)) figure.reset();
    if (auto const asked = fields.integer(name, 0, 1'000'000)) figure = static_cast<int>(*asked);
}

}  // namespace

ControlResult list_faults(ControlCall& call) {
    auto items = Json::array();
    for (auto const& rule : call.platform.faults.rules()) items.push_back(to_json(rule));
    return json_reply(200, {{"items", items}});
}

ControlResult add_faults(ControlCall& call) {
    auto const rules = call.body.is_array() ? call.body : Json::array({call.body});
    std::vector<FaultRule> parsed;  // all of them are right, or none is added
    for (auto const& json : rules) {
        auto rule = parse_fault(json);
        if (!rule) return tl::unexpected(rule.error());
        parsed.push_back(std::move(*rule));
    }
    auto ids = Json::array();
    for (auto& rule : parsed) ids.push_back(call.platform.faults.add(std::move(rule)));
    return json_reply(201, {{"ids", ids}});
}

ControlResult clear_faults(ControlCall& call) {
    call.platform.faults.clear();
    return json_reply(200, {{"cleared", true}});
}

ControlResult remove_fault(ControlCall& call) {
    auto const& text = call.segments.at(1);
    std::uint64_t id = 0;
    auto const [end, ec] = std::from_chars(text.data(), text.data() + text.size(), id);
    bool const is_number = ec == std::errc{} && end == text.data() + text.size();
    if (is_number && call.platform.faults.remove(id)) return json_reply(200, {{"removed", id}});
    return cadence::fail(cadence::ErrorCode::NotFound, "there is no fault with this id", "id");
}

ControlResult set_limits(ControlCall& call) {
    Fields fields(call.body);
    auto figures = call.platform.limits.figures();
    read_preset(figures, fields);
    read_figure(figures.read, fields, "read");
    read_figure(figures.write, fields, "write");
    read_figure(figures.action, fields, "action");
    auto told = call.platform.limits.retry_after();
    read_telling(told, fields);
    if (auto const checked = fields.check(); !checked) return tl::unexpected(checked.error());
    // The same figures again leave the calls counted that were made.
    auto const& old = call.platform.limits.figures();
    bool const same =
        figures.read == old.read && figures.write == old.write && figures.action == old.action;
    if (!same) call.platform.limits.set(figures);
    call.platform.limits.tell(told);
    return json_reply(200, to_json(call.platform.limits));
}

}  // namespace sandbox
