// Many lives, in several processes; sums of what happened in them, and the first broken promise.
#pragma once

#include <cstdint>
#include <string>

namespace simulation {

struct CampaignOptions {
    std::uint64_t first{1};
    std::uint64_t seeds{1000};
    int days{14};
    int wearers{5};
    int jobs{2};
    bool forever{false};
    bool all{false};          // goes on after a broken promise
    bool undisturbed{false};  // nobody but the daemon touches the locks
    bool fair{false};         // nor does a second fault come right after the first
    bool clocks{false};       // wrong often, and proofs seldom say when they happened
    bool trace{false};
    std::string expect_violation;  // a regular expression; empty: none is expected
    double most_held{1};           // of the ambiguous add_time and of the freeze, as a share
};

// 0: all promises were kept in as many lives as were wanted, and no more writes held than allowed
// (or, where a violation was expected, the first was that one); else 1.
[[nodiscard]] int run_campaign(const CampaignOptions& options);

}  // namespace simulation
