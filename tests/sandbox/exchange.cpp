#include "tests/sandbox/exchange.hpp"

#include "tests/sandbox/people.hpp"
#include "tests/sandbox/platform_api.hpp"

namespace sandbox {
namespace {

void note_effect(Platform& platform, std::uint64_t number, const Outcome& outcome, Instant now) {
    auto* const record = platform.journal.find_request(number);
    if (record == nullptr) return;
    if (outcome.effect) record->applied_at = now;
    record->effect = outcome.effect;
    record->code = outcome.code;
}

// What it changes comes later, whatever the client does and sees meanwhile.
void apply_later(Platform& platform, const Exchange& exchange, Instant now) {
    platform.agenda.add(
        now + exchange.plan.late, [call = exchange.call, number = exchange.number,
                                   request = exchange.request](Platform& then, Instant at) {
            note_effect(then, number, handle_call(then, call, request, number, at), at);
        });
}

Outcome outcome_of(Platform& platform, const Exchange& exchange, Instant now) {
    if (exchange.plan.ending == FaultKind::LateApply) {
        apply_later(platform, exchange, now);
        return {};
    }
    if (exchange.plan.ending && exchange.plan.effectual == Effectual::No) return {};
    auto outcome = handle_call(platform, exchange.call, exchange.request, exchange.number, now);
    note_effect(platform, exchange.number, outcome, now);
    return outcome;
}

// How many of the answer's bytes are written.
std::uint64_t cut_of(Platform& platform, const RequestPlan& plan, const std::string& wire) {
    if (plan.ending == FaultKind::LateApply && !plan.canned) return 0;
    if (plan.ending != FaultKind::Break) return wire.size();
    auto const at = resolve(plan.cut.at, extent_of(wire));
    if (at >= wire.size()) platform.faults.reached_the_end(plan.cut.rule);
    return at;
}

WireAnswer written(Platform& platform, const Exchange& exchange, const HttpReply& reply,
                   Instant now) {
    auto const& plan = exchange.plan;
    auto shaped = reshaped(plan.reshape, reply, exchange.keep_alive, now);
    if (plan.ending == FaultKind::Raw) shaped.bytes = plan.raw;
    if (plan.corruption) corrupt(shaped.bytes, *plan.corruption);
    auto const cut_at = cut_of(platform, plan, shaped.bytes);
    WireAnswer answer;
    answer.script = make_script(shaped.bytes, cut_at, plan.pauses, plan.drip);
    answer.keep_alive = shaped.keep_alive;
    answer.parting = shaped.ends_with_goodbye ? Parting::Goodbye : Parting::Close;
    bool const ends =
        plan.ending == FaultKind::Break || plan.ending == FaultKind::Raw || !answer.script.whole;
    if (!ends) return answer;
    answer.keep_alive = KeepAlive::No;
    answer.parting = plan.cut.parting;
    if (plan.ending == FaultKind::Raw) answer.script.whole = false;
    if (auto* const record = platform.journal.find_request(exchange.number)) {
        record->cut_at = cut_at;
    }
    return answer;
}

}  // namespace

Exchange begin_exchange(Platform& platform, HttpRequest request, KeepAlive keep_alive,
                        std::vector<std::uint64_t> struck, Instant now) {
    Exchange exchange;
    exchange.call = parse_call(request);
    run_due(platform, now);
    people_see_request(platform, exchange.call, now);
    exchange.plan = platform.faults.plan_request(exchange.call);
    exchange.keep_alive = exchange.plan.close_after ? KeepAlive::No : keep_alive;
    RequestRecord record;
    record.connection = request.connection;
    record.method = request.method;
    record.path = request.path;
    record.call = exchange.call;
    record.idempotency_key = request.idempotency_key;
    record.request_id = request.request_id;
    record.faults = std::move(struck);
    record.faults.insert(record.faults.end(), exchange.plan.rules.begin(),
                         exchange.plan.rules.end());
    record.received_at = now;
    exchange.number = platform.journal.begin_request(std::move(record));
    exchange.request = std::move(request);
    return exchange;
}

WireAnswer perform_exchange(Platform& platform, const Exchange& exchange, Instant now) {
    run_due(platform, now);
    auto const outcome = outcome_of(platform, exchange, now);
    auto const& reply = exchange.plan.canned ? *exchange.plan.canned : outcome.reply;
    auto answer = written(platform, exchange, reply, now);
    if (auto* const record = platform.journal.find_request(exchange.number)) {
        record->status = answer.script.whole ? reply.status : 0;
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

void record_broken(Platform& platform, const Reading& reading, std::uint64_t connection,
                   Instant now) {
    RequestRecord record;
    record.connection = connection;
    record.method = reading.call().method;
    record.call = reading.call();
    record.faults = reading.rules();
    record.received_at = now;
    record.cut_at = reading.broken_at();
    record.read_completely = false;
    record.finished = true;
    platform.journal.begin_request(std::move(record));
}

std::string bytes_of(const WireAnswer& answer) {
    std::string bytes;
    for (auto const& piece : answer.script.pieces) bytes += piece.bytes;
    return bytes;
}

}  // namespace sandbox
