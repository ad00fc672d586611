#include "tests/simulation/virtual_platform.hpp"

#include <fmt/format.h>

#include <utility>

namespace simulation {
namespace {

using cadence::AnswerKind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kTimeout{15};

}  // namespace

int VirtualPlatform::limit(cadence::CallClass call_class) const {
    return call_class == cadence::CallClass::Action ? 20 : 120;
}

void VirtualPlatform::attach(boost::asio::any_io_executor loop) {
    process_ = std::make_shared<Process>(Process{std::move(loop), true});
}

void VirtualPlatform::detach() {
    if (process_) process_->alive = false;
    process_.reset();
}

Lock& VirtualPlatform::lock_of(const std::string& session) {
    return locks_.try_emplace(session, stage_->now()).first->second;
}

void VirtualPlatform::touch(const std::string& session, const Effect& effect) {
    stage_->say(fmt::format("others session={} write={}", session, to_string(effect.kind)));
    lock_of(session).apply(effect);
    witness_->touched(session);
}

void VirtualPlatform::apply(const std::string& session, Effect effect) {
    effect.at = stage_->now();
    lock_of(session).apply(effect);
    stage_->say(fmt::format("applied session={} write={} amount={} seconds={} key={}", session,
                            to_string(effect.kind), effect.amount, effect.seconds.count(),
                            effect.key));
    witness_->applied(session, effect);
}

void VirtualPlatform::send(const Ptr& exchange) {
    exchange->sent_at = stage_->now();
    exchange->fate =
        draw_fate(exchange->effect ? weather.fault_rate : weather.read_fault_rate, dice_);
    if (exchange->fate != Fate::Fine) {
        stage_->count(std::string{"call "} + to_string(exchange->fate));
        stage_->say(
            fmt::format("fate session={} fate={}", exchange->session, to_string(exchange->fate)));
    }
    auto const way = milliseconds{dice_.between(5, 120)};
    if (exchange->fate == Fate::NotSent) {
        answer(exchange, AnswerKind::NotSent, 0, "cannot_connect");
        return finish(exchange, way);
    }
    stage_->after(way, [this, exchange] { arrive(exchange); });
}

void VirtualPlatform::answer(const Ptr& exchange, AnswerKind kind, int status, std::string code) {
    auto& given = exchange->result.answer;
    given.kind = kind;
    given.http_status = status;
    given.code = std::move(code);
    if (status == 0) return;
    given.server_time = std::chrono::floor<seconds>(stage_->now() + weather.skew);
}

void VirtualPlatform::finish(const Ptr& exchange, Duration wait) {
    stage_->after(wait, [this, exchange] {
        exchange->result.answer.elapsed = stage_->now() - exchange->sent_at;
        exchange->done = true;
        if (exchange->wake) exchange->wake();
    });
}

// What the platform says no to, in its own order.
bool VirtualPlatform::refuses(const Ptr& exchange, Lock& lock) {
    auto const token = lock.tokens.find(exchange->token);
    auto const dead = token == lock.tokens.end() || token->second <= stage_->now();
    if (dead || weather.credential_refused || exchange->fate == Fate::TokenRefused) {
        stage_->count(dead ? "dead token refused" : "live token refused");
        if (dead) witness_->refused_token(exchange->session, exchange->token);
        answer(exchange, AnswerKind::TokenRefused, 401, "");
        return true;
    }
    if (lock.ended) {
        answer(exchange, AnswerKind::SessionEnded, 409, "lock_ended");
        return true;
    }
    if (!lock.extension_enabled) {
        answer(exchange, AnswerKind::Suspended, 403, "extension_not_enabled");
        return true;
    }
    if (lock.admits(exchange->call_class, stage_->now())) return false;
    stage_->count("call over the limit");
    answer(exchange, AnswerKind::Throttled, 429, "");
    return true;
}

void VirtualPlatform::obey(const Ptr& exchange, Lock& lock) {
    if (exchange->effect) {
        apply(exchange->session, *exchange->effect);
        return;
    }
    auto& context = exchange->result.context.emplace();
    context.role = "wearer";
    context.lock = lock.read(stage_->now());
    if (lock.tells_requirements) context.requirements = lock.requirements;
}

void VirtualPlatform::obey_later(const Ptr& exchange, Lock& lock, Duration back) {
    auto wait = milliseconds{dice_.between(1000, 50'000)};
    auto& effect = *exchange->effect;
    effect.late =
        exchange->fate == Fate::BrokenAppliedMuchLater && !lock.was_late && punishes(effect.kind);
    if (effect.late) lock.was_late = true;
    if (effect.late) wait = milliseconds{dice_.between(62'000, 400'000)};
    stage_->after(wait, [this, exchange] { apply(exchange->session, *exchange->effect); });
    answer(exchange, AnswerKind::Unknown, 0, "interrupted");
    finish(exchange, back);
}

void VirtualPlatform::arrive(const Ptr& exchange) {
    auto& lock = lock_of(exchange->session);
    auto const back = milliseconds{dice_.between(5, 250)};
    switch (exchange->fate) {
        case Fate::BrokenUnapplied:
            answer(exchange, AnswerKind::Unknown, 0, "interrupted");
            return finish(exchange, back);
        case Fate::SilentUnapplied:
            answer(exchange, AnswerKind::Unknown, 0, "timed_out");
            return finish(exchange, kTimeout);
        case Fate::ErrorUnapplied:
            answer(exchange, AnswerKind::Unknown, 503, "");
            return finish(exchange, back);
        case Fate::Redirected:
            answer(exchange, AnswerKind::Unknown, 302, "");
            return finish(exchange, back);
        case Fate::Throttled:
        case Fate::ThrottledFor:
            answer(exchange, AnswerKind::Throttled, 429, "");
            if (exchange->fate == Fate::ThrottledFor) {
                exchange->result.answer.retry_after = seconds{dice_.between(0, 2000)};
            }
            return finish(exchange, back);
        case Fate::Html:
            answer(exchange, AnswerKind::HostFault, 403, "");
            return finish(exchange, back);
        case Fate::Rejected:
            answer(exchange, AnswerKind::Rejected, 400, "invalid_params");
            return finish(exchange, back);
        case Fate::LockEnded:
            lock.ended = true;
            break;
        case Fate::ExtensionOff:
            lock.extension_enabled = false;
            break;
        default:
            break;
    }
    if (refuses(exchange, lock)) return finish(exchange, back);
    auto const later = exchange->fate == Fate::BrokenAppliedLater ||
                       exchange->fate == Fate::BrokenAppliedMuchLater;
    if (later && exchange->effect) return obey_later(exchange, lock, back);
    obey(exchange, lock);
    answer(exchange, AnswerKind::Applied, 200, "");
    auto const lost = exchange->fate == Fate::BrokenApplied || later ||
                      exchange->fate == Fate::SilentApplied || exchange->fate == Fate::ErrorApplied;
    if (lost) {
        auto const status = exchange->fate == Fate::ErrorApplied ? 500 : 0;
        exchange->result = {};
        answer(exchange, AnswerKind::Unknown, status, status == 0 ? "interrupted" : "");
    }
    auto const slow = milliseconds{dice_.between(1000, 14'000)};
    if (exchange->fate == Fate::Slow) return finish(exchange, slow);
    finish(exchange, exchange->fate == Fate::SilentApplied ? Duration{kTimeout} : Duration{back});
}

}  // namespace simulation
