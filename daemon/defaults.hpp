// The [defaults] of the configuration: what holds for lock sessions that don't say otherwise. The
// configuration fills it in, the status socket's routes apply it. A plain value.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cadence/requirement.hpp"
#include "cadence/time.hpp"

namespace cadenced {

struct Defaults {
    std::optional<std::string>
        platform;  // empty only where several are configured and none is named
    std::string timezone{"UTC"};
    std::chrono::weekday week_start{std::chrono::Monday};
    cadence::Owner punishment_owner{cadence::Owner::Auto};
    cadence::FirstWindow first_window{cadence::FirstWindow::Grace};
    cadence::Duration grace{std::chrono::minutes{5}};
    cadence::Misfire misfire{cadence::Misfire::All};
    cadence::LateProof late_proof{cadence::LateProof::Count};
    cadence::OnUnknown on_unknown_punishment{cadence::OnUnknown::Hold};  // never Resend
    cadence::OnUnknown on_unknown_progress{cadence::OnUnknown::Resend};
};

// The rules of a requirement that names none of its own; its zone is the lock session's.
[[nodiscard]] cadence::Rules rules_of(const Defaults& defaults);

}  // namespace cadenced
