#include "tests/simulation/stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace simulation {
namespace {

constexpr std::uint64_t kPrime = 0x100000001b3U;
constexpr std::size_t kMostViolations = 5;

std::uint64_t add(std::uint64_t hash, unsigned char byte) { return (hash ^ byte) * kPrime; }

}  // namespace

void Stage::at(Instant when, std::function<void()> what) {
    agenda_.emplace(std::max(when, now_), std::move(what));
}

void Stage::move_to(Instant when) { now_ = std::max(now_, when); }

void Stage::play_next() {
    auto const first = agenda_.begin();
    auto const what = std::move(first->second);
    agenda_.erase(first);
    what();
}

// FNV-1a, with the time, so that the same things a millisecond later are another life.
void Stage::say(const std::string& line) {
    auto time = static_cast<std::uint64_t>(cadence::to_ms(now_));
    for (int i = 0; i < 8; ++i, time >>= 8U) {
        hash_ = add(hash_, static_cast<unsigned char>(time & 0xffU));
    }
    for (const char letter : line) hash_ = add(hash_, static_cast<unsigned char>(letter));
    if (prints) fmt::print("{} {}\n", text_of(now_), line);
}

void Stage::violated(const std::string& what) {
    say("VIOLATION " + what);
    if (violations_.size() < kMostViolations) violations_.push_back(text_of(now_) + " " + what);
}

std::string text_of(Instant instant) {
    auto const day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{instant - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

}  // namespace simulation
