// The verdict's rules against a second reading of DESIGN §2 that knows no interval arithmetic: it
// looks at every millisecond of a short life by itself.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "cadence/verdict.hpp"

namespace {

using namespace cadence;

constexpr std::int64_t kLife = 60;  // ms

Instant at(std::int64_t ms) { return Instant{Duration{ms}}; }

class Dice {
  public:
    explicit Dice(unsigned seed) : random_(seed) {}
    std::int64_t roll(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
    }
    bool one_in(int n) { return roll(1, n) == 1; }
    std::vector<Interval> intervals(std::int64_t most) {
        std::vector<Interval> all;
        for (auto left = roll(0, most); left > 0; --left) {
            const auto start = roll(0, kLife);
            all.push_back({at(start), at(start + roll(0, 20))});
        }
        return all;
    }

  private:
    std::mt19937 random_;
};

WindowFacts random_facts(Dice& dice) {
    WindowFacts facts;
    const auto start = dice.roll(5, kLife - 10);
    facts.start = at(start);
    facts.end = at(start + dice.roll(1, 30));
    facts.required_count = static_cast<int>(dice.roll(1, 3));
    facts.count = dice.roll(0, 3);
    facts.contains_activation = dice.one_in(4);
    facts.first_window = dice.one_in(2) ? FirstWindow::Grace : FirstWindow::Strict;
    facts.lock_ended = dice.one_in(8);
    facts.requirement_removed = dice.one_in(8);
    facts.too_old = dice.one_in(8);
    facts.pauses = dice.intervals(dice.one_in(3) ? 3 : 0);
    facts.outages = dice.intervals(4);
    return facts;
}

// Every millisecond in which one of them was in force; a pause that was over at once was one still.
std::set<std::int64_t> moments(const std::vector<Interval>& intervals, bool at_least_one) {
    std::set<std::int64_t> all;
    for (const Interval& interval : intervals) {
        if (at_least_one) all.insert(to_ms(interval.start));
        for (auto ms = to_ms(interval.start); ms < to_ms(interval.end); ++ms) all.insert(ms);
    }
    return all;
}

std::int64_t count_within(const std::set<std::int64_t>& moments, const WindowFacts& facts) {
    std::int64_t count = 0;
    for (auto ms = to_ms(facts.start); ms < to_ms(facts.end); ++ms) {
        count += moments.count(ms) > 0 ? 1 : 0;
    }
    return count;
}

std::string naive_verdict(const WindowFacts& facts) {
    std::set<std::string> excuses;
    if (facts.contains_activation && facts.first_window == FirstWindow::Grace) {
        excuses.insert("first_window");
    }
    if (count_within(moments(facts.pauses, true), facts) > 0) excuses.insert("pause");
    if (facts.lock_ended) excuses.insert("lock_ended");
    if (facts.requirement_removed) excuses.insert("requirement_removed");
    if (facts.too_old) excuses.insert("too_old");
    const auto dark = count_within(moments(facts.outages, false), facts);
    const auto light = to_ms(facts.end) - to_ms(facts.start) - dark;
    if (dark > light) excuses.insert("outage");
    if (facts.count >= facts.required_count) return "met";
    return excuses.empty() ? "missed" : "excused";
}

const char* word_of(VerdictKind kind) { return to_string(kind); }

TEST(VerdictProperty, AnyFacts_AreJudgedAsMillisecondByMillisecond) {
    Dice dice(20261125);
    int excused = 0;
    int missed = 0;
    for (int i = 0; i < 50'000; ++i) {
        const auto facts = random_facts(dice);
        const auto verdict = judge(facts);
        ASSERT_EQ(word_of(verdict.kind), naive_verdict(facts)) << i;
        excused += verdict.kind == VerdictKind::Excused ? 1 : 0;
        missed += verdict.kind == VerdictKind::Missed ? 1 : 0;
    }
    EXPECT_GT(excused, 10'000);
    EXPECT_GT(missed, 3'000);
}

TEST(VerdictProperty, ReasonOfAnExcuse_IsOneThatHoldsByItself) {
    Dice dice(7);
    for (int i = 0; i < 20'000; ++i) {
        auto facts = random_facts(dice);
        const auto verdict = judge(facts);
        if (verdict.kind != VerdictKind::Excused) continue;
        WindowFacts alone;
        alone.start = facts.start;
        alone.end = facts.end;
        alone.required_count = 1;
        alone.first_window = FirstWindow::Strict;
        if (verdict.reason == "first_window") {
            alone.contains_activation = facts.contains_activation;
            alone.first_window = facts.first_window;
        }
        if (verdict.reason == "pause") alone.pauses = facts.pauses;
        if (verdict.reason == "lock_ended") alone.lock_ended = facts.lock_ended;
        if (verdict.reason == "requirement_removed") {
            alone.requirement_removed = facts.requirement_removed;
        }
        if (verdict.reason == "outage") alone.outages = facts.outages;
        if (verdict.reason == "too_old") alone.too_old = facts.too_old;
        ASSERT_EQ(naive_verdict(alone), "excused") << verdict.reason;
    }
}

// Millisecond by millisecond: nobody is judged while the daemon could not have taken a proof of the
// window's last instant, nor before the graces.
TEST(VerdictProperty, TimeOfJudging_IsTheFirstThatNothingForbids) {
    Dice dice(11);
    for (int i = 0; i < 20'000; ++i) {
        const auto end = dice.roll(5, kLife);
        const auto grace = dice.roll(0, 10);
        const auto enrolled = dice.roll(0, kLife);
        const auto outage_grace = dice.roll(0, 10);
        const auto outages = dice.intervals(4);
        // Outages that meet are one.
        std::set<std::int64_t> dark;
        for (const Interval& outage : outages) {
            for (auto ms = to_ms(outage.start); ms <= to_ms(outage.end); ++ms) dark.insert(ms);
        }
        auto first = std::max(end, enrolled) + grace;
        if (dark.count(end) > 0) {
            auto over = end;
            for (bool on = true; on;) {
                on = false;
                for (const Interval& outage : outages) {
                    if (to_ms(outage.start) > over || to_ms(outage.end) <= over) continue;
                    over = to_ms(outage.end);
                    on = true;
                }
            }
            first = std::max(first, over + outage_grace);
        }
        ASSERT_EQ(to_ms(judge_at(at(end), Duration{grace}, at(enrolled), outages,
                                 Duration{outage_grace})),
                  first)
            << i;
    }
}

}  // namespace
