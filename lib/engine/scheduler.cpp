#include "engine/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cadence/printable.hpp"
#include "engine/waypoint.hpp"

namespace engine {
namespace {

// So few that a pause which waits for a pass, and for the next one, comes within a moment.
constexpr int kRowsAPass = 100;
constexpr std::chrono::seconds kAfterLedgerFailure{1};

}  // namespace

Scheduler::Scheduler(Clock& clock, ClockWatch& clock_watch, Docket& docket, Journal& journal,
                     Watch& watch, std::function<const cadence::Policy&()> policy,
                     std::function<void()> new_work, std::function<void()> awake)
    : clock_(&clock),
      clock_watch_(&clock_watch),
      docket_(&docket),
      journal_(&journal),
      watch_(&watch),
      policy_(std::move(policy)),
      new_work_(std::move(new_work)),
      awake_(std::move(awake)),
      alarm_(clock.make_alarm()) {}

void Scheduler::stop() {
    stopping_ = true;
    alarm_->ring();
}

void Scheduler::changed() { alarm_->ring(); }

boost::asio::awaitable<void> Scheduler::run() {
    while (!stopping_) {
        auto const due = co_await pass();
        if (stopping_) break;
        auto seen = std::exchange(trouble_, std::nullopt);
        co_await watch_->look(std::move(seen));
        if (stopping_) break;
        auto const next_beat = last_beat_.value_or(clock_->now()) + between_beats();
        auto wake_at = due ? std::min(*due, next_beat) : next_beat;
        // A database that fails is asked again in a while, not at once.
        if (failing_) wake_at = clock_->now() + kAfterLedgerFailure;
        auto const wake = co_await alarm_->wait_until(wake_at);
        if (wake == Wake::Stepped) clock_watch_->stepped();
        clock_watch_->look();
    }
}

boost::asio::awaitable<std::optional<cadence::Instant>> Scheduler::pass() {
    failing_ = false;
    while (!stopping_) {
        // Also one that was set while nobody waited for it.
        while (!clock_watch_->followed() && !failing_ && !stopping_) co_await follow_clock();
        if (failing_) break;
        auto const now = clock_->now();
        auto const beats = beat_is_due(now);
        if (beats && awake_) awake_();
        const Heartbeat beat{now, clock_->uptime(), clock_watch_->confirmed_at()};
        auto passing = beats ? docket_->beat_and_work_off(policy_(), beat, kRowsAPass)
                             : docket_->work_off(policy_(), now, kRowsAPass);
        auto const done = co_await std::move(passing);
        if (!done) {
            failed(done.error());
            break;
        }
        said_.clear();
        if (beats) last_beat_ = now;
        if (done->trouble) trouble_ = done->trouble;
        report(*done);
        if (!done->more) co_return done->next_due;
    }
    co_return std::nullopt;
}

// Each wakes an idle machine; one that comes late must not be an outage yet.
cadence::Duration Scheduler::between_beats() const { return policy_().longest_silence * 3 / 4; }

bool Scheduler::beat_is_due(cadence::Instant now) const {
    return !last_beat_ || now - *last_beat_ >= between_beats() || now < *last_beat_;
}

void Scheduler::failed(const cadence::Error& error) {
    failing_ = true;
    auto line = fmt::format("event=docket_failed code={} detail={}", to_string(error.code),
                            cadence::to_quoted(error.detail));
    if (line == said_) return;
    journal_->write(Level::Error, line);
    said_ = std::move(line);
}

boost::asio::awaitable<void> Scheduler::follow_clock() {
    clock_watch_->stepped();
    auto const step = clock_watch_->step().value_or(cadence::Duration{0});
    auto const reopened =
        co_await docket_->reopen(policy_(), step, clock_->now(), clock_->uptime());
    if (!reopened) {
        failed(reopened.error());
        co_return;
    }
    clock_watch_->told();
    journal_->write(Level::Warning, fmt::format("event=clock_stepped reopened={}", *reopened));
    new_work_();
}

void Scheduler::report(const DocketPass& done) const {
    if (done.outage) {
        journal_->write(
            Level::Warning,
            fmt::format("event=outage seconds={} note=\"windows that ended in it are "
                        "judged after outage_grace\"",
                        (done.outage->end - done.outage->start) / std::chrono::seconds{1}));
    }
    for (const auto& judged : done.judged) {
        engine::pass(Waypoint::VerdictWritten, judged.session);
        journal_->write(
            Level::Info,
            fmt::format("event=judged session={} metric={} window={} verdict={} reason={}{}",
                        judged.session.value, judged.metric, judged.window.value,
                        to_string(judged.verdict.kind), judged.verdict.reason,
                        judged.punishment ? fmt::format(" delivery={}", judged.punishment->value)
                                          : std::string{}));
    }
    if (done.waived > 0) {
        journal_->write(
            Level::Warning,
            fmt::format("event=punishments_waived count={} reason=max_age", done.waived));
    }
    if (done.unsettled > 0) {
        journal_->write(
            Level::Warning,
            fmt::format("event=settling_over count={} reason=not_read_in_time note=\"no "
                        "token lived while a reading of the lock would have told\"",
                        done.unsettled));
    }
    if (!done.judged.empty() || done.waived > 0 || done.unsettled > 0 || done.tokens_died > 0)
        new_work_();
}

}  // namespace engine
