#include "engine/scheduler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace engine {
namespace {

constexpr int kRowsAPass = 500;
constexpr std::chrono::seconds kAfterLedgerFailure{1};

}  // namespace

Scheduler::Scheduler(Clock& clock, Docket& docket, Journal& journal, Watch& watch,
                     std::function<const cadence::Policy&()> policy, std::function<void()> new_work)
    : clock_(&clock),
      docket_(&docket),
      journal_(&journal),
      watch_(&watch),
      policy_(std::move(policy)),
      new_work_(std::move(new_work)),
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
        co_await watch_->look();
        if (stopping_) break;
        auto const next_beat = last_beat_.value_or(clock_->now()) + kHeartbeat;
        auto wake_at = due ? std::min(*due, next_beat) : next_beat;
        // A database that fails is asked again in a while, not at once.
        if (failing_) wake_at = clock_->now() + kAfterLedgerFailure;
        auto const wake = co_await alarm_->wait_until(wake_at);
        if (wake == Wake::Stepped) stepped_ = true;
    }
}

// The heartbeat comes first: what ended during an outage must be put off before it is judged.
boost::asio::awaitable<std::optional<cadence::Instant>> Scheduler::pass() {
    failing_ = false;
    if (stepped_) co_await reopen();
    while (!stopping_) {
        auto const now = clock_->now();
        auto const due = !last_beat_ || now - *last_beat_ >= kHeartbeat || now < *last_beat_;
        if (due && !failing_) co_await beat(now);
        if (failing_) co_return std::nullopt;
        auto done = co_await docket_->work_off(policy_(), now, kRowsAPass);
        if (!done) {
            journal_->write(Level::Error,
                            fmt::format("event=docket_failed code={} detail=\"{}\"",
                                        to_string(done.error().code), done.error().detail));
            failing_ = true;
            co_return std::nullopt;
        }
        report(*done);
        if (!done->more) co_return done->next_due;
    }
    co_return std::nullopt;
}

boost::asio::awaitable<void> Scheduler::beat(cadence::Instant now) {
    auto const outage = co_await docket_->beat(policy_(), now);
    if (!outage) {
        journal_->write(Level::Error,
                        fmt::format("event=heartbeat_failed detail=\"{}\"", outage.error().detail));
        failing_ = true;
        co_return;
    }
    last_beat_ = now;
    if (outage->has_value()) {
        auto const& gap = **outage;
        journal_->write(Level::Warning,
                        fmt::format("event=outage seconds={} note=\"windows that ended in it are "
                                    "judged after outage_grace\"",
                                    (gap.end - gap.start) / std::chrono::seconds{1}));
    }
}

boost::asio::awaitable<void> Scheduler::reopen() {
    auto const reopened = co_await docket_->reopen(policy_(), clock_->now());
    if (!reopened) {
        journal_->write(Level::Error,
                        fmt::format("event=docket_failed code={} detail=\"{}\"",
                                    to_string(reopened.error().code), reopened.error().detail));
        failing_ = true;
        co_return;
    }
    stepped_ = false;
    journal_->write(Level::Warning, fmt::format("event=clock_stepped reopened={}", *reopened));
    new_work_();
}

void Scheduler::report(const DocketPass& done) const {
    for (const auto& judged : done.judged) {
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
    if (!done.judged.empty() || done.waived > 0 || done.tokens_died > 0) new_work_();
}

}  // namespace engine
