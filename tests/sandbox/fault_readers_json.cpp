#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tests/sandbox/certificates.hpp"
#include "tests/sandbox/error_shape.hpp"
#include "tests/sandbox/fault_readers.hpp"

namespace sandbox {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kMostBytes = 64LL << 20U;

struct NamedPosition {
    std::string_view name;
    Position::From from;
};

constexpr NamedPosition kNamedPositions[] = {{"end", Position::From::End},
                                             {"head", Position::From::HeadEnd},
                                             {"half_head", Position::From::HeadHalf},
                                             {"half_body", Position::From::BodyHalf},
                                             {"random", Position::From::Random}};

void read_sweep(FaultRule& rule, Fields& outer, const Json& json) {
    Fields fields(json, "at.");
    rule.sweep = Sweep{};
    rule.at.offset = static_cast<std::uint64_t>(fields.integer("from", 0, kMostBytes).value_or(0));
    rule.sweep->step =
        static_cast<std::uint64_t>(fields.integer("step", 1, kMostBytes).value_or(1));
    auto const* to = fields.find("to");
    if (to != nullptr && *to != "end") {
        auto const last = fields.integer("to", 0, kMostBytes);
        if (last) rule.sweep->to = static_cast<std::uint64_t>(*last);
    }
    if (rule.sweep->to && *rule.sweep->to < rule.at.offset) {
        fields.complain(
            "to", fmt::format("must not be less than from ({}): a sweep goes up", rule.at.offset));
    }
    if (auto const checked = fields.check(); !checked) outer.adopt(checked.error());
}

void read_part(FaultRule& rule, Fields& fields) {
    auto const part = fields.text("of").value_or("answer");
    if (part == "request") {
        rule.part = Part::Request;
    } else if (part == "handshake") {
        rule.part = Part::Handshake;
    } else if (part != "answer") {
        fields.complain("of", "must be answer, request or handshake");
    }
}

void read_place(FaultRule& rule, Fields& fields) {
    read_part(rule, fields);
    auto const* at = fields.find("at");
    if (at != nullptr && at->is_object()) return read_sweep(rule, fields, *at);
    read_at(rule.at, fields, "at");
}

void read_sizes(Reshape& reshape, Fields& fields) {
    reshape.copies = static_cast<int>(fields.integer("copies", 1, 100).value_or(1));
    reshape.extra_headers =
        static_cast<int>(fields.integer("extraHeaders", 0, 100'000).value_or(0));
    reshape.extra_header_bytes =
        static_cast<std::uint64_t>(fields.integer("extraHeaderBytes", 0, kMostBytes).value_or(8));
    if (auto const size = fields.integer("bodyBytes", 0, kMostBytes)) {
        reshape.filler = static_cast<std::uint64_t>(*size);
    }
    if (auto const size = fields.integer("garbageBytes", 0, kMostBytes)) {
        reshape.garbage = static_cast<std::uint64_t>(*size);
    }
}

void read_framing(Reshape& reshape, Fields& fields) {
    reshape.length_off_by = fields.integer("lengthOffBy", -kMostBytes, kMostBytes);
    reshape.no_length = fields.flag("noLength").value_or(false);
    auto const chunked = fields.text("chunked");
    if (!chunked) return;
    if (*chunked == "whole") {
        reshape.chunking = Chunking::Whole;
    } else if (*chunked == "bad_size") {
        reshape.chunking = Chunking::BadSize;
    } else if (*chunked == "no_end") {
        reshape.chunking = Chunking::NoEnd;
    } else {
        fields.complain("chunked", "must be whole, bad_size or no_end");
    }
}

void read_interim(Reshape& reshape, Fields& fields) {
    auto const* statuses = fields.find("interim");
    if (statuses == nullptr) return;
    for (auto const& status : statuses->is_array() ? *statuses : Json::array({*statuses})) {
        if (!status.is_number_integer() || status < 100 || status > 199) {
            return fields.complain("interim", "must be statuses from 100 to 199");
        }
        reshape.interim.push_back(status.get<int>());
    }
}

void read_headers(HttpReply& reply, Fields& fields) {
    auto const* headers = fields.object("headers");
    if (headers == nullptr) return;
    for (auto const& [name, value] : headers->items()) {
        bool const good = value.is_string() && is_header_text(name) &&
                          is_header_text(value.get_ref<const std::string&>());
        if (!good) return fields.complain("headers." + name, "must be a string of one line");
        reply.headers.emplace_back(name, value.get<std::string>());
    }
}

void read_body(HttpReply& reply, Fields& fields) {
    auto const* body = fields.find("body");
    if (body == nullptr || body->is_null()) return;
    reply.body = body->is_string() ? body->get<std::string>() : body->dump();
    reply.content_type = body->is_string() ? "text/plain" : "application/json";
}

}  // namespace

bool is_header_text(const std::string& text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
}

void read_at(Position& at, Fields& fields, const char* name) {
    auto const* value = fields.find(name);
    if (value == nullptr) return;
    for (auto const& named : kNamedPositions) {
        if (*value != named.name) continue;
        at.from = named.from;
        return;
    }
    if (value->is_string()) {
        return fields.complain(name, "must be a number, end, head, half_head, half_body or random");
    }
    auto const offset = fields.integer(name, -kMostBytes, kMostBytes).value_or(0);
    at.from = offset < 0 ? Position::From::End : Position::From::Start;
    at.offset = static_cast<std::uint64_t>(offset < 0 ? -offset : offset);
}

void read_delay(FaultRule& rule, Fields& fields) {
    rule.delay = Millis{fields.integer("ms", 0, kHour).value_or(0)};
    rule.jitter = Millis{fields.integer("jitterMs", 0, kHour).value_or(0)};
}

void read_apply(FaultRule& rule, Fields& fields) {
    auto const apply = fields.flag("apply");
    if (apply) rule.effectual = *apply ? Effectual::Yes : Effectual::No;
}

void read_canned(FaultRule& rule, Fields& fields) {
    auto const status = fields.integer("status", 200, 999);
    auto const code = fields.text("code");
    auto const shape = parse_error_shape(fields.text("shape").value_or("nested"));
    if (!shape) fields.complain("shape", "must be flat, nested, plain, empty or html");
    HttpReply reply;
    if (code && shape) {
        reply = make_error(static_cast<int>(status.value_or(500)), *code, "As ordered.", *shape);
    } else {
        reply.status = static_cast<int>(status.value_or(500));
        reply.content_type.clear();
    }
    read_body(reply, fields);
    if (auto const type = fields.text("contentType")) {
        if (!is_header_text(*type)) fields.complain("contentType", "must be one line");
        reply.content_type = *type;
    }
    read_headers(reply, fields);
    if (status) rule.canned = std::move(reply);
}

void read_break(FaultRule& rule, Fields& fields) {
    read_place(rule, fields);
    if (rule.part != Part::Answer) rule.effectual = Effectual::No;
    if (rule.part == Part::Answer) {
        read_apply(rule, fields);
        read_canned(rule, fields);
    }
    auto const how = fields.text("how").value_or("close");
    if (how == "reset") {
        rule.parting = Parting::Reset;
    } else if (how == "goodbye") {
        rule.parting = Parting::Goodbye;
    } else if (how != "close") {
        fields.complain("how", "must be close, reset or goodbye");
    }
}

void read_stall(FaultRule& rule, Fields& fields) {
    read_place(rule, fields);
    read_delay(rule, fields);
}

void read_drip(FaultRule& rule, Fields& fields) {
    read_at(rule.drip.at, fields, "at");
    rule.drip.pause = Millis{fields.integer("ms", 0, kHour).value_or(0)};
    rule.drip.bytes = static_cast<std::uint64_t>(fields.integer("bytes", 1, 1 << 20).value_or(1));
}

void read_corrupt(FaultRule& rule, Fields& fields) {
    read_part(rule, fields);
    if (rule.part == Part::Handshake) fields.complain("of", "must be answer or request");
    auto& corruption = rule.corruption;
    read_at(corruption.at, fields, "at");
    corruption.flip = static_cast<std::uint8_t>(fields.integer("flip", 0, 255).value_or(0));
    corruption.insert = fields.text("insert").value_or("");
    corruption.garbage =
        static_cast<std::uint64_t>(fields.integer("garbage", 0, kMostBytes).value_or(0));
    if (corruption.flip == 0 && corruption.insert.empty() && corruption.garbage == 0) {
        fields.complain("flip", "or insert or garbage must say what to change");
    }
}

void read_reshape(FaultRule& rule, Fields& fields) {
    auto& reshape = rule.reshape;
    reshape.version = fields.text("version");
    if (reshape.version && !is_header_text(*reshape.version)) {
        fields.complain("version", "must be one line");
    }
    reshape.date_off_seconds = fields.integer("dateOffSeconds", -kHour * 24, kHour * 24);
    reshape.date = fields.text("date");
    if (reshape.date && !is_header_text(*reshape.date)) fields.complain("date", "must be one line");
    read_interim(reshape, fields);
    read_framing(reshape, fields);
    read_sizes(reshape, fields);
}

void read_tls(FaultRule& rule, Fields& fields) {
    auto& handshake = rule.handshake;
    handshake.certificate = fields.text("certificate").value_or("good");
    if (!is_certificate_name(handshake.certificate)) {
        fields.complain("certificate", "must be " + certificate_names());
    }
    auto const version = fields.text("version");
    handshake.only_tls_1_1 = version == "1.1";
    if (version && *version != "1.1") fields.complain("version", "must be 1.1");
}

}  // namespace sandbox
