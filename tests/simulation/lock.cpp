#include "tests/simulation/lock.hpp"

#include <algorithm>

namespace simulation {
namespace {

constexpr std::chrono::seconds kSpan{60};

std::size_t most_of(cadence::CallClass call_class) {
    switch (call_class) {
        case cadence::CallClass::Read:
            return 120;
        case cadence::CallClass::Write:
            return 60;
        case cadence::CallClass::Action:
            return 20;
    }
    return 20;
}

}  // namespace

bool punishes(cadence::WriteKind kind) {
    return kind == cadence::WriteKind::AddTime || kind == cadence::WriteKind::Freeze ||
           kind == cadence::WriteKind::Pillory;
}

// A frozen lock doesn't count down: its end moves on by the time that it was frozen.
void Lock::settle(Instant now) {
    auto const until = std::min(now, frozen_until_);
    if (until <= frozen_since_) return;
    ends_at_ += until - frozen_since_;
    frozen_since_ = until;
}

void Lock::apply(const Effect& effect) {
    settle(effect.at);
    effects_.push_back(effect);
    switch (effect.kind) {
        case cadence::WriteKind::Progress:
            return;
        case cadence::WriteKind::AddTime:
            ends_at_ += effect.seconds;
            return;
        case cadence::WriteKind::RemoveTime:
            ends_at_ -= effect.seconds;
            return;
        case cadence::WriteKind::Freeze:
            if (frozen_until_ <= effect.at) frozen_since_ = effect.at;
            frozen_until_ = std::max(frozen_until_, effect.at + effect.seconds);
            return;
        case cadence::WriteKind::Unfreeze:
            frozen_until_ = effect.at;
            return;
        case cadence::WriteKind::Pillory:
            pilloried_until_ = effect.at + effect.seconds;
            return;
        case cadence::WriteKind::PilloryEnd:
            pilloried_until_ = effect.at;
            return;
    }
}

engine::LockReading Lock::read(Instant now) {
    settle(now);
    engine::LockReading reading;
    reading.frozen = frozen_until_ > now;
    auto const left = std::chrono::floor<std::chrono::seconds>(ends_at_ - now);
    reading.time_remaining_seconds = std::max<std::int64_t>(0, left.count());
    return reading;
}

bool Lock::admits(cadence::CallClass call_class, Instant now) {
    auto& calls = calls_[call_class];
    while (!calls.empty() && calls.front() + kSpan <= now) calls.pop_front();
    if (calls.size() >= most_of(call_class)) return false;
    calls.push_back(now);
    return true;
}

}  // namespace simulation
