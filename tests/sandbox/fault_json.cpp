#include "tests/sandbox/fault_json.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/error_shape.hpp"
#include "tests/sandbox/fields.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

struct Kind {
    std::string_view name;
    FaultKind kind;
    Effectual effectual;
    void (*read)(FaultRule&, Fields&);  // the fields of this fault alone
};

void read_nothing(FaultRule&, Fields&) {}

void read_delay(FaultRule& rule, Fields& fields) {
    constexpr std::int64_t kHour = 3'600'000;
    fields.require("ms");
    rule.delay = Millis{fields.integer("ms", 0, kHour).value_or(0)};
    rule.jitter = Millis{fields.integer("jitterMs", 0, kHour).value_or(0)};
}

void read_slow_before(FaultRule& rule, Fields& fields) {
    read_delay(rule, fields);
    rule.apply_if_client_gone = fields.flag("applyIfClientGone").value_or(true);
}

void read_apply(FaultRule& rule, Fields& fields) {
    auto const apply = fields.flag("apply");
    if (apply) rule.effectual = *apply ? Effectual::Yes : Effectual::No;
}

bool is_header_text(const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

void read_headers(FaultRule& rule, Fields& fields) {
    auto const* headers = fields.object("headers");
    if (headers == nullptr) return;
    for (auto const& [name, value] : headers->items()) {
        bool const good = value.is_string() && is_header_text(name) &&
                          is_header_text(value.get_ref<const std::string&>());
        if (!good) return fields.complain("headers." + name, "must be a string of one line");
        rule.canned.headers.emplace_back(name, value.get<std::string>());
    }
}

void read_status(FaultRule& rule, Fields& fields) {
    fields.require("status");
    rule.canned.status = static_cast<int>(fields.integer("status", 200, 599).value_or(500));
    rule.canned.content_type.clear();
    if (auto const* body = fields.find("body"); body != nullptr && !body->is_null()) {
        rule.canned.body = body->is_string() ? body->get<std::string>() : body->dump();
        rule.canned.content_type = body->is_string() ? "text/plain" : "application/json";
    }
    if (auto const type = fields.text("contentType")) {
        if (!is_header_text(*type)) fields.complain("contentType", "must be one line");
        rule.canned.content_type = *type;
    }
    read_headers(rule, fields);
}

void read_retry_after(FaultRule& rule, Fields& fields) {
    rule.canned =
        make_error(429, "rate_limited", "Too many calls; try again later.", ErrorShape::Nested);
    if (auto const seconds = fields.integer("seconds", 0, 86'400)) {
        rule.canned.headers.emplace_back("Retry-After", fmt::format("{}", *seconds));
    }
    read_apply(rule, fields);
}

void read_redirect(FaultRule& rule, Fields& fields) {
    fields.require("location");
    auto const location = fields.text("location").value_or("");
    if (!is_header_text(location)) fields.complain("location", "must be one line");
    rule.canned.status = static_cast<int>(fields.integer("status", 300, 399).value_or(302));
    rule.canned.content_type.clear();
    rule.canned.headers.emplace_back("Location", location);
    read_apply(rule, fields);
}

void read_html(FaultRule& rule, Fields& fields) {
    auto const status = static_cast<int>(fields.integer("status", 200, 599).value_or(403));
    rule.canned = make_error(status, {}, {}, ErrorShape::Html);
    read_apply(rule, fields);
}

constexpr std::array kKinds{
    Kind{"drop_before_apply", FaultKind::Drop, Effectual::No, read_nothing},
    Kind{"drop_after_apply", FaultKind::Drop, Effectual::Yes, read_nothing},
    Kind{"drop_mid_answer", FaultKind::CutHeader, Effectual::Yes, read_nothing},
    Kind{"cut_body", FaultKind::CutBody, Effectual::Yes, read_nothing},
    Kind{"garbage_status_line", FaultKind::GarbageStatusLine, Effectual::Yes, read_apply},
    Kind{"status_before", FaultKind::Canned, Effectual::No, read_status},
    Kind{"status_after", FaultKind::Canned, Effectual::Yes, read_status},
    Kind{"retry_after", FaultKind::Canned, Effectual::No, read_retry_after},
    Kind{"redirect", FaultKind::Canned, Effectual::No, read_redirect},
    Kind{"html", FaultKind::Canned, Effectual::No, read_html},
    Kind{"slow_before", FaultKind::SlowBefore, Effectual::Yes, read_slow_before},
    Kind{"slow_after", FaultKind::SlowAfter, Effectual::Yes, read_delay},
    Kind{"close_after_answer", FaultKind::CloseAfterAnswer, Effectual::Yes, read_nothing},
    Kind{"drop_on_accept", FaultKind::DropOnAccept, Effectual::No, read_nothing},
    Kind{"slow_handshake", FaultKind::SlowHandshake, Effectual::Yes, read_delay},
};

const Kind* find_kind(std::string_view name) {
    for (auto const& kind : kKinds) {
        if (kind.name == name) return &kind;
    }
    return nullptr;
}

cadence::Result<FaultMatch> parse_match(const Json& json) {
    Fields fields(json, "match.");
    FaultMatch match;
    match.session = fields.text("session");
    match.method = fields.text("method");
    match.action = fields.text("action");
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
    auto const* kind = find_kind(rule.name);
    if (kind != nullptr) {
        rule.kind = kind->kind;
        rule.effectual = kind->effectual;
        kind->read(rule, fields);
    } else {
        fields.complain("fault", "is not the name of a fault (the README has the table)");
    }
    auto const* match = fields.object("match");
    if (match != nullptr && !match->empty() && is_of_connection(rule.kind)) {
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
    return {{"id", rule.id},
            {"fault", rule.name},
            {"match", match},
            {"times", rule.times},
            {"probability", rule.probability},
            {"hits", rule.hits}};
}

}  // namespace sandbox
