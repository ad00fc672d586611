// Many lives, in several processes; sums of what happened in them, and the first broken promise.
#pragma once

#include <cstdint>

namespace simulation {

struct CampaignOptions {
    std::uint64_t first{1};
    std::uint64_t seeds{1000};
    int days{14};
    int wearers{5};
    int jobs{2};
    bool forever{false};
    bool undisturbed{false};  // nobody but the daemon touches the locks
    bool fair{false};         // nor does a second fault come right after the first
    bool trace{false};
    bool expect_violation{false};
};

// 0: all promises were kept (or, where a violation was expected, one was broken); else 1.
[[nodiscard]] int run_campaign(const CampaignOptions& options);

}  // namespace simulation
