// The field's terms for the domain's enumerations, in both directions: one word for one thing in
// the configuration, the schema, JSON and the log. Pure.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "cadence/delivery.hpp"
#include "cadence/requirement.hpp"
#include "cadence/verdict.hpp"

namespace cadence::words {

template <class Value>
struct Word {
    Value value;
    const char* text;
};

inline constexpr std::array<Word<Owner>, 4> kOwners{{
    {Owner::Auto, "auto"},
    {Owner::Platform, "platform"},
    {Owner::Daemon, "daemon"},
    {Owner::Nobody, "nobody"},
}};
inline constexpr std::array<Word<FirstWindow>, 2> kFirstWindows{{
    {FirstWindow::Grace, "grace"},
    {FirstWindow::Strict, "strict"},
}};
inline constexpr std::array<Word<Misfire>, 3> kMisfires{{
    {Misfire::All, "all"},
    {Misfire::Latest, "latest"},
    {Misfire::None, "none"},
}};
inline constexpr std::array<Word<LateProof>, 3> kLateProofs{{
    {LateProof::Count, "count"},
    {LateProof::Compensate, "compensate"},
    {LateProof::Ignore, "ignore"},
}};
// Of progress; of a punishment only the first two.
inline constexpr std::array<Word<OnUnknown>, 3> kProgressOnUnknown{{
    {OnUnknown::Hold, "hold"},
    {OnUnknown::AssumeApplied, "assume_applied"},
    {OnUnknown::Resend, "resend"},
}};
inline constexpr std::array<Word<OnUnknown>, 2> kPunishmentOnUnknown{{
    {OnUnknown::Hold, "hold"},
    {OnUnknown::AssumeApplied, "assume_applied"},
}};
inline constexpr std::array<Word<PunishmentType>, 4> kPunishmentTypes{{
    {PunishmentType::None, "none"},
    {PunishmentType::AddTime, "add_time"},
    {PunishmentType::Freeze, "freeze"},
    {PunishmentType::Pillory, "pillory"},
}};
inline constexpr std::array<Word<CadenceUnit>, 2> kCadenceUnits{{
    {CadenceUnit::Day, "day"},
    {CadenceUnit::Week, "week"},
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
inline constexpr std::array<Word<DeliveryKind>, 3> kDeliveryKinds{{
    {DeliveryKind::Progress, "progress"},
    {DeliveryKind::Punishment, "punishment"},
    {DeliveryKind::Undo, "undo"},
}};
inline constexpr std::array<Word<DeliveryState>, 8> kDeliveryStates{{
    {DeliveryState::Waiting, "waiting"},
    {DeliveryState::Queued, "queued"},
    {DeliveryState::InFlight, "inFlight"},
    {DeliveryState::Unknown, "unknown"},
    {DeliveryState::Applied, "applied"},
    {DeliveryState::Rejected, "rejected"},
    {DeliveryState::Held, "held"},
    {DeliveryState::Waived, "waived"},
}};
inline constexpr std::array<Word<WriteKind>, 7> kWriteKinds{{
    {WriteKind::Progress, "progress"},
    {WriteKind::AddTime, "add_time"},
    {WriteKind::RemoveTime, "remove_time"},
    {WriteKind::Freeze, "freeze"},
    {WriteKind::Unfreeze, "unfreeze"},
    {WriteKind::Pillory, "pillory"},
    {WriteKind::PilloryEnd, "pillory.end"},
}};
inline constexpr std::array<Word<VerdictKind>, 3> kVerdictKinds{{
    {VerdictKind::Met, "met"},
    {VerdictKind::Missed, "missed"},
    {VerdictKind::Excused, "excused"},
}};

template <class Value, std::size_t N>
[[nodiscard]] std::optional<Value> find_word(const std::array<Word<Value>, N>& words,
                                             std::string_view text) {
    for (const auto& word : words) {
        if (text == word.text) return word.value;
    }
    return std::nullopt;
}

// The word for a value of the table; empty for one that is not in it.
template <class Value, std::size_t N>
[[nodiscard]] constexpr const char* word_of(const std::array<Word<Value>, N>& words, Value value) {
    for (const auto& word : words) {
        if (word.value == value) return word.text;
    }
    return "";
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

}  // namespace cadence::words
