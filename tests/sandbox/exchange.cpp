#include "tests/sandbox/exchange.hpp"

#include "tests/sandbox/platform_api.hpp"

namespace sandbox {
namespace {

// Cuts the bytes in the middle of the header, or in the middle of the body.
std::string cut(std::string wire, FaultKind kind) {
    auto const body = wire.find("\r\n\r\n") + 4;
    auto const keep = kind == FaultKind::CutHeader ? body / 2 : body + (wire.size() - body) / 2;
    wire.resize(keep);
    return wire;
}

WireAnswer spoil(FaultKind ending, const HttpReply& reply, Instant now) {
    switch (ending) {
        case FaultKind::CutHeader:
        case FaultKind::CutBody:
            return {cut(to_wire(reply, KeepAlive::Yes, now), ending), KeepAlive::No, false};
        case FaultKind::GarbageStatusLine:
            return {"\x15\x03 this is not HTTP\r\n\r\n", KeepAlive::No, false};
        default:
            return {{}, KeepAlive::No, false};
    }
}

Outcome outcome_of(Platform& platform, const Exchange& exchange, Instant now) {
    if (exchange.plan.ending && exchange.plan.effectual == Effectual::No) return {};
    return handle_call(platform, exchange.call, exchange.request, exchange.number, now);
}

}  // namespace

Exchange begin_exchange(Platform& platform, HttpRequest request, KeepAlive keep_alive,
                        Instant now) {
    Exchange exchange;
    exchange.call = parse_call(request);
    exchange.plan = platform.faults.plan_request(exchange.call);
    exchange.keep_alive = exchange.plan.close_after ? KeepAlive::No : keep_alive;
    RequestRecord record;
    record.connection = request.connection;
    record.method = request.method;
    record.path = request.path;
    record.call = exchange.call;
    record.idempotency_key = request.idempotency_key;
    record.request_id = request.request_id;
    record.faults = exchange.plan.rules;
    record.received_at = now;
    exchange.number = platform.journal.begin_request(std::move(record));
    exchange.request = std::move(request);
    return exchange;
}

WireAnswer perform_exchange(Platform& platform, const Exchange& exchange, Instant now) {
    auto const outcome = outcome_of(platform, exchange, now);
    auto const& ending = exchange.plan.ending;
    bool const canned = ending == FaultKind::Canned;
    auto const& reply = canned ? exchange.plan.canned : outcome.reply;
    auto answer = ending && !canned
                      ? spoil(*ending, reply, now)
                      : WireAnswer{to_wire(reply, exchange.keep_alive, now), exchange.keep_alive};
    if (auto* const record = platform.journal.find_request(exchange.number)) {
        if (outcome.effect) record->applied_at = now;
        record->effect = outcome.effect;
        record->code = outcome.code;
        record->status = answer.whole ? reply.status : 0;
    }
    return answer;
}

void finish_exchange(Platform& platform, const Exchange& exchange, Fate fate, Instant now) {
    auto* const record = platform.journal.find_request(exchange.number);
    if (record == nullptr) return;
    record->finished = true;
    record->client_gone = fate == Fate::ClientGone;
    if (fate == Fate::Answered) record->answered_at = now;
}

}  // namespace sandbox
