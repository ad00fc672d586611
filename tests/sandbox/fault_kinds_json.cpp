#include "tests/sandbox/fault_kinds.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "tests/sandbox/error_shape.hpp"
#include "tests/sandbox/fault_readers.hpp"

namespace sandbox {
namespace {

void read_nothing(FaultRule&, Fields&) {}
void read_nowhere(FaultRule& rule, Fields&) { rule.at = {}; }
void read_half_head(FaultRule& rule, Fields&) { rule.at = {Position::From::HeadHalf}; }
void read_half_body(FaultRule& rule, Fields&) { rule.at = {Position::From::BodyHalf}; }

void read_slow_before(FaultRule& rule, Fields& fields) {
    read_delay(rule, fields);
    rule.apply_if_client_gone = fields.flag("applyIfClientGone").value_or(true);
}

void read_status(FaultRule& rule, Fields& fields) { read_canned(rule, fields); }

// An HTTP-date is only known when it is sent: HttpReply keeps the seconds.
void read_retry_after(FaultRule& rule, Fields& fields) {
    auto reply =
        make_error(429, "rate_limited", "Too many calls; try again later.", ErrorShape::Nested);
    reply.status = static_cast<int>(fields.integer("status", 400, 599).value_or(429));
    if (auto const seconds = fields.integer("seconds", INT64_MIN, INT64_MAX)) {
        reply.headers.emplace_back("Retry-After", fmt::format("{}", *seconds));
    }
    if (auto const text = fields.text("value")) {
        if (!is_header_text(*text)) fields.complain("value", "must be one line");
        reply.headers.emplace_back("Retry-After", *text);
    }
    reply.retry_at_seconds = fields.integer("dateInSeconds", -86'400, 86'400);
    rule.canned = std::move(reply);
    read_apply(rule, fields);
}

void read_redirect(FaultRule& rule, Fields& fields) {
    auto const location = fields.text("location").value_or("");
    if (!is_header_text(location)) fields.complain("location", "must be one line");
    HttpReply reply;
    reply.status = static_cast<int>(fields.integer("status", 300, 399).value_or(302));
    reply.content_type.clear();
    reply.headers.emplace_back("Location", location);
    rule.canned = std::move(reply);
    read_apply(rule, fields);
}

void read_html(FaultRule& rule, Fields& fields) {
    auto const status = static_cast<int>(fields.integer("status", 200, 599).value_or(403));
    rule.canned = make_error(status, {}, {}, ErrorShape::Html);
    read_apply(rule, fields);
}

void read_raw(FaultRule& rule, Fields& fields) {
    rule.raw = fields.text("text").value_or("\x15\x03 this is not HTTP\r\n\r\n");
    read_apply(rule, fields);
}

void read_late(FaultRule& rule, Fields& fields) {
    read_delay(rule, fields);
    read_canned(rule, fields);
}

constexpr auto kYes = Effectual::Yes;
constexpr auto kNo = Effectual::No;
constexpr auto kAnswer = Part::Answer;
constexpr std::string_view kStatusFields = "status* body|code,shape contentType headers";

constexpr std::array kNames{
    FaultName{
        "break", FaultKind::Break, kAnswer, kYes, read_break,
        "of at* how apply status body|code,shape contentType headers",
        "The connection ends after the first `at` bytes of the answer (default), the request or "
        "the handshake (the client's first message, in TCP bytes). how: close (FIN), reset "
        "(RST) or goodbye (a TLS close_notify first). A request broken off never takes effect; "
        "an answer's does unless apply is false; with a status that answer is the one broken."},
    FaultName{"stall", FaultKind::Stall, kAnswer, kYes, read_stall, "of at* ms* jitterMs",
              "Reading or writing stops before byte `at` for ms, and goes on. Composes."},
    FaultName{"drip", FaultKind::Drip, kAnswer, kYes, read_drip, "at bytes ms*",
              "From `at` (default 0) the answer comes in portions of `bytes` (1), ms before each. "
              "Composes."},
    FaultName{
        "corrupt", FaultKind::Corrupt, kAnswer, kYes, read_corrupt, "of at* flip insert garbage",
        "Changes the answer or the request on its way: flip turns over these bits (1..255) of "
        "the byte at `at`; insert puts this text, garbage so many seeded random bytes, before "
        "it; one of the three must be there. Composes."},
    FaultName{
        "reshape", FaultKind::Reshape, kAnswer, kYes, read_reshape,
        "interim version lengthOffBy noLength chunked copies dateOffSeconds date extraHeaders "
        "extraHeaderBytes bodyBytes garbageBytes",
        "The answer in another form. interim: [103,...] come first; version \"1.0\" closes "
        "after it; Content-Length too long or short by lengthOffBy, or none (noLength); chunked: "
        "whole, bad_size or no_end; copies: so often; the Date header off or replaced (empty: "
        "none); extraHeaders of extraHeaderBytes each; a body of so many x (bodyBytes) or "
        "bytes that are no text (garbageBytes). Composes."},
    FaultName{"late_apply", FaultKind::LateApply, kAnswer, kYes, read_late,
              "ms* jitterMs status body|code,shape contentType headers",
              "Takes effect ms later, whatever the client does meanwhile. The connection closes at "
              "once without an answer; with a status that is the answer."},
    FaultName{
        "status_before", FaultKind::Canned, kAnswer, kNo, read_status, kStatusFields,
        "That answer, and nothing takes effect. code makes the body an error in a shape: flat, "
        "nested, plain, empty or html."},
    FaultName{"status_after", FaultKind::Canned, kAnswer, kYes, read_status, kStatusFields,
              "That answer, after it took effect."},
    FaultName{
        "retry_after", FaultKind::Canned, kAnswer, kNo, read_retry_after,
        "status seconds value dateInSeconds apply",
        "429 (or another status) with Retry-After as seconds (any integer), a text (value), an "
        "HTTP-date so far from now (dateInSeconds), or none of them: no such header."},
    FaultName{"redirect", FaultKind::Canned, kAnswer, kNo, read_redirect, "location* status apply",
              "A redirect, 302 unless status says otherwise."},
    FaultName{"html", FaultKind::Canned, kAnswer, kNo, read_html, "status apply",
              "A page without a code, 403 unless status says otherwise."},
    FaultName{"garbage_status_line", FaultKind::Raw, kAnswer, kYes, read_raw, "text apply",
              "Bytes that are not HTTP, or this text."},
    FaultName{
        "slow_before", FaultKind::SlowBefore, kAnswer, kYes, read_slow_before,
        "ms* jitterMs applyIfClientGone",
        "Waits, then takes effect and answers. applyIfClientGone false: a client that closed or "
        "died during the wait has changed nothing. Composes; waits add up."},
    FaultName{"slow_after", FaultKind::SlowAfter, kAnswer, kYes, read_delay, "ms* jitterMs",
              "Takes effect at once, waits, answers. Composes; waits add up."},
    FaultName{"close_after_answer", FaultKind::CloseAfterAnswer, kAnswer, kYes, read_nothing, "",
              "The answer says Connection: close. Composes."},
    FaultName{
        "idle_close", FaultKind::IdleClose, kAnswer, kYes, read_delay, "ms* jitterMs",
        "The answer leaves the connection open, which closes when no request has begun ms "
        "later. Composes. For the exact race of a close and the next request use break of the "
        "request at 0 with match {\"reused\":true}."},
    FaultName{"tls", FaultKind::Tls, Part::Handshake, kNo, read_tls, "certificate version",
              "The next connections meet another certificate: expired, not_yet_valid, wrong_host, "
              "self_signed, unknown_authority or name_in_subject_only; or version \"1.1\" alone."},
    FaultName{"drop_before_apply", FaultKind::Break, kAnswer, kNo, read_nowhere, "",
              "break at 0, apply false."},
    FaultName{"drop_after_apply", FaultKind::Break, kAnswer, kYes, read_nowhere, "", "break at 0."},
    FaultName{"drop_mid_answer", FaultKind::Break, kAnswer, kYes, read_half_head, "",
              "break at half_head."},
    FaultName{"cut_body", FaultKind::Break, kAnswer, kYes, read_half_body, "",
              "break at half_body."},
    FaultName{"drop_on_accept", FaultKind::Break, Part::Handshake, kNo, read_nowhere, "",
              "break of the handshake at 0."},
    FaultName{"slow_handshake", FaultKind::Stall, Part::Handshake, kYes, read_delay, "ms* jitterMs",
              "stall of the handshake at 0."},
};

}  // namespace

std::span<const FaultName> fault_names() { return kNames; }

}  // namespace sandbox
