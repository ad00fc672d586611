#include "cadence/retry_budget.hpp"

#include <gtest/gtest.h>

#include <map>

namespace {

using namespace cadence;
using namespace std::chrono_literals;

constexpr Monotonic kBegun{1000h};

// Whose savings are gone.
RetryBudget empty_budget() {
    RetryBudget budget;
    for (int i = 0; i < static_cast<int>(RetryBudget::kMost); ++i) {
        EXPECT_EQ(budget.spend(kBegun, 0.5), 0ms);
    }
    return budget;
}

TEST(RetryBudget, SavingsGone_GivesTurnsASecondApart) {
    RetryBudget budget = empty_budget();
    EXPECT_EQ(budget.spend(kBegun, 0.5), 1s);
    EXPECT_EQ(budget.spend(kBegun, 0.5), 2s);
    EXPECT_EQ(budget.spend(kBegun + 1s, 0.5), 2s);
}

TEST(RetryBudget, TimeWithoutRetries_SavesNoMoreThanTheMost) {
    RetryBudget budget = empty_budget();
    EXPECT_EQ(budget.spend(kBegun + 1s, 0.5), 0ms);
    const auto later = kBegun + 24h;
    for (int i = 0; i < static_cast<int>(RetryBudget::kMost); ++i) {
        EXPECT_EQ(budget.spend(later, 0.5), 0ms);
    }
    EXPECT_EQ(budget.spend(later, 0.5), 1s);
}

TEST(RetryBudget, FiveThatSucceed_PayForOneRetry) {
    RetryBudget budget = empty_budget();
    for (int i = 0; i < 5; ++i) budget.succeeded(kBegun);
    EXPECT_LE(budget.spend(kBegun, 0.5), 1ms);
    EXPECT_GE(budget.spend(kBegun, 0.5), 999ms);
}

TEST(RetryBudget, AllCallsFail_CostsAFewRetriesASecond) {
    RetryBudget budget;
    // Ten thousand fail at once, each of their retries fails, too, and so on for an hour.
    std::multimap<Monotonic, int> planned;
    for (int i = 0; i < 10'000; ++i) planned.emplace(kBegun + budget.spend(kBegun, i / 1e4), i);
    int retries = 0;
    while (planned.begin()->first < kBegun + 1h) {
        const auto at = planned.begin()->first;
        planned.erase(planned.begin());
        ++retries;
        planned.emplace(at + budget.spend(at, (retries % 97) / 97.0), retries);
    }
    // Of their own backoff alone each would come every two and a half minutes: 66 a second.
    EXPECT_LT(retries, 15 * 3600);
    EXPECT_GT(retries, 3600);
}

}  // namespace
