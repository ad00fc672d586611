// The words of the contract for the domain's enumerations, in both directions. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cadence/delivery.hpp"
#include "cadence/requirement.hpp"
#include "engine/outbox.hpp"

namespace cadenced::wire {

template <class Value>
struct Word {
    Value value;
    std::string_view text;
};

inline constexpr std::array<Word<cadence::Owner>, 4> kOwners{{
    {cadence::Owner::Auto, "auto"},
    {cadence::Owner::Platform, "platform"},
    {cadence::Owner::Daemon, "daemon"},
    {cadence::Owner::Nobody, "nobody"},
}};
inline constexpr std::array<Word<cadence::FirstWindow>, 2> kFirstWindows{{
    {cadence::FirstWindow::Grace, "grace"},
    {cadence::FirstWindow::Strict, "strict"},
}};
inline constexpr std::array<Word<cadence::Misfire>, 3> kMisfires{{
    {cadence::Misfire::All, "all"},
    {cadence::Misfire::Latest, "latest"},
    {cadence::Misfire::None, "none"},
}};
inline constexpr std::array<Word<cadence::LateProof>, 3> kLateProofs{{
    {cadence::LateProof::Count, "count"},
    {cadence::LateProof::Compensate, "compensate"},
    {cadence::LateProof::Ignore, "ignore"},
}};
// Of progress; of a punishment only the first two.
inline constexpr std::array<Word<cadence::OnUnknown>, 3> kProgressOnUnknown{{
    {cadence::OnUnknown::Hold, "hold"},
    {cadence::OnUnknown::AssumeApplied, "assume_applied"},
    {cadence::OnUnknown::Resend, "resend"},
}};
inline constexpr std::array<Word<cadence::OnUnknown>, 2> kPunishmentOnUnknown{{
    {cadence::OnUnknown::Hold, "hold"},
    {cadence::OnUnknown::AssumeApplied, "assume_applied"},
}};
inline constexpr std::array<Word<cadence::PunishmentType>, 4> kPunishmentTypes{{
    {cadence::PunishmentType::None, "none"},
    {cadence::PunishmentType::AddTime, "add_time"},
    {cadence::PunishmentType::Freeze, "freeze"},
    {cadence::PunishmentType::Pillory, "pillory"},
}};
inline constexpr std::array<Word<cadence::CadenceUnit>, 2> kCadenceUnits{{
    {cadence::CadenceUnit::Day, "day"},
    {cadence::CadenceUnit::Week, "week"},
}};
inline constexpr std::array<Word<std::chrono::weekday>, 7> kWeekdays{{
    {std::chrono::Monday, "monday"},
    {std::chrono::Tuesday, "tuesday"},
    {std::chrono::Wednesday, "wednesday"},
    {std::chrono::Thursday, "thursday"},
    {std::chrono::Friday, "friday"},
    {std::chrono::Saturday, "saturday"},
    {std::chrono::Sunday, "sunday"},
}};
inline constexpr std::array<Word<cadence::DeliveryKind>, 3> kDeliveryKinds{{
    {cadence::DeliveryKind::Progress, "progress"},
    {cadence::DeliveryKind::Punishment, "punishment"},
    {cadence::DeliveryKind::Undo, "undo"},
}};
inline constexpr std::array<Word<cadence::DeliveryState>, 8> kDeliveryStates{{
    {cadence::DeliveryState::Waiting, "waiting"},
    {cadence::DeliveryState::Queued, "queued"},
    {cadence::DeliveryState::InFlight, "inFlight"},
    {cadence::DeliveryState::Unknown, "unknown"},
    {cadence::DeliveryState::Applied, "applied"},
    {cadence::DeliveryState::Rejected, "rejected"},
    {cadence::DeliveryState::Held, "held"},
    {cadence::DeliveryState::Waived, "waived"},
}};
inline constexpr std::array<Word<engine::Settlement>, 2> kSettlements{{
    {engine::Settlement::Applied, "applied"},
    {engine::Settlement::NotApplied, "not_applied"},
}};

template <class Value, std::size_t N>
[[nodiscard]] std::optional<Value> find_word(const std::array<Word<Value>, N>& words,
                                             std::string_view text) {
    for (const auto& word : words) {
        if (word.text == text) return word.value;
    }
    return std::nullopt;
}

// The word for a value of the table; empty for one that is not in it.
template <class Value, std::size_t N>
[[nodiscard]] std::string word_of(const std::array<Word<Value>, N>& words, Value value) {
    for (const auto& word : words) {
        if (word.value == value) return std::string(word.text);
    }
    return {};
}

// "grace or strict", "all, latest or none": for saying what would be right.
template <class Value, std::size_t N>
[[nodiscard]] std::string list_words(const std::array<Word<Value>, N>& words) {
    std::string list;
    for (std::size_t i = 0; i < N; ++i) {
        if (i > 0) list += i + 1 == N ? " or " : ", ";
        list += words[i].text;
    }
    return list;
}

}  // namespace cadenced::wire
