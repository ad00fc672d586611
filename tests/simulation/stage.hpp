// What everybody in a simulated life shares: true time, which only moves forward, what happens
// next, the trace of what has happened, and how often each kind of thing did.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cadence/time.hpp"

namespace simulation {

using cadence::Duration;
using cadence::Instant;

class Stage {
  public:
    explicit Stage(Instant start) : start_(start), now_(start) {}

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] Instant start() const { return start_; }

    // Things of the same instant happen in the order in which they were planned.
    void at(Instant when, std::function<void()> what);
    void after(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }
    [[nodiscard]] bool empty() const { return agenda_.empty(); }
    [[nodiscard]] Instant next() const { return agenda_.begin()->first; }
    void move_to(Instant when);
    // The next one, whose time has come.
    void play_next();

    // A line of the life. Only its hash is kept unless `prints`.
    void say(const std::string& line);
    [[nodiscard]] std::uint64_t trace_hash() const { return hash_; }
    bool prints{false};

    void count(const std::string& kind, std::int64_t times = 1) { counts_[kind] += times; }
    [[nodiscard]] const std::map<std::string, std::int64_t>& counts() const { return counts_; }

    // A promise was broken: the life ends soon. The first few are kept.
    void violated(const std::string& what);
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

  private:
    Instant start_;
    Instant now_;
    std::multimap<Instant, std::function<void()>> agenda_;
    std::uint64_t hash_{0xcbf29ce484222325U};
    std::map<std::string, std::int64_t> counts_;
    std::vector<std::string> violations_;
};

// "2026-03-29T01:00:00.250Z"
[[nodiscard]] std::string text_of(Instant instant);

}  // namespace simulation
