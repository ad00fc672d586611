// The words of the contract: the field's terms, and those of the socket alone. Pure.
#pragma once

#include <array>

#include "cadence/words.hpp"
#include "engine/outbox.hpp"

namespace cadenced::wire {

using namespace cadence::words;

inline constexpr std::array<Word<engine::Settlement>, 2> kSettlements{{
    {engine::Settlement::Applied, "applied"},
    {engine::Settlement::NotApplied, "not_applied"},
}};

}  // namespace cadenced::wire
