// Which warnings the log should say, and when: each when it begins, again while it lasts at
// intervals that grow, and when it is over. One of a code and platform, however many lock sessions
// it concerns, so that the log cannot be flooded. Pure; lost with the process, so that a restart
// says once more what still holds.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cadence/time.hpp"
#include "engine/journal.hpp"
#include "engine/warnings.hpp"

namespace engine {

class WarningLog {
  public:
    // After the beginning it is said again after this, then after twice as long, and so on.
    static constexpr std::chrono::hours kFirstRepeat{1};
    static constexpr std::chrono::hours kLongestRepeat{24};
    // It is also said again when it concerns this many times as many as last said.
    static constexpr std::int64_t kGrowth{10};
    // One that comes and goes is said to begin at most once in this.
    static constexpr std::chrono::minutes kBetweenBeginnings{10};

    struct Line {
        Level level{Level::Warning};
        std::string text;
    };

    // What to write, given all that holds now. `now` dates the lines, `steady` paces them.
    [[nodiscard]] std::vector<Line> look(const std::vector<Warning>& warnings, cadence::Instant now,
                                         cadence::Monotonic steady);

  private:
    using Key = std::pair<WarningCode, std::string>;  // the platform, or empty
    struct Entry {
        cadence::Instant began;
        bool holds{false};
        bool said{false};  // that it holds
        std::int64_t size_said{0};
        cadence::Monotonic say_at{};        // that it lasts; while unsaid: that it began
        cadence::Duration interval{};       // to the next repetition
        cadence::Monotonic may_begin_at{};  // when a new beginning may be said
    };

    static void begin(Entry& entry, const Warning& warning, cadence::Monotonic steady);
    static std::optional<Line> say(Entry& entry, const Warning& warning, cadence::Instant now,
                                   cadence::Monotonic steady);

    std::map<Key, Entry> entries_;
};

}  // namespace engine
