#include "engine/courier.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <utility>

#include "cadence/printable.hpp"
#include "engine/waypoint.hpp"

namespace engine {
namespace {

// Lanes that begin to move again by one unit of work: others have their turn in between.
constexpr int kWaitsAtOnce = 200;

boost::asio::awaitable<void> serve(cadence::SessionId session, Lane::Shared* shared) {
    Lane lane{std::move(session), *shared};
    co_await lane.run();
}

}  // namespace

Courier::Courier(boost::asio::any_io_executor loop, Lane::Shared& shared)
    : loop_(std::move(loop)), shared_(&shared), alarm_(shared.ports.clock.make_alarm()) {}

void Courier::stop() {
    shared_->stopping = true;
    alarm_->ring();
}

boost::asio::awaitable<void> Courier::run() {
    while (!shared_->stopping) {
        auto const next = co_await start_lanes();
        if (shared_->stopping) break;
        co_await alarm_->wait_until(next);
    }
    co_await drain();
}

boost::asio::awaitable<std::optional<cadence::Instant>> Courier::start_lanes() {
    auto& ports = shared_->ports;
    auto const rest = shared_->ledger_rest.left(ports.clock.steady_now());
    if (rest > cadence::Duration::zero()) co_return ports.clock.now() + rest;
    if (!remembers_) {
        co_await remember_calls();
        if (!remembers_) {
            co_return ports.clock.now() + shared_->ledger_rest.left(ports.clock.steady_now());
        }
    }
    co_await end_waits();
    if (auto const cap = std::exchange(shared_->lowered_cap, std::nullopt)) {
        co_await warn_of_cap(*cap);
    }
    start_known();
    if (!has_room()) co_return std::nullopt;  // a lane that ends rings
    auto const lanes = shared_->settings.lanes;
    // Those that run now are among the due ones: asking for twice as many always finds the others.
    auto const due = co_await ports.outbox.find_due_lanes(shared_->settings.policy,
                                                          ports.clock.now(), 2 * lanes);
    if (!due) {
        ports.journal.write(Level::Error, fmt::format("event=ledger_failed code={} detail={}",
                                                      to_string(due.error().code),
                                                      cadence::to_quoted(due.error().detail)));
        shared_->ledger_rest.failed(ports.clock.steady_now());
        co_return ports.clock.now() + shared_->ledger_rest.left(ports.clock.steady_now());
    }
    known_due_.assign(due->sessions.begin(), due->sessions.end());
    start_known();
    co_return due->next_due;
}

boost::asio::awaitable<void> Courier::end_waits() {
    auto& ports = shared_->ports;
    while (!shared_->recovered.empty() && !shared_->stopping) {
        auto const platform = *shared_->recovered.begin();
        auto const ended =
            co_await ports.outbox.end_waits(platform, ports.clock.now(), kWaitsAtOnce);
        if (!ended) {
            shared_->ledger_rest.failed(ports.clock.steady_now());
            co_return;
        }
        if (*ended < kWaitsAtOnce) shared_->recovered.erase(platform);
    }
}

// The platforms' limits outlive a restart: what was sent just before it counts.
boost::asio::awaitable<void> Courier::remember_calls() {
    auto& ports = shared_->ports;
    auto const now = ports.clock.now();
    auto const calls = co_await ports.outbox.find_recent_calls(now);
    if (!calls) {
        shared_->ledger_rest.failed(ports.clock.steady_now());
        co_return;
    }
    remembers_ = true;
    auto const began = ports.clock.steady_now();
    for (const auto& call : *calls) {
        auto const gate = shared_->gates.find(call.platform);
        if (gate == shared_->gates.end()) continue;
        gate->second.called_before(call.session, began - (now - call.at));
    }
}

boost::asio::awaitable<void> Courier::warn_of_cap(std::chrono::seconds cap) {
    auto const above = co_await shared_->ports.outbox.find_above_cap(cap);
    if (!above) co_return;  // each says so itself when it is due
    for (const auto& one : *above) {
        shared_->ports.journal.write(
            Level::Warning,
            fmt::format("event=punishments_above_cap punishment={} requirements={} cap_seconds={} "
                        "note=\"each is waived when it is due\" remedy=\"raise the cap, or enrol "
                        "them anew with less\"",
                        one.punishment, one.requirements, cap.count()));
    }
}

bool Courier::has_room() const {
    return running_.size() < static_cast<std::size_t>(shared_->settings.lanes);
}

// One that is not due any more finds that out by itself.
void Courier::start_known() {
    while (!known_due_.empty() && has_room()) {
        auto const session = std::move(known_due_.front());
        known_due_.pop_front();
        if (!running_.contains(session)) start(session);
    }
}

void Courier::start(const cadence::SessionId& session) {
    auto& signal = running_[session];
    boost::asio::co_spawn(loop_, serve(session, shared_),
                          boost::asio::bind_cancellation_slot(
                              signal.slot(), [this, session](std::exception_ptr failure) {
                                  ended(session, std::move(failure));
                              }));
}

void Courier::ended(const cadence::SessionId& session, std::exception_ptr failure) {
    running_.erase(session);
    alarm_->ring();
    if (running_.empty()) {
        auto const now = shared_->ports.clock.steady_now();
        for (auto& [name, gate] : shared_->gates) gate.forget_idle(now);
    }
    if (!failure) return;
    for (auto& [name, gate] : shared_->gates) gate.broke_down(session);
    // Its lock session is still due: without a rest it would begin again at once.
    shared_->ledger_rest.failed(shared_->ports.clock.steady_now());
    try {
        std::rethrow_exception(std::move(failure));
    } catch (const std::exception& error) {
        shared_->ports.journal.write(
            Level::Error, fmt::format("event=lane_failed session={} detail={}", session.value,
                                      cadence::to_quoted(error.what())));
    }
}

boost::asio::awaitable<void> Courier::drain() {
    auto& clock = shared_->ports.clock;
    auto const give_up = clock.steady_now() + shared_->settings.drain;
    bool cancelled = false;
    for (const auto& [session, signal] : running_) pass(Waypoint::Draining, session);
    while (!running_.empty()) {
        auto const left = std::chrono::ceil<cadence::Duration>(give_up - clock.steady_now());
        if (!cancelled && left <= cadence::Duration::zero()) {
            cancelled = true;
            for (auto& [session, signal] : running_) {
                signal.emit(boost::asio::cancellation_type::terminal);
            }
        }
        std::optional<cadence::Instant> until;
        if (!cancelled) until = clock.now() + left;
        co_await alarm_->wait_until(until);
    }
}

}  // namespace engine
